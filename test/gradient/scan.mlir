// Back-propagation through time: the gradient of a loop is a loop in the other direction, that reads what the forward one stacked.
// RUN: nn-opt --nn-expand-gradients --canonicalize --cse %s | FileCheck %s

// The forward loop yields its carried value before each turn (%[[OLD]]); h = tanh(...) is stacked as the user's own row.
// CHECK-LABEL: nn.func @recurrent
// CHECK: %{{.*}}, %[[ROWS:.*]]:2 = nn.scan length t over(%[[X:.*]]) from(%[[H0:.*]]) with(%[[W:.*]]) : (f32[t, n]), (f32[n]), (f32[n]) -> (f32[n]), (f32[t, n], f32[t, n]) {
// CHECK: ^bb0(%{{.*}}: !nn.tensor<i64>, %[[V:.*]]: !nn.tensor<f32[n]>, %[[OLD:.*]]: !nn.tensor<f32[n]>, %[[CAPTURE:.*]]: !nn.tensor<f32[n]>):
// CHECK: %[[H:.*]] = nn.tanh
// CHECK: nn.yield %[[H]], %[[OLD]], %[[H]] : f32[n], f32[n], f32[n]
// CHECK: nn.scan reverse length t over(%[[ROWS]]#{{[01]}}, %[[ROWS]]#{{[01]}}) from(%{{.*}}, %{{.*}}) with(%[[W]]) : (f32[t, n], f32[t, n]), (f32[n], f32[n]), (f32[n]) -> (f32[n], f32[n]), (f32[t, n]) {
// CHECK-NOT: nn.tanh
// CHECK: nn.return
nn.func @recurrent {
^bb0(%x: !nn.tensor<f32[t, n]>, %h0: !nn.tensor<f32[n]>, %w: !nn.tensor<f32[n]>):
  %h = nn.scan length t over (%x) from (%h0) with (%w) : (f32[t, n]), (f32[n]), (f32[n]) -> (f32[n]), () {
  ^bb0(%i: !nn.tensor<i64>, %v: !nn.tensor<f32[n]>, %c: !nn.tensor<f32[n]>, %d: !nn.tensor<f32[n]>):
    %1 = nn.mul %c, %d : f32[n]
    %2 = nn.add %1, %v : f32[n]
    %3 = nn.tanh %2 : f32[n]
    nn.yield %3 : f32[n]
  }
  %loss = nn.reduce sum %h [0] : f32[n] -> f32
  %gx, %gw, %gh = nn.grad %loss wrt (%x, %w, %h0) [] : f32, (f32[t, n], f32[n], f32[n]) -> (f32[t, n], f32[n], f32[n]), ()
  nn.return %gx, %gw, %gh : f32[t, n], f32[n], f32[n]
}
