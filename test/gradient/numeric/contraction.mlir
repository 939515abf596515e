// Reductions and contractions.
// RUN: nn-gradcheck %s

nn.func @sum attributes {sizes = [{n = 1}, {n = 4}]} {
^bb0(%x: !nn.tensor<f64[n, 3, 2]>):
  %all = nn.reduce sum %x [0, 1, 2] : f64[n, 3, 2] -> f64
  %last = nn.reduce sum %x [2] : f64[n, 3, 2] -> f64[n, 3]
  %outer = nn.reduce sum %x [0, 2] : f64[n, 3, 2] -> f64[3]
  nn.return %all, %last, %outer : f64, f64[n, 3], f64[3]
}

nn.func @max attributes {sizes = [{n = 1}, {n = 4}]} {
^bb0(%x: !nn.tensor<f64[n, 3, 2]>):
  %all = nn.reduce max %x [0, 1, 2] : f64[n, 3, 2] -> f64
  %last = nn.reduce max %x [2] : f64[n, 3, 2] -> f64[n, 3]
  %outer = nn.reduce max %x [0, 2] : f64[n, 3, 2] -> f64[3]
  nn.return %all, %last, %outer : f64, f64[n, 3], f64[3]
}

nn.func @min attributes {sizes = [{n = 1}, {n = 4}]} {
^bb0(%x: !nn.tensor<f64[n, 3, 2]>):
  %all = nn.reduce min %x [0, 1, 2] : f64[n, 3, 2] -> f64
  %last = nn.reduce min %x [2] : f64[n, 3, 2] -> f64[n, 3]
  %outer = nn.reduce min %x [0, 2] : f64[n, 3, 2] -> f64[3]
  nn.return %all, %last, %outer : f64, f64[n, 3], f64[3]
}

// Matrix products in all four layouts.
nn.func @contract_nn attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[n, 4]>, %b: !nn.tensor<f64[4, 2]>):
  %y = nn.contract %a, %b batch [], [] contract [1], [0] : f64[n, 4], f64[4, 2] -> f64[n, 2]
  nn.return %y : f64[n, 2]
}

nn.func @contract_nt attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[n, 4]>, %b: !nn.tensor<f64[2, 4]>):
  %y = nn.contract %a, %b batch [], [] contract [1], [1] : f64[n, 4], f64[2, 4] -> f64[n, 2]
  nn.return %y : f64[n, 2]
}

nn.func @contract_tn attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[4, n]>, %b: !nn.tensor<f64[4, 2]>):
  %y = nn.contract %a, %b batch [], [] contract [0], [0] : f64[4, n], f64[4, 2] -> f64[n, 2]
  nn.return %y : f64[n, 2]
}

nn.func @contract_tt attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[4, n]>, %b: !nn.tensor<f64[2, 4]>):
  %y = nn.contract %a, %b batch [], [] contract [0], [1] : f64[4, n], f64[2, 4] -> f64[n, 2]
  nn.return %y : f64[n, 2]
}

// Vectors, outer and inner product.
nn.func @contract_vector attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[n, 4]>, %b: !nn.tensor<f64[4]>):
  %y = nn.contract %a, %b batch [], [] contract [1], [0] : f64[n, 4], f64[4] -> f64[n]
  nn.return %y : f64[n]
}

nn.func @contract_outer attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[n]>, %b: !nn.tensor<f64[3]>):
  %y = nn.contract %a, %b batch [], [] contract [], [] : f64[n], f64[3] -> f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @contract_inner attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[n]>, %b: !nn.tensor<f64[n]>):
  %y = nn.contract %a, %b batch [], [] contract [0], [0] : f64[n], f64[n] -> f64
  nn.return %y : f64
}

// Paired axes, first and elsewhere; several summed axes in either order.
nn.func @contract_batched attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[n, 2, 3]>, %b: !nn.tensor<f64[n, 3, 2]>):
  %y = nn.contract %a, %b batch [0], [0] contract [2], [1] : f64[n, 2, 3], f64[n, 3, 2] -> f64[n, 2, 2]
  nn.return %y : f64[n, 2, 2]
}

nn.func @contract_batch_inside attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[2, n, 3]>, %b: !nn.tensor<f64[3, 4, n]>):
  %y = nn.contract %a, %b batch [1], [2] contract [2], [0] : f64[2, n, 3], f64[3, 4, n] -> f64[n, 2, 4]
  nn.return %y : f64[n, 2, 4]
}

nn.func @contract_two_batches attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[2, n, 3]>, %b: !nn.tensor<f64[n, 2]>):
  %y = nn.contract %a, %b batch [1, 0], [0, 1] contract [], [] : f64[2, n, 3], f64[n, 2] -> f64[n, 2, 3]
  nn.return %y : f64[n, 2, 3]
}

nn.func @contract_two_sums attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[2, n, 3]>, %b: !nn.tensor<f64[3, 4, 2]>):
  %y = nn.contract %a, %b batch [], [] contract [0, 2], [2, 0] : f64[2, n, 3], f64[3, 4, 2] -> f64[n, 4]
  nn.return %y : f64[n, 4]
}

nn.func @contract_two_sums_swapped attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[2, n, 3]>, %b: !nn.tensor<f64[3, 4, 2]>):
  %y = nn.contract %a, %b batch [], [] contract [2, 0], [0, 2] : f64[2, n, 3], f64[3, 4, 2] -> f64[n, 4]
  nn.return %y : f64[n, 4]
}

nn.func @contract_three_free attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[2, 3, n]>, %b: !nn.tensor<f64[n, 2]>):
  %y = nn.contract %a, %b batch [], [] contract [2], [0] : f64[2, 3, n], f64[n, 2] -> f64[2, 3, 2]
  nn.return %y : f64[2, 3, 2]
}

// A matrix with itself.
nn.func @contract_self {
^bb0(%a: !nn.tensor<f64[3, 3]>):
  %y = nn.contract %a, %a batch [], [] contract [1], [0] : f64[3, 3], f64[3, 3] -> f64[3, 3]
  nn.return %y : f64[3, 3]
}

// An operand that is the same along an axis of the other.
nn.func @contract_shared_left attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[4, 2]>, %b: !nn.tensor<f64[n, 2, 3]>):
  %y = nn.contract %a, %b batch [-1], [0] contract [1], [1] : f64[4, 2], f64[n, 2, 3] -> f64[n, 4, 3]
  nn.return %y : f64[n, 4, 3]
}

nn.func @contract_shared_right attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[3, 4, n]>, %b: !nn.tensor<f64[4, 3]>):
  %y = nn.contract %a, %b batch [2], [-1] contract [1], [0] : f64[3, 4, n], f64[4, 3] -> f64[n, 3, 3]
  nn.return %y : f64[n, 3, 3]
}

nn.func @contract_shared_in_groups attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%a: !nn.tensor<f64[2, 4, 3]>, %b: !nn.tensor<f64[n, 2, 3, 5]>):
  %y = nn.contract %a, %b batch [-1, 0], [0, 1] contract [2], [2] : f64[2, 4, 3], f64[n, 2, 3, 5] -> f64[n, 2, 4, 5]
  nn.return %y : f64[n, 2, 4, 5]
}

nn.func @contract_shared_in_turns {
^bb0(%a: !nn.tensor<f64[2, 4, 2]>, %b: !nn.tensor<f64[3, 2, 5]>):
  %y = nn.contract %a, %b batch [0, -1], [-1, 0] contract [2], [1] : f64[2, 4, 2], f64[3, 2, 5] -> f64[2, 3, 4, 5]
  nn.return %y : f64[2, 3, 4, 5]
}
