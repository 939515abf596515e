// Operations that move elements.
// RUN: nn-gradcheck %s

nn.func @broadcast_rows attributes {sizes = [{n = 1}, {n = 4}]} {
^bb0(%x: !nn.tensor<f64[3]>):
  %y = nn.broadcast %x [1] : f64[3] -> f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @broadcast_middle attributes {sizes = [{n = 2, t = 3}]} {
^bb0(%x: !nn.tensor<f64[n, 2]>, %s: !nn.tensor<f64>):
  %y = nn.broadcast %x [0, 2] : f64[n, 2] -> f64[n, t, 2]
  %z = nn.broadcast %s [] : f64 -> f64[n, t]
  nn.return %y, %z : f64[n, t, 2], f64[n, t]
}

nn.func @reshape attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%x: !nn.tensor<f64[n, 2, 3]>):
  %y = nn.reshape %x : f64[n, 2, 3] -> f64[2*n, 3]
  %z = nn.reshape %y : f64[2*n, 3] -> f64[6*n]
  nn.return %z : f64[6*n]
}

nn.func @transpose attributes {sizes = [{n = 3}]} {
^bb0(%x: !nn.tensor<f64[n, 2, 4]>):
  %y = nn.transpose %x [2, 0, 1] : f64[n, 2, 4] -> f64[4, n, 2]
  nn.return %y : f64[4, n, 2]
}

nn.func @slice attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%x: !nn.tensor<f64[n + 2, 7]>):
  %y = nn.slice %x [1, 0] strides [1, 3] : f64[n + 2, 7] -> f64[n, 3]
  %z = nn.slice %x [n, 2] strides [1, 2] : f64[n + 2, 7] -> f64[2, 2]
  nn.return %y, %z : f64[n, 3], f64[2, 2]
}

nn.func @pad attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.pad %x low [1, 0] high [0, n] interior [0, 2] : f64[n, 3] -> f64[n + 1, n + 7]
  nn.return %y : f64[n + 1, n + 7]
}

nn.func @concat attributes {sizes = [{n = 1, t = 2}, {n = 4, t = 1}]} {
^bb0(%a: !nn.tensor<f64[2, n]>, %b: !nn.tensor<f64[2, 3]>, %c: !nn.tensor<f64[2, t]>):
  %y = nn.concat %a, %b, %c, %a along 1 : f64[2, n], f64[2, 3], f64[2, t], f64[2, n] -> f64[2, 2*n + t + 3]
  nn.return %y : f64[2, 2*n + t + 3]
}

// Rows of a table: an embedding. Indices repeat.
nn.func @gather_rows attributes {sizes = [{n = 1, t = 2}, {n = 3, t = 4}], below = 4} {
^bb0(%table: !nn.tensor<f64[4, 3]>, %tokens: !nn.tensor<i32[n, t]>):
  %y = nn.gather %table at %tokens batch 0 : f64[4, 3], i32[n, t] -> f64[n, t, 3]
  nn.return %y : f64[n, t, 3]
}

// One element of each row: a label's logit.
nn.func @gather_labels attributes {sizes = [{n = 1}, {n = 5}], below = 4} {
^bb0(%logits: !nn.tensor<f64[n, 4]>, %labels: !nn.tensor<i32[n]>):
  %y = nn.gather %logits at %labels batch 1 : f64[n, 4], i32[n] -> f64[n]
  nn.return %y : f64[n]
}

nn.func @scatter_add attributes {sizes = [{n = 1}, {n = 5}], below = 4} {
^bb0(%rows: !nn.tensor<f64[n, 2]>, %places: !nn.tensor<i32[n]>):
  %y = nn.scatter_add %rows at %places batch 0 : f64[n, 2], i32[n] -> f64[4, 2]
  nn.return %y : f64[4, 2]
}

nn.func @scatter_add_paired attributes {sizes = [{n = 3}], below = 4} {
^bb0(%x: !nn.tensor<f64[n, 2]>, %places: !nn.tensor<i32[n, 2]>):
  %y = nn.scatter_add %x at %places batch 1 : f64[n, 2], i32[n, 2] -> f64[n, 4]
  nn.return %y : f64[n, 4]
}
