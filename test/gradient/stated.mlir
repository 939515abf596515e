// A stated gradient is used instead of that of what computed the value, once more where it is differentiated again; nothing
// flows to an input that it leaves out.
// RUN: nn-opt --nn-expand-gradients --verify-diagnostics %s | FileCheck %s

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

nn.func @cut {
^bb0(%x: !nn.tensor<f32>, %w: !nn.tensor<f32>):
  %v = nn.mul %x, %w : f32
  // expected-note@+1 {{no gradient passes through}}
  %y = nn.with_gradient %v of (%x) : f32, (f32) {
  ^bb0(%dy: !nn.tensor<f32>):
    nn.yield %dy : f32
  }
  // expected-error@+2 {{[E3011] no gradient with respect to}}
  // expected-note@+1 {{it is computed from}}
  %dw = nn.grad %y wrt (%w) [] : f32, (f32) -> (f32), ()
  nn.return %dw : f32
}
