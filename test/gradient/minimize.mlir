// nn.minimize: gradients, then the update in its place; in a loop over batches, with values from outside.
// RUN: nn-opt --nn-expand-gradients %s | FileCheck %s

// CHECK-LABEL: nn.command @train
// CHECK: %[[RATE:.*]] = nn.constant
// CHECK: nn.batches
// CHECK: ^bb0(%[[X:.*]]: !nn.tensor<f32[n, 4]>):
// CHECK-NEXT: %[[W:.*]] = nn.read @w
// CHECK-NEXT: %[[Y:.*]] = nn.contract %[[X]], %[[W]]
// CHECK-NEXT: %[[L:.*]] = nn.reduce sum %[[Y]]
// CHECK-NEXT: %[[ONE:.*]] = nn.constant dense<1.000000e+00>
// CHECK-NEXT: %[[DY:.*]] = nn.broadcast %[[ONE]] [] : f32 -> f32[n]
// CHECK-NEXT: %[[G:.*]] = nn.contract %[[X]], %[[DY]] batch [], [] contract [0], [0]
// CHECK-NEXT: %[[STEP:.*]] = nn.mul %[[G]], %[[RATE]]
// CHECK-NEXT: %[[NEW:.*]] = nn.sub %[[W]], %[[STEP]]
// CHECK-NEXT: nn.assign @w, %[[NEW]]
// CHECK-NEXT: %[[AFTER:.*]] = nn.read @w
// CHECK-NEXT: nn.assign @average, %[[AFTER]]
// CHECK-NEXT: nn.end
// CHECK-NOT: nn.minimize
nn.command @train doc "" flags [] {
^bb0(%data: !nn.dataset<rows>):
  nn.variable param @w : f32[4]
  nn.variable state @average : f32[4]
  %rate = nn.constant dense<0.1> : tensor<4xf32>
  %size = nn.constant dense<64> : tensor<i64>
  nn.batches %data, %size rows "n" fields [0] : !nn.dataset<rows> {
  ^bb0(%x: !nn.tensor<f32[n, 4]>):
    %w = nn.read @w : f32[4]
    %y = nn.contract %x, %w batch [], [] contract [1], [0] : f32[n, 4], f32[4] -> f32[n]
    %loss = nn.reduce sum %y [0] : f32[n] -> f32
    nn.minimize %loss over [@w] : f32 {
    ^bb0(%g: !nn.tensor<f32[4]>):
      %step = nn.mul %g, %rate : f32[4]
      %new = nn.sub %w, %step : f32[4]
      nn.assign @w, %new : f32[4]
      nn.end
    }
    %after = nn.read @w : f32[4]
    nn.assign @average, %after : f32[4]
    nn.end
  }
  nn.end
}

// A scalar of an enclosing block; the gradient is emitted where it is asked for.
// CHECK-LABEL: nn.func @enclosing
// CHECK: %[[Y:.*]] = nn.exp
// CHECK-NEXT: nn.if
// CHECK-NEXT: %[[ONE:.*]] = nn.constant dense<1.000000e+00>
// CHECK-NEXT: %[[G:.*]] = nn.mul %[[ONE]], %[[Y]]
// CHECK-NEXT: nn.assign @seen, %[[G]]
nn.func @enclosing {
^bb0(%x: !nn.tensor<f32>, %c: !nn.tensor<i1>):
  nn.variable state @seen : f32
  %y = nn.exp %x : f32
  nn.if %c {
    %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
    nn.assign @seen, %g : f32
    nn.end
  } else {
    nn.end
  }
  nn.return
}

// A carried var is a constant where the parameter was assigned since it was stored: nothing is cut off.
// CHECK-LABEL: nn.func @carried_state
// CHECK-NOT: nn.minimize
// CHECK: nn.assign @w
nn.func @carried_state {
^bb0(%n: !nn.tensor<i64>):
  nn.variable param @w : f32
  nn.variable var @h : f32
  %zero = nn.constant dense<0> : tensor<i64>
  nn.for %zero to %n {
  ^bb0(%i: !nn.tensor<i64>):
    %h = nn.read @h : f32
    %w = nn.read @w : f32
    %next = nn.mul %h, %w : f32
    nn.assign @h, %next : f32
    nn.minimize %next over [@w] : f32 {
    ^bb0(%g: !nn.tensor<f32>):
      %new = nn.sub %w, %g : f32
      nn.assign @w, %new : f32
      nn.end
    }
    nn.end
  }
  nn.return
}
