// Nothing flows to what a stated gradient leaves out.
// RUN: nn-opt --nn-expand-gradients --verify-diagnostics %s
nn.func @cut {
^bb0(%x: !nn.tensor<f32>, %w: !nn.tensor<f32>):
  %v = nn.mul %x, %w : f32
  // expected-note@+2 {{no gradient passes through}}
  // expected-note@+1 {{it is computed from constants alone}}
  %y = nn.with_gradient %v of (%x) : f32, (f32) {
  ^bb0(%dy: !nn.tensor<f32>):
    nn.yield %dy : f32
  }
  // expected-error@+1 {{no gradient with respect to}}
  %dw = nn.grad %y wrt (%w) [] : f32, (f32) -> (f32), ()
  nn.return %dw : f32
}
