// Matrix products in every layout: gradients are contractions, transposed only where the layout asks for it.
// RUN: nn-opt --nn-expand-gradients %s | FileCheck %s

// CHECK-LABEL: nn.func @nn
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[n, 4]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[4, 2]>, %[[A2:[a-z0-9]+]]: !nn.tensor<f32[n, 2]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.contract %[[A0]], %[[A1]] batch [], [] contract [1], [0] : f32[n, 4], f32[4, 2] -> f32[n, 2]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A2]] : f32[n, 2]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1] : f32[n, 2] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[n, 2]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A2]] : f32[n, 2]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.contract %[[V5]], %[[A1]] batch [], [] contract [1], [1] : f32[n, 2], f32[4, 2] -> f32[n, 4]
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.contract %[[A0]], %[[V5]] batch [], [] contract [0], [0] : f32[n, 4], f32[n, 2] -> f32[4, 2]
// CHECK-NEXT: nn.return %[[V6]], %[[V7]] : f32[n, 4], f32[4, 2]
nn.func @nn {
^bb0(%a: !nn.tensor<f32[n, 4]>, %b: !nn.tensor<f32[4, 2]>, %w: !nn.tensor<f32[n, 2]>):
  %y = nn.contract %a, %b batch [], [] contract [1], [0] : f32[n, 4], f32[4, 2] -> f32[n, 2]
  %p = nn.mul %y, %w : f32[n, 2]
  %s = nn.reduce sum %p [0, 1] : f32[n, 2] -> f32
  %g, %h = nn.grad %s wrt (%a, %b) [] : f32, (f32[n, 4], f32[4, 2]) -> (f32[n, 4], f32[4, 2]), ()
  nn.return %g, %h : f32[n, 4], f32[4, 2]
}

// CHECK-LABEL: nn.func @nt
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[n, 4]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[2, 4]>, %[[A2:[a-z0-9]+]]: !nn.tensor<f32[n, 2]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.contract %[[A0]], %[[A1]] batch [], [] contract [1], [1] : f32[n, 4], f32[2, 4] -> f32[n, 2]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A2]] : f32[n, 2]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1] : f32[n, 2] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[n, 2]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A2]] : f32[n, 2]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.contract %[[V5]], %[[A1]] batch [], [] contract [1], [0] : f32[n, 2], f32[2, 4] -> f32[n, 4]
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.contract %[[A0]], %[[V5]] batch [], [] contract [0], [0] : f32[n, 4], f32[n, 2] -> f32[4, 2]
// CHECK-NEXT: %[[V8:[a-z0-9]+]] = nn.transpose %[[V7]] [1, 0] : f32[4, 2] -> f32[2, 4]
// CHECK-NEXT: nn.return %[[V6]], %[[V8]] : f32[n, 4], f32[2, 4]
nn.func @nt {
^bb0(%a: !nn.tensor<f32[n, 4]>, %b: !nn.tensor<f32[2, 4]>, %w: !nn.tensor<f32[n, 2]>):
  %y = nn.contract %a, %b batch [], [] contract [1], [1] : f32[n, 4], f32[2, 4] -> f32[n, 2]
  %p = nn.mul %y, %w : f32[n, 2]
  %s = nn.reduce sum %p [0, 1] : f32[n, 2] -> f32
  %g, %h = nn.grad %s wrt (%a, %b) [] : f32, (f32[n, 4], f32[2, 4]) -> (f32[n, 4], f32[2, 4]), ()
  nn.return %g, %h : f32[n, 4], f32[2, 4]
}

// CHECK-LABEL: nn.func @tn
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[4, n]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[4, 2]>, %[[A2:[a-z0-9]+]]: !nn.tensor<f32[n, 2]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.contract %[[A0]], %[[A1]] batch [], [] contract [0], [0] : f32[4, n], f32[4, 2] -> f32[n, 2]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A2]] : f32[n, 2]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1] : f32[n, 2] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[n, 2]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A2]] : f32[n, 2]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.contract %[[V5]], %[[A1]] batch [], [] contract [1], [1] : f32[n, 2], f32[4, 2] -> f32[n, 4]
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.transpose %[[V6]] [1, 0] : f32[n, 4] -> f32[4, n]
// CHECK-NEXT: %[[V8:[a-z0-9]+]] = nn.contract %[[A0]], %[[V5]] batch [], [] contract [1], [0] : f32[4, n], f32[n, 2] -> f32[4, 2]
// CHECK-NEXT: nn.return %[[V7]], %[[V8]] : f32[4, n], f32[4, 2]
nn.func @tn {
^bb0(%a: !nn.tensor<f32[4, n]>, %b: !nn.tensor<f32[4, 2]>, %w: !nn.tensor<f32[n, 2]>):
  %y = nn.contract %a, %b batch [], [] contract [0], [0] : f32[4, n], f32[4, 2] -> f32[n, 2]
  %p = nn.mul %y, %w : f32[n, 2]
  %s = nn.reduce sum %p [0, 1] : f32[n, 2] -> f32
  %g, %h = nn.grad %s wrt (%a, %b) [] : f32, (f32[4, n], f32[4, 2]) -> (f32[4, n], f32[4, 2]), ()
  nn.return %g, %h : f32[4, n], f32[4, 2]
}

