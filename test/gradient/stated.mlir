// A stated gradient is used instead of that of what computed the value, once more where it is differentiated again.
// RUN: nn-opt --nn-expand-gradients %s | FileCheck %s

// CHECK-LABEL: nn.func @used
nn.func @used {
^bb0(%x: !nn.tensor<f32>, %k: !nn.tensor<f32>):
  // CHECK: %[[X:.*]]: !nn.tensor<f32>, %[[K:.*]]: !nn.tensor<f32>
  %v = nn.sign %x : f32
  %y = nn.with_gradient %v of (%x) : f32, (f32) {
  ^bb0(%dy: !nn.tensor<f32>):
    %k2 = nn.mul %k, %x : f32
    %dx = nn.mul %dy, %k2 : f32
    nn.yield %dx : f32
  }
  // CHECK: %[[ONE:.*]] = nn.constant dense<1.0
  // CHECK: %[[KX:.*]] = nn.mul %[[K]], %[[X]]
  // CHECK: %[[DX:.*]] = nn.mul %[[ONE]], %[[KX]]
  %dx = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  // CHECK: %[[ONE2:.*]] = nn.constant dense<1.0
  // CHECK: %[[D:.*]] = nn.mul %[[ONE2]], %[[ONE]]
  // CHECK: %[[DDX:.*]] = nn.mul %[[D]], %[[K]]
  %ddx = nn.grad %dx wrt (%x) [] : f32, (f32) -> (f32), ()
  // CHECK: nn.return %[[DX]], %[[DDX]]
  nn.return %dx, %ddx : f32, f32
}
