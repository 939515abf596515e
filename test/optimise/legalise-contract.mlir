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

// Summed axes around a free one.
// CHECK-LABEL: @around
// CHECK: %[[T:.*]] = nn.transpose %{{.*}} [1, 0, 2] : f32[2, 3, 4] -> f32[3, 2, 4]
// CHECK: nn.contract %[[T]], %{{.*}} batch [], [] contract [1, 2], [0, 1] : f32[3, 2, 4], f32[2, 4, 5] -> f32[3, 5]
nn.func @around {
^bb0(%a: !nn.tensor<f32[2, 3, 4]>, %b: !nn.tensor<f32[2, 4, 5]>):
  %c = nn.contract %a, %b batch [], [] contract [0, 2], [0, 1] : f32[2, 3, 4], f32[2, 4, 5] -> f32[3, 5]
  nn.return %c : f32[3, 5]
}

// The right operand has the summed axes in another order.
// CHECK-LABEL: @other_order
// CHECK: %[[T:.*]] = nn.transpose %{{.*}} [2, 1, 0] : f32[4, 3, 5] -> f32[5, 3, 4]
// CHECK: nn.contract %{{.*}}, %[[T]] batch [], [] contract [1, 2], [1, 2]
nn.func @other_order {
^bb0(%a: !nn.tensor<f32[2, 3, 4]>, %b: !nn.tensor<f32[4, 3, 5]>):
  %c = nn.contract %a, %b batch [], [] contract [1, 2], [1, 0] : f32[2, 3, 4], f32[4, 3, 5] -> f32[2, 5]
  nn.return %c : f32[2, 5]
}
