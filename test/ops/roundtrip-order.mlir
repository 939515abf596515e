// Operations along the order of elements, and gradients that the program states.
// RUN: nn-opt %s | nn-opt | FileCheck %s
// RUN: nn-opt --nn-expand-gradients %s | FileCheck --check-prefix=GRAD %s

// CHECK-LABEL: nn.func @order
nn.func @order {
^bb0(%x: !nn.tensor<f32[n, 4]>):
  // CHECK: nn.argsort %{{.*}} : f32[n, 4] -> i32[n, 4]
  %0 = nn.argsort %x : f32[n, 4] -> i32[n, 4]
  // CHECK: nn.argsort descending %{{.*}} : i32[n, 4] -> i32[n, 4]
  %1 = nn.argsort descending %0 : i32[n, 4] -> i32[n, 4]
  // CHECK: nn.cumsum %{{.*}} along 1 : f32[n, 4]
  %2 = nn.cumsum %x along 1 : f32[n, 4]
  // CHECK: nn.cumsum reverse %{{.*}} along 0 : i32[n, 4]
  %3 = nn.cumsum reverse %1 along 0 : i32[n, 4]
  nn.return
}

// CHECK-LABEL: nn.func @custom
// GRAD-LABEL: nn.func @custom
nn.func @custom {
^bb0(%x: !nn.tensor<f32[n]>, %w: !nn.tensor<f32>):
  // GRAD-NEXT: ^bb0(%[[X:.*]]: !nn.tensor<f32[n]>, %{{.*}}: !nn.tensor<f32>):
  // GRAD-NEXT: %[[V:.*]] = nn.sign %[[X]]
  // GRAD-NEXT: nn.return %[[V]]
  // CHECK: %[[V:.*]] = nn.sign %[[X:.*]] : f32[n]
  %v = nn.sign %x : f32[n]
  // CHECK: %[[Y:.*]] = nn.with_gradient %[[V]] of(%[[X]], %{{.*}}) : f32[n], (f32[n], f32) {
  // CHECK: ^bb0(%[[DY:.*]]: !nn.tensor<f32[n]>):
  // CHECK:   %[[SUM:.*]] = nn.reduce sum %[[DY]] [0]
  // CHECK:   nn.yield %[[DY]], %[[SUM]] : f32[n], f32
  %y = nn.with_gradient %v of (%x, %w) : f32[n], (f32[n], f32) {
  ^bb0(%dy: !nn.tensor<f32[n]>):
    %sum = nn.reduce sum %dy [0] : f32[n] -> f32
    nn.yield %dy, %sum : f32[n], f32
  }
  nn.return %y : f32[n]
}
