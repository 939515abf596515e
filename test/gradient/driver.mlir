// What the reverse sweep does with any operation.
// RUN: nn-opt --nn-expand-gradients %s | FileCheck %s

// Contributions that meet in one value are added, the last use first.
// CHECK-LABEL: nn.func @accumulation
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.exp %[[A0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.sin %[[A0]] : f32
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.add %[[V0]], %[[V1]] : f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.mul %[[V2]], %[[A0]] : f32
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A0]] : f32
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.mul %[[V4]], %[[V2]] : f32
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.cos %[[A0]] : f32
// CHECK-NEXT: %[[V8:[a-z0-9]+]] = nn.mul %[[V5]], %[[V7]] : f32
// CHECK-NEXT: %[[V9:[a-z0-9]+]] = nn.add %[[V6]], %[[V8]] : f32
// CHECK-NEXT: %[[V10:[a-z0-9]+]] = nn.mul %[[V5]], %[[V0]] : f32
// CHECK-NEXT: %[[V11:[a-z0-9]+]] = nn.add %[[V9]], %[[V10]] : f32
// CHECK-NEXT: nn.return %[[V11]] : f32
nn.func @accumulation {
^bb0(%x: !nn.tensor<f32>):
  %a = nn.exp %x : f32
  %b = nn.sin %x : f32
  %c = nn.add %a, %b : f32
  %y = nn.mul %c, %x : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// An operand that occurs twice.
// CHECK-LABEL: nn.func @twice
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.mul %[[A0]], %[[A0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.mul %[[V1]], %[[A0]] : f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.mul %[[V1]], %[[A0]] : f32
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.add %[[V2]], %[[V3]] : f32
// CHECK-NEXT: nn.return %[[V4]] : f32
nn.func @twice {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.mul %x, %x : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// A value in the middle is a target of its own; what lies before it takes no part.
// CHECK-LABEL: nn.func @middle
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.exp %[[A0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.sin %[[V0]] : f32
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.cos %[[V0]] : f32
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.mul %[[V2]], %[[V3]] : f32
// CHECK-NEXT: nn.return %[[V4]] : f32
nn.func @middle {
^bb0(%x: !nn.tensor<f32>):
  %m = nn.exp %x : f32
  %y = nn.sin %m : f32
  %g = nn.grad %y wrt (%m) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// The scalar itself.
// CHECK-LABEL: nn.func @itself
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: nn.return %[[V0]] : f32
nn.func @itself {
^bb0(%x: !nn.tensor<f32>):
  %g = nn.grad %x wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// A constant is a value like any other.
// CHECK-LABEL: nn.func @constants
// CHECK: %[[V0:[a-z0-9]+]] = nn.constant dense<3.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<2.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.mul %[[V0]], %[[V1]] : f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.mul %[[V3]], %[[V0]] : f32
// CHECK-NEXT: nn.return %[[V4]] : f32
nn.func @constants {
^bb0():
  %a = nn.constant dense<3.0> : tensor<f32>
  %b = nn.constant dense<2.0> : tensor<f32>
  %y = nn.mul %a, %b : f32
  %g = nn.grad %y wrt (%b) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// stop_gradient leaves the other path.
// CHECK-LABEL: nn.func @stop_gradient
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.stop_gradient %[[A0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[A0]], %[[V0]] : f32
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.mul %[[V2]], %[[V0]] : f32
// CHECK-NEXT: nn.return %[[V3]] : f32
nn.func @stop_gradient {
^bb0(%x: !nn.tensor<f32>):
  %c = nn.stop_gradient %x : f32
  %y = nn.mul %x, %c : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// The gradient of the gradient goes through what the first one emitted.
// CHECK-LABEL: nn.func @second
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.exp %[[A0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.mul %[[V1]], %[[V0]] : f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.mul %[[V3]], %[[V1]] : f32
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[V0]] : f32
// CHECK-NEXT: nn.return %[[V5]] : f32
nn.func @second {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.exp %x : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  %h = nn.grad %g wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %h : f32
}

// All reads of a variable count; an input that nobody asked for gets nothing.
// CHECK-LABEL: nn.func @variable
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[n, 4]>):
// CHECK-NEXT: nn.variable param @w : f32[4]
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.read @w : f32[4]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.read @w : f32[4]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.contract %[[A0]], %[[V0]] batch [], [] contract [1], [0] : f32[n, 4], f32[4] -> f32[n]
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.reduce sum %[[V2]] [0] : f32[n] -> f32
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.mul %[[V1]], %[[V1]] : f32[4]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.reduce sum %[[V4]] [0] : f32[4] -> f32
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.add %[[V3]], %[[V5]] : f32
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V8:[a-z0-9]+]] = nn.broadcast %[[V7]] [] : f32 -> f32[4]
// CHECK-NEXT: %[[V9:[a-z0-9]+]] = nn.mul %[[V8]], %[[V1]] : f32[4]
// CHECK-NEXT: %[[V10:[a-z0-9]+]] = nn.mul %[[V8]], %[[V1]] : f32[4]
// CHECK-NEXT: %[[V11:[a-z0-9]+]] = nn.add %[[V9]], %[[V10]] : f32[4]
// CHECK-NEXT: %[[V12:[a-z0-9]+]] = nn.broadcast %[[V7]] [] : f32 -> f32[n]
// CHECK-NEXT: %[[V13:[a-z0-9]+]] = nn.contract %[[A0]], %[[V12]] batch [], [] contract [0], [0] : f32[n, 4], f32[n] -> f32[4]
// CHECK-NEXT: %[[V14:[a-z0-9]+]] = nn.add %[[V13]], %[[V11]] : f32[4]
// CHECK-NEXT: nn.return %[[V14]] : f32[4]
nn.func @variable {
^bb0(%x: !nn.tensor<f32[n, 4]>):
  nn.variable param @w : f32[4]
  %w0 = nn.read @w : f32[4]
  %w1 = nn.read @w : f32[4]
  %y = nn.contract %x, %w0 batch [], [] contract [1], [0] : f32[n, 4], f32[4] -> f32[n]
  %s = nn.reduce sum %y [0] : f32[n] -> f32
  %q = nn.mul %w1, %w1 : f32[4]
  %p = nn.reduce sum %q [0] : f32[4] -> f32
  %e = nn.add %s, %p : f32
  %g = nn.grad %e wrt () [@w] : f32, () -> (), (f32[4])
  nn.return %g : f32[4]
}

// Straight-line assignments of a var are followed.
// CHECK-LABEL: nn.func @assigned_var
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: nn.variable var @h : f32
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.exp %[[A0]] : f32
// CHECK-NEXT: nn.assign @h, %[[V0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.read @h : f32
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.mul %[[V1]], %[[A0]] : f32
// CHECK-NEXT: nn.assign @h, %[[V2]] : f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.read @h : f32
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A0]] : f32
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.mul %[[V4]], %[[V1]] : f32
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.mul %[[V5]], %[[V0]] : f32
// CHECK-NEXT: %[[V8:[a-z0-9]+]] = nn.add %[[V6]], %[[V7]] : f32
// CHECK-NEXT: nn.return %[[V8]] : f32
nn.func @assigned_var {
^bb0(%x: !nn.tensor<f32>):
  nn.variable var @h : f32
  %a = nn.exp %x : f32
  nn.assign @h, %a : f32
  %b = nn.read @h : f32
  %c = nn.mul %b, %x : f32
  nn.assign @h, %c : f32
  %y = nn.read @h : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// Parameters are leaves: an earlier step of training is no part of the scalar.
// CHECK-LABEL: nn.func @param_is_leaf
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: nn.variable param @w : f32
// CHECK-NEXT: nn.assign @w, %[[A0]] : f32
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.read @w : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A0]] : f32
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.mul %[[V2]], %[[V0]] : f32
// CHECK-NEXT: nn.return %[[V3]] : f32
nn.func @param_is_leaf {
^bb0(%x: !nn.tensor<f32>):
  nn.variable param @w : f32
  nn.assign @w, %x : f32
  %w = nn.read @w : f32
  %y = nn.mul %w, %x : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

