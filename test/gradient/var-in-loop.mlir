// RUN: nn-opt --nn-expand-gradients %s | FileCheck %s
// A `var` that each turn of a loop reads, differentiates with respect to, and assigns: what it held in earlier
// turns is not part of the gradient.

// CHECK-LABEL: nn.command @train
// CHECK: nn.for
// CHECK: %[[W:.*]] = nn.read @w
// CHECK: nn.mul
// CHECK-NOT: nn.grad
// CHECK: nn.assign @w
nn.command @train doc "" flags [] {
  nn.variable var @w : f32
  %start = nn.constant dense<5.000000e-01> : tensor<f32>
  %lower = nn.constant dense<1> : tensor<i64>
  %upper = nn.constant dense<101> : tensor<i64>
  nn.assign @w, %start : f32
  nn.for %lower to %upper {
  ^bb0(%i: !nn.tensor<i64>):
    %w = nn.read @w : f32
    %square = nn.mul %w, %w : f32
    %gradient = nn.grad %square wrt(%w) [] : f32, (f32) -> (f32), ()
    %next = nn.sub %w, %gradient : f32
    nn.assign @w, %next : f32
    nn.end
  }
  nn.end
}
