// Where a selection has been passed, slopes that may be infinite are multiplied by strong zeros; others as always.
// RUN: nn-opt --nn-expand-gradients %s | FileCheck %s

// CHECK-LABEL: nn.func @selected
// CHECK: nn.sqrt
// CHECK: %[[G:.*]] = nn.select
// CHECK: nn.strong_div
// CHECK: nn.return
nn.func @selected {
^bb0(%c: !nn.tensor<i1[n]>, %x: !nn.tensor<f32[n]>):
  %root = nn.sqrt %x : f32[n]
  %chosen = nn.select %c, %root, %x : i1[n], f32[n]
  %y = nn.reduce sum %chosen [0] : f32[n] -> f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32[n]) -> (f32[n]), ()
  nn.return %g : f32[n]
}

// Nothing is selected.
// CHECK-LABEL: nn.func @plain
// CHECK-NOT: strong
// CHECK: nn.return
nn.func @plain {
^bb0(%x: !nn.tensor<f32[n]>):
  %root = nn.sqrt %x : f32[n]
  %y = nn.reduce sum %root [0] : f32[n] -> f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32[n]) -> (f32[n]), ()
  nn.return %g : f32[n]
}

// The slopes of tanh and of a product by an input, and a division by what is positive, are finite.
// CHECK-LABEL: nn.func @finite
// CHECK-NOT: strong
// CHECK: nn.return
nn.func @finite {
^bb0(%c: !nn.tensor<i1[n]>, %x: !nn.tensor<f32[n]>, %w: !nn.tensor<f32[n]>):
  %one = nn.constant dense<1.0> : tensor<f32>
  %ones = nn.broadcast %one [] : f32 -> f32[n]
  %square = nn.mul %x, %x : f32[n]
  %above = nn.add %square, %ones : f32[n]
  %root = nn.sqrt %above : f32[n]
  %t = nn.tanh %x : f32[n]
  %p = nn.mul %t, %w : f32[n]
  %q = nn.div %p, %root : f32[n]
  %chosen = nn.select %c, %q, %x : i1[n], f32[n]
  %y = nn.reduce sum %chosen [0] : f32[n] -> f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32[n]) -> (f32[n]), ()
  nn.return %g : f32[n]
}

// What comes unmasked from elsewhere as well needs none.
// CHECK-LABEL: nn.func @joined
// CHECK-NOT: strong
// CHECK: nn.return
nn.func @joined {
^bb0(%c: !nn.tensor<i1[n]>, %x: !nn.tensor<f32[n]>):
  %root = nn.sqrt %x : f32[n]
  %chosen = nn.select %c, %root, %x : i1[n], f32[n]
  %both = nn.add %chosen, %root : f32[n]
  %y = nn.reduce sum %both [0] : f32[n] -> f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32[n]) -> (f32[n]), ()
  nn.return %g : f32[n]
}

// One condition for all: the product of matrices is not strong, its result is selected.
// CHECK-LABEL: nn.func @branch
// CHECK: %[[PRODUCT:.*]] = nn.contract
// CHECK: nn.contract
// CHECK: nn.select
// CHECK: nn.strong_div
// CHECK: nn.return
nn.func @branch {
^bb0(%c: !nn.tensor<i1>, %x: !nn.tensor<f32[3]>, %w: !nn.tensor<f32[3]>):
  %l = nn.log %x : f32[3]
  %p = nn.contract %l, %w batch [], [] contract [0], [0] : f32[3], f32[3] -> f32
  %zero = nn.constant dense<0.0> : tensor<f32>
  %y = nn.select %c, %p, %zero : i1, f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32[3]) -> (f32[3]), ()
  nn.return %g : f32[3]
}
