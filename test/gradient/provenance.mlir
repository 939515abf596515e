// Each operation of a gradient names its forward operation and keeps its source location; gradients of
// gradients nest.
// RUN: nn-opt --nn-expand-gradients --mlir-print-debuginfo --mlir-print-local-scope %s | FileCheck %s

// CHECK: nn.exp %{{.*}} loc("y"("net.nn":3:7))
// CHECK: nn.constant {{.*}} loc("net.nn":4:5)
// CHECK: nn.mul {{.*}} loc("gradient of nn.exp"("y"("net.nn":3:7)))
// CHECK: nn.constant {{.*}} loc("net.nn":5:5)
// CHECK: nn.mul {{.*}} loc("gradient of nn.mul"("gradient of nn.exp"("y"("net.nn":3:7))))
nn.func @f {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.exp %x : f32 loc("y"("net.nn":3:7))
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), () loc("net.nn":4:5)
  %h = nn.grad %g wrt (%x) [] : f32, (f32) -> (f32), () loc("net.nn":5:5)
  nn.return %h : f32
}
