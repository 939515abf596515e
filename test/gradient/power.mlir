// The gradient of a square holds no power, comparison or choice once it is canonical.
// RUN: nn-opt --nn-expand-gradients --canonicalize %s | FileCheck %s

// CHECK-LABEL: nn.func @square
// CHECK-NEXT: ^bb0(%[[X:.*]]: !nn.tensor<f32[n]>):
// CHECK-NEXT: %[[TWO:.*]] = nn.constant dense<2.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[TWOS:.*]] = nn.broadcast %[[TWO]] [] : f32 -> f32[n]
// CHECK-NEXT: %[[G:.*]] = nn.mul %[[TWOS]], %[[X]] : f32[n]
// CHECK-NEXT: nn.return %[[G]]
nn.func @square {
^bb0(%x: !nn.tensor<f32[n]>):
  %two = nn.constant dense<2.0> : tensor<f32>
  %exponent = nn.broadcast %two [] : f32 -> f32[n]
  %square = nn.pow %x, %exponent : f32[n]
  %y = nn.reduce sum %square [0] : f32[n] -> f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32[n]) -> (f32[n]), ()
  nn.return %g : f32[n]
}
