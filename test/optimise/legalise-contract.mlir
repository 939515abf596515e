// Which contractions can be read where they lie, and what is transposed for the others.
// RUN: nn-opt %s --nn-legalise-contract | FileCheck %s

// CHECK-LABEL: @plain
// CHECK-NOT: nn.transpose
nn.func @plain {
^bb0(%a: !nn.tensor<f32[n, 4, 8]>, %b: !nn.tensor<f32[6, 8]>):
  // [n, 4] are one axis; b is read transposed.
  %c = nn.contract %a, %b batch [], [] contract [2], [1] : f32[n, 4, 8], f32[6, 8] -> f32[n, 4, 6]
  // A batch axis in the middle is a stride.
  %d = nn.contract %a, %a batch [1], [1] contract [2], [2] : f32[n, 4, 8], f32[n, 4, 8] -> f32[4, n, n]
  nn.return %c, %d : f32[n, 4, 6], f32[4, n, n]
}

// Summed axes around a free one: a sum of matrix products.
// CHECK-LABEL: @around
// CHECK-NOT: nn.transpose
nn.func @around {
^bb0(%a: !nn.tensor<f32[2, 3, 4]>, %b: !nn.tensor<f32[2, 4, 5]>):
  %c = nn.contract %a, %b batch [], [] contract [0, 2], [0, 1] : f32[2, 3, 4], f32[2, 4, 5] -> f32[3, 5]
  nn.return %c : f32[3, 5]
}

// The right operand has the summed axes in another order, and one is too short for a sum of products.
// CHECK-LABEL: @other_order
// CHECK: %[[T:.*]] = nn.transpose %{{.*}} [2, 1, 0] : f32[2, 3, 5] -> f32[5, 3, 2]
// CHECK: nn.contract %{{.*}}, %[[T]] batch [], [] contract [1, 2], [1, 2]
nn.func @other_order {
^bb0(%a: !nn.tensor<f32[4, 3, 2]>, %b: !nn.tensor<f32[2, 3, 5]>):
  %c = nn.contract %a, %b batch [], [] contract [1, 2], [1, 0] : f32[4, 3, 2], f32[2, 3, 5] -> f32[4, 5]
  nn.return %c : f32[4, 5]
}

// A convolution: weights for all images, in groups; its gradients.
// CHECK-LABEL: @convolution
// CHECK-NOT: nn.transpose
nn.func @convolution {
^bb0(%w: !nn.tensor<f32[2, 8, 36]>, %x: !nn.tensor<f32[n, 2, 36, 49]>, %dy: !nn.tensor<f32[n, 2, 8, 49]>):
  %y = nn.contract %w, %x batch [-1, 0], [0, 1] contract [2], [2] : f32[2, 8, 36], f32[n, 2, 36, 49] -> f32[n, 2, 8, 49]
  %dw = nn.contract %dy, %x batch [1], [1] contract [0, 3], [0, 3] : f32[n, 2, 8, 49], f32[n, 2, 36, 49] -> f32[2, 8, 36]
  %dx = nn.contract %w, %dy batch [-1, 0], [0, 1] contract [1], [2] : f32[2, 8, 36], f32[n, 2, 8, 49] -> f32[n, 2, 36, 49]
  nn.return %y, %dw, %dx : f32[n, 2, 8, 49], f32[2, 8, 36], f32[n, 2, 36, 49]
}

// Three summed axes that do not follow each other; the smaller operand is transposed where that is enough.
// CHECK-LABEL: @three
// CHECK: nn.transpose
nn.func @three {
^bb0(%a: !nn.tensor<f32[2, 3, 4, 5, 6]>, %b: !nn.tensor<f32[2, 4, 6]>):
  %c = nn.contract %a, %b batch [], [] contract [0, 2, 4], [0, 1, 2] : f32[2, 3, 4, 5, 6], f32[2, 4, 6] -> f32[3, 5]
  nn.return %c : f32[3, 5]
}

// Axes of the batch that the operands lack in turns: they get all.
// CHECK-LABEL: @in_turns
// CHECK: %[[L:.*]] = nn.broadcast %{{.*}} [0, 2, 3, 4] : f32[2, 7, 4, 5] -> f32[2, 3, 7, 4, 5]
// CHECK: %[[R:.*]] = nn.broadcast %{{.*}} [1, 2, 3, 4] : f32[3, 7, 6, 5] -> f32[2, 3, 7, 6, 5]
// CHECK: nn.contract %[[L]], %[[R]] batch [0, 1, 2], [0, 1, 2] contract [4], [4]
nn.func @in_turns {
^bb0(%a: !nn.tensor<f32[2, 7, 4, 5]>, %b: !nn.tensor<f32[3, 7, 5, 6]>):
  %c = nn.contract %a, %b batch [0, -1, 1], [-1, 0, 1] contract [3], [2] : f32[2, 7, 4, 5], f32[3, 7, 5, 6] -> f32[2, 3, 7, 4, 6]
  nn.return %c : f32[2, 3, 7, 4, 6]
}
