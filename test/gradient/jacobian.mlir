// nn.jacobian: its syntax, and the loop over the elements of its value that it becomes.
// RUN: nn-opt %s | nn-opt | FileCheck %s --check-prefix=SYNTAX
// RUN: nn-opt --nn-expand-gradients --canonicalize %s | FileCheck %s

// SYNTAX: nn.jacobian %{{.*}} wrt(%{{.*}}) [] : f32[n], (f32[n]) -> (f32[n, n]), ()
// CHECK-LABEL: nn.func @squares
// CHECK: %[[J:.*]] = nn.scan length n over() from() with({{.*}}) : (), (), ({{.*}}) -> (), (f32[n, n]) {
// CHECK: %[[POSITION:.*]] = nn.iota 0 : i64[n]
// CHECK: nn.eq %[[POSITION]]
// CHECK: nn.return %[[J]]
nn.func @squares {
^bb0(%x: !nn.tensor<f32[n]>):
  %y = nn.mul %x, %x : f32[n]
  %j = nn.jacobian %y wrt (%x) [] : f32[n], (f32[n]) -> (f32[n, n]), ()
  nn.return %j : f32[n, n]
}
