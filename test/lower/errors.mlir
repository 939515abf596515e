// What cannot be lowered is said with its name and place.
// RUN: nn-opt %s --nn-lower-to-loops --split-input-file --verify-diagnostics -o /dev/null

// expected-error @+1 {{cannot be lowered: only commands and tests can}}
nn.func @function {
  nn.return
}

// -----

nn.command @unfused doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[4, 8]
  // expected-error @+1 {{stands outside a group; run --nn-fuse first}}
  %e = nn.exp %a : f32[4, 8]
  nn.end
}

// -----

nn.command @gradient doc "" flags [] {
  nn.variable param @w : f32[3, 2]
  %x = nn.constant dense<1.0> : tensor<f32>
  // expected-error @+1 {{cannot be lowered to loops}}
  %g = nn.grad %x wrt () [@w] : f32, () -> (), (f32[3, 2])
  nn.end
}
