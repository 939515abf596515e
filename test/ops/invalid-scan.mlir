// What nn.scan refuses.
// RUN: nn-opt --split-input-file --verify-diagnostics %s


nn.func @f {
^bb0(%x: !nn.tensor<f32[3]>, %z: !nn.tensor<f32>):
  // expected-error@+1 {{has a source '!nn.tensor<f32[3]>' whose first dimension is not the length 4}}
  %s = nn.scan length 4 over (%x) from (%z) with () : (f32[3]), (f32), () -> (f32), () {
  ^bb0(%i: !nn.tensor<i64>, %v: !nn.tensor<f32>, %c: !nn.tensor<f32>):
    nn.yield %c : f32
  }
  nn.return
}

// -----

nn.func @f {
^bb0(%z: !nn.tensor<f32>):
  // expected-error@+1 {{stacks '!nn.tensor<f32>' to '!nn.tensor<f32[4]>'}}
  %s = nn.scan length 3 over () from () with (%z) : (), (), (f32) -> (), (f32[4]) {
  ^bb0(%i: !nn.tensor<i64>, %c: !nn.tensor<f32>):
    nn.yield %c : f32
  }
  nn.return
}

// -----

nn.func @f {
^bb0(%z: !nn.tensor<f32>):
  // expected-error@+1 {{needs as arguments of its body an index and one for each operand}}
  %s = nn.scan length 3 over () from (%z) with () : (), (f32), () -> (f32), () {
  ^bb0(%i: !nn.tensor<i64>):
    nn.yield %i : i64
  }
  nn.return
}
