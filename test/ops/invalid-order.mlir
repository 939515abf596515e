// Wrong uses of operations along the order of elements, and of stated gradients.
// RUN: nn-opt --split-input-file --verify-diagnostics %s

nn.func @f {
^bb0(%a: !nn.tensor<f32>):
  // expected-error@+2 {{nn.argsort needs an axis to sort along}}
  // expected-error@+1 {{failed to infer returned types}}
  %y = nn.argsort %a : f32 -> i32
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n]>):
  // expected-error@+1 {{sums along an axis that does not exist}}
  %y = nn.cumsum %a along 1 : f32[n]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n]>):
  // expected-error@+1 {{needs one argument of its rule, of its result's type}}
  %y = nn.with_gradient %a of (%a) : f32[n], (f32[n]) {
  ^bb0(%dy: !nn.tensor<f32>):
    nn.yield %a : f32[n]
  }
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n]>):
  // expected-error@+1 {{needs a rule that yields a cotangent for each input, of the input's type}}
  %y = nn.with_gradient %a of (%a) : f32[n], (f32[n]) {
  ^bb0(%dy: !nn.tensor<f32[n]>):
    nn.yield %dy, %dy : f32[n], f32[n]
  }
  nn.return
}
