// RUN: nn-opt %s --nn-forward-variables | FileCheck %s

// CHECK-LABEL: @forward
nn.func @forward {
^bb0(%x: !nn.tensor<f32[4]>):
  nn.variable var @v : f32[4]
  // CHECK: nn.assign @v, %[[X:.*]] : f32[4]
  // CHECK-NOT: nn.read
  // CHECK: nn.return %[[X]], %[[X]]
  nn.assign @v, %x : f32[4]
  %a = nn.read @v : f32[4]
  %b = nn.read @v : f32[4]
  nn.return %a, %b : f32[4], f32[4]
}

// CHECK-LABEL: @overwritten
nn.func @overwritten {
^bb0(%x: !nn.tensor<f32[4]>, %y: !nn.tensor<f32[4]>):
  nn.variable var @v : f32[4]
  // CHECK-COUNT-1: nn.assign
  // CHECK-NOT: nn.assign
  nn.assign @v, %x : f32[4]
  nn.assign @v, %y : f32[4]
  nn.return
}

// What a loop assigns is not known after it, and what it may read must be in memory.
// CHECK-LABEL: @loop
nn.func @loop {
^bb0(%x: !nn.tensor<f32[4]>, %n: !nn.tensor<i64>):
  nn.variable var @v : f32[4]
  // CHECK: nn.assign @v
  // CHECK: nn.for
  // CHECK: nn.read @v
  // CHECK: nn.assign @v
  // CHECK: %[[A:.*]] = nn.read @v
  // CHECK: nn.return %[[A]]
  nn.assign @v, %x : f32[4]
  nn.for %n to %n {
  ^bb0(%i: !nn.tensor<i64>):
    %o = nn.read @v : f32[4]
    %d = nn.add %o, %o : f32[4]
    nn.assign @v, %d : f32[4]
    nn.end
  }
  %a = nn.read @v : f32[4]
  nn.return %a : f32[4]
}