// CHECK-LABEL: nn.func @tt
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[4, n]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[2, 4]>, %[[A2:[a-z0-9]+]]: !nn.tensor<f32[n, 2]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.contract %[[A0]], %[[A1]] batch [], [] contract [0], [1] : f32[4, n], f32[2, 4] -> f32[n, 2]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A2]] : f32[n, 2]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1] : f32[n, 2] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[n, 2]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A2]] : f32[n, 2]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.contract %[[V5]], %[[A1]] batch [], [] contract [1], [0] : f32[n, 2], f32[2, 4] -> f32[n, 4]
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.transpose %[[V6]] [1, 0] : f32[n, 4] -> f32[4, n]
// CHECK-NEXT: %[[V8:[a-z0-9]+]] = nn.contract %[[A0]], %[[V5]] batch [], [] contract [1], [0] : f32[4, n], f32[n, 2] -> f32[4, 2]
// CHECK-NEXT: %[[V9:[a-z0-9]+]] = nn.transpose %[[V8]] [1, 0] : f32[4, 2] -> f32[2, 4]
// CHECK-NEXT: nn.return %[[V7]], %[[V9]] : f32[4, n], f32[2, 4]
nn.func @tt {
^bb0(%a: !nn.tensor<f32[4, n]>, %b: !nn.tensor<f32[2, 4]>, %w: !nn.tensor<f32[n, 2]>):
  %y = nn.contract %a, %b batch [], [] contract [0], [1] : f32[4, n], f32[2, 4] -> f32[n, 2]
  %p = nn.mul %y, %w : f32[n, 2]
  %s = nn.reduce sum %p [0, 1] : f32[n, 2] -> f32
  %g, %h = nn.grad %s wrt (%a, %b) [] : f32, (f32[4, n], f32[2, 4]) -> (f32[4, n], f32[2, 4]), ()
  nn.return %g, %h : f32[4, n], f32[2, 4]
}

// CHECK-LABEL: nn.func @outer
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[n]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[3]>, %[[A2:[a-z0-9]+]]: !nn.tensor<f32[n, 3]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.contract %[[A0]], %[[A1]] batch [], [] contract [], [] : f32[n], f32[3] -> f32[n, 3]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A2]] : f32[n, 3]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1] : f32[n, 3] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[n, 3]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A2]] : f32[n, 3]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.contract %[[V5]], %[[A1]] batch [], [] contract [1], [0] : f32[n, 3], f32[3] -> f32[n]
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.contract %[[A0]], %[[V5]] batch [], [] contract [0], [0] : f32[n], f32[n, 3] -> f32[3]
// CHECK-NEXT: nn.return %[[V6]], %[[V7]] : f32[n], f32[3]
nn.func @outer {
^bb0(%a: !nn.tensor<f32[n]>, %b: !nn.tensor<f32[3]>, %w: !nn.tensor<f32[n, 3]>):
  %y = nn.contract %a, %b batch [], [] contract [], [] : f32[n], f32[3] -> f32[n, 3]
  %p = nn.mul %y, %w : f32[n, 3]
  %s = nn.reduce sum %p [0, 1] : f32[n, 3] -> f32
  %g, %h = nn.grad %s wrt (%a, %b) [] : f32, (f32[n], f32[3]) -> (f32[n], f32[3]), ()
  nn.return %g, %h : f32[n], f32[3]
}

// CHECK-LABEL: nn.func @batched
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[n, 2, 3]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[n, 3, 4]>, %[[A2:[a-z0-9]+]]: !nn.tensor<f32[n, 2, 4]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.contract %[[A0]], %[[A1]] batch [0], [0] contract [2], [1] : f32[n, 2, 3], f32[n, 3, 4] -> f32[n, 2, 4]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A2]] : f32[n, 2, 4]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1, 2] : f32[n, 2, 4] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[n, 2, 4]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A2]] : f32[n, 2, 4]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.contract %[[V5]], %[[A1]] batch [0], [0] contract [2], [2] : f32[n, 2, 4], f32[n, 3, 4] -> f32[n, 2, 3]
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.contract %[[A0]], %[[V5]] batch [0], [0] contract [1], [1] : f32[n, 2, 3], f32[n, 2, 4] -> f32[n, 3, 4]
// CHECK-NEXT: nn.return %[[V6]], %[[V7]] : f32[n, 2, 3], f32[n, 3, 4]
nn.func @batched {
^bb0(%a: !nn.tensor<f32[n, 2, 3]>, %b: !nn.tensor<f32[n, 3, 4]>, %w: !nn.tensor<f32[n, 2, 4]>):
  %y = nn.contract %a, %b batch [0], [0] contract [2], [1] : f32[n, 2, 3], f32[n, 3, 4] -> f32[n, 2, 4]
  %p = nn.mul %y, %w : f32[n, 2, 4]
  %s = nn.reduce sum %p [0, 1, 2] : f32[n, 2, 4] -> f32
  %g, %h = nn.grad %s wrt (%a, %b) [] : f32, (f32[n, 2, 3], f32[n, 3, 4]) -> (f32[n, 2, 3], f32[n, 3, 4]), ()
  nn.return %g, %h : f32[n, 2, 3], f32[n, 3, 4]
}

