// Each operation of a gradient has an origin of its own, which names the forward operation whose rule emitted it, and that one's
// line; gradients of gradients nest. Of two operations on one line each has its own. An update is of its variable.
// RUN: nn-opt --nn-expand-gradients --mlir-print-debuginfo --mlir-print-local-scope %s | FileCheck %s
// RUN: not nn-opt --split-input-file %S/Inputs/bad-origin.mlir 2>&1 | FileCheck --check-prefix=BAD %s

// CHECK-LABEL: nn.func @twice
// CHECK: %[[Y:.*]] = nn.exp %{{.*}} loc(fused<#nn.origin<[[EXP:[0-9]+]]>>["y"("net.nn":3:7)])
// CHECK: nn.constant {{.*}} loc(fused<#nn.origin<{{[0-9]+}}, gradient of [[EXP]]>>["net.nn":4:5])
// CHECK: nn.mul {{.*}} loc(fused<#nn.origin<[[MUL:[0-9]+]], gradient of [[EXP]]>>["gradient of exp"(fused<#nn.origin<[[EXP]]>>["y"("net.nn":3:7)])])
// CHECK: nn.constant {{.*}} loc(fused<#nn.origin<{{[0-9]+}}, gradient of [[MUL]]>>["net.nn":5:5])
// CHECK: nn.mul {{.*}} loc(fused<#nn.origin<{{[0-9]+}}, gradient of [[MUL]]>>["gradient of mul"(fused<#nn.origin<[[MUL]], gradient of [[EXP]]>>["gradient of exp"(fused<#nn.origin<[[EXP]]>>["y"("net.nn":3:7)])])])
nn.func @twice {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.exp %x : f32 loc("y"("net.nn":3:7))
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), () loc("net.nn":4:5)
  %h = nn.grad %g wrt (%x) [] : f32, (f32) -> (f32), () loc("net.nn":5:5)
  nn.return %h : f32
}

// Ids that the file has stay, and no other operation gets them.
// CHECK-LABEL: nn.func @same_line
// CHECK: nn.exp %{{.*}} loc(fused<#nn.origin<100>>["net.nn":3:7])
// CHECK: nn.exp %{{.*}} loc(fused<#nn.origin<102>>["net.nn":3:7])
// CHECK: nn.mul {{.*}} loc(fused<#nn.origin<[[OUTER:[0-9]+]], gradient of 102>>
// CHECK: nn.mul {{.*}} loc(fused<#nn.origin<{{10[3-9]|1[1-9][0-9]}}, gradient of 100>>
nn.func @same_line {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.exp %x : f32 loc(fused<#nn.origin<100>>["net.nn":3:7])
  %z = nn.exp %y : f32 loc(fused<#nn.origin<102>>["net.nn":3:7])
  %g = nn.grad %z wrt (%x) [] : f32, (f32) -> (f32), () loc("net.nn":4:5)
  nn.return %g : f32
}
// BAD: error: unknown kind of origin