// CHECK-LABEL: nn.func @batch_inside
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[2, n, 3]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[3, 4, n]>, %[[A2:[a-z0-9]+]]: !nn.tensor<f32[n, 2, 4]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.contract %[[A0]], %[[A1]] batch [1], [2] contract [2], [0] : f32[2, n, 3], f32[3, 4, n] -> f32[n, 2, 4]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A2]] : f32[n, 2, 4]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1, 2] : f32[n, 2, 4] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[n, 2, 4]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A2]] : f32[n, 2, 4]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.contract %[[V5]], %[[A1]] batch [0], [2] contract [2], [1] : f32[n, 2, 4], f32[3, 4, n] -> f32[n, 2, 3]
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.transpose %[[V6]] [1, 0, 2] : f32[n, 2, 3] -> f32[2, n, 3]
// CHECK-NEXT: %[[V8:[a-z0-9]+]] = nn.contract %[[A0]], %[[V5]] batch [1], [0] contract [0], [1] : f32[2, n, 3], f32[n, 2, 4] -> f32[n, 3, 4]
// CHECK-NEXT: %[[V9:[a-z0-9]+]] = nn.transpose %[[V8]] [1, 2, 0] : f32[n, 3, 4] -> f32[3, 4, n]
// CHECK-NEXT: nn.return %[[V7]], %[[V9]] : f32[2, n, 3], f32[3, 4, n]
nn.func @batch_inside {
^bb0(%a: !nn.tensor<f32[2, n, 3]>, %b: !nn.tensor<f32[3, 4, n]>, %w: !nn.tensor<f32[n, 2, 4]>):
  %y = nn.contract %a, %b batch [1], [2] contract [2], [0] : f32[2, n, 3], f32[3, 4, n] -> f32[n, 2, 4]
  %p = nn.mul %y, %w : f32[n, 2, 4]
  %s = nn.reduce sum %p [0, 1, 2] : f32[n, 2, 4] -> f32
  %g, %h = nn.grad %s wrt (%a, %b) [] : f32, (f32[2, n, 3], f32[3, 4, n]) -> (f32[2, n, 3], f32[3, 4, n]), ()
  nn.return %g, %h : f32[2, n, 3], f32[3, 4, n]
}

// CHECK-LABEL: nn.func @two_sums
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[2, n, 3]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[3, 4, 2]>, %[[A2:[a-z0-9]+]]: !nn.tensor<f32[n, 4]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.contract %[[A0]], %[[A1]] batch [], [] contract [0, 2], [2, 0] : f32[2, n, 3], f32[3, 4, 2] -> f32[n, 4]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A2]] : f32[n, 4]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1] : f32[n, 4] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[n, 4]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A2]] : f32[n, 4]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.contract %[[V5]], %[[A1]] batch [], [] contract [1], [1] : f32[n, 4], f32[3, 4, 2] -> f32[n, 3, 2]
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.transpose %[[V6]] [2, 0, 1] : f32[n, 3, 2] -> f32[2, n, 3]
// CHECK-NEXT: %[[V8:[a-z0-9]+]] = nn.contract %[[A0]], %[[V5]] batch [], [] contract [1], [0] : f32[2, n, 3], f32[n, 4] -> f32[2, 3, 4]
// CHECK-NEXT: %[[V9:[a-z0-9]+]] = nn.transpose %[[V8]] [1, 2, 0] : f32[2, 3, 4] -> f32[3, 4, 2]
// CHECK-NEXT: nn.return %[[V7]], %[[V9]] : f32[2, n, 3], f32[3, 4, 2]
nn.func @two_sums {
^bb0(%a: !nn.tensor<f32[2, n, 3]>, %b: !nn.tensor<f32[3, 4, 2]>, %w: !nn.tensor<f32[n, 4]>):
  %y = nn.contract %a, %b batch [], [] contract [0, 2], [2, 0] : f32[2, n, 3], f32[3, 4, 2] -> f32[n, 4]
  %p = nn.mul %y, %w : f32[n, 4]
  %s = nn.reduce sum %p [0, 1] : f32[n, 4] -> f32
  %g, %h = nn.grad %s wrt (%a, %b) [] : f32, (f32[2, n, 3], f32[3, 4, 2]) -> (f32[2, n, 3], f32[3, 4, 2]), ()
  nn.return %g, %h : f32[2, n, 3], f32[3, 4, 2]
}

