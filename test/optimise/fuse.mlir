// What becomes one group, and what must not.
// RUN: nn-opt %s --nn-fuse --split-input-file | FileCheck %s

// A chain and the reduction at its end; the broadcast is inside, its operand an input.
// CHECK-LABEL: @chain
nn.func @chain {
^bb0(%x: !nn.tensor<f32[n, 4]>, %b: !nn.tensor<f32[4]>):
  // CHECK:      %[[G:.*]] = nn.fused(%{{.*}}, %{{.*}}) : (f32[n, 4], f32[4]) -> (f32[n])
  // CHECK:        nn.broadcast
  // CHECK-NEXT:   nn.add
  // CHECK-NEXT:   nn.tanh
  // CHECK-NEXT:   %[[R:.*]] = nn.reduce sum
  // CHECK-NEXT:   nn.yield %[[R]] : f32[n]
  // CHECK:      nn.return %[[G]]
  %s = nn.broadcast %b [1] : f32[4] -> f32[n, 4]
  %a = nn.add %x, %s : f32[n, 4]
  %t = nn.tanh %a : f32[n, 4]
  %r = nn.reduce sum %t [1] : f32[n, 4] -> f32[n]
  nn.return %r : f32[n]
}

// -----

// Softmax: a reduction's reader starts a new group.
// CHECK-LABEL: @softmax
nn.func @softmax {
^bb0(%x: !nn.tensor<f32[n, 4]>):
  // CHECK: %[[M:.*]] = nn.fused(%{{.*}}) : (f32[n, 4]) -> (f32[n])
  // CHECK: %[[E:.*]]:2 = nn.fused(%{{.*}}, %[[M]]) : (f32[n, 4], f32[n]) -> (f32[n, 4], f32[n])
  // CHECK: nn.fused(%[[E]]#0, %[[E]]#1) : (f32[n, 4], f32[n]) -> (f32[n, 4])
  // CHECK-NOT: nn.fused
  %m = nn.reduce max %x [1] : f32[n, 4] -> f32[n]
  %mb = nn.broadcast %m [0] : f32[n] -> f32[n, 4]
  %d = nn.sub %x, %mb : f32[n, 4]
  %e = nn.exp %d : f32[n, 4]
  %s = nn.reduce sum %e [1] : f32[n, 4] -> f32[n]
  %sb = nn.broadcast %s [0] : f32[n] -> f32[n, 4]
  %p = nn.div %e, %sb : f32[n, 4]
  nn.return %p : f32[n, 4]
}

// -----

// a -> contract -> c: a and c have the same shape, but what is between must run between them.
// CHECK-LABEL: @convex
nn.func @convex {
^bb0(%x: !nn.tensor<f32[4, 4]>):
  // CHECK: %[[A:.*]] = nn.fused
  // CHECK:   nn.exp
  // CHECK: %[[C:.*]] = nn.contract %[[A]], %[[A]]
  // CHECK: nn.fused(%[[A]], %[[C]])
  // CHECK:   nn.add
  %a = nn.exp %x : f32[4, 4]
  %c = nn.contract %a, %a batch [], [] contract [1], [0] : f32[4, 4], f32[4, 4] -> f32[4, 4]
  %s = nn.add %a, %c : f32[4, 4]
  nn.return %s : f32[4, 4]
}

// -----

// a and c could be one group, b and d another; both together would wait for each other.
// CHECK-LABEL: @crossed
nn.func @crossed {
^bb0(%x: !nn.tensor<f32[4]>, %y: !nn.tensor<f32[4, 4]>):
  // CHECK-COUNT-3: nn.fused
  // CHECK-NOT: nn.fused
  %a = nn.exp %x : f32[4]
  %b = nn.exp %y : f32[4, 4]
  %rb = nn.reduce sum %b [0] : f32[4, 4] -> f32[4]
  %c = nn.add %a, %rb : f32[4]
  %ab = nn.broadcast %a [0] : f32[4] -> f32[4, 4]
  %d = nn.mul %b, %ab : f32[4, 4]
  nn.return %c, %d : f32[4], f32[4, 4]
}

// -----

// Reading another element than the group is at needs the whole tensor first.
// CHECK-LABEL: @elsewhere
nn.func @elsewhere {
^bb0(%x: !nn.tensor<f32[4, 4]>):
  // CHECK: %[[A:.*]] = nn.fused
  // CHECK:   nn.exp
  // CHECK-NOT: nn.transpose
  // CHECK: nn.fused(%[[A]])
  // CHECK:   nn.transpose
  // CHECK-NEXT: nn.add
  %a = nn.exp %x : f32[4, 4]
  %t = nn.transpose %a [1, 0] : f32[4, 4] -> f32[4, 4]
  %s = nn.add %a, %t : f32[4, 4]
  nn.return %s : f32[4, 4]
}

// -----

// Two reductions along different axes are two groups; along the same, one.
// CHECK-LABEL: @axes
nn.func @axes {
^bb0(%x: !nn.tensor<f32[4, 8]>):
  // CHECK: %[[B:.*]] = nn.fused(%{{.*}}) : (f32[4, 8]) -> (f32[8])
  // CHECK: %[[A:.*]]:2 = nn.fused(%{{.*}}) : (f32[4, 8]) -> (f32[4], f32[4])
  // CHECK: nn.return %[[A]]#0, %[[B]], %[[A]]#1
  %a = nn.reduce sum %x [1] : f32[4, 8] -> f32[4]
  %b = nn.reduce sum %x [0] : f32[4, 8] -> f32[8]
  %c = nn.reduce max %x [1] : f32[4, 8] -> f32[4]
  nn.return %a, %b, %c : f32[4], f32[8], f32[4]
}

// -----

// Arithmetic on scalars stays outside; a uniform constant is repeated in each group.
// CHECK-LABEL: @scalars
nn.func @scalars {
^bb0(%x: !nn.tensor<f32[4]>, %s: !nn.tensor<f32>):
  // CHECK: %[[S:.*]] = nn.exp %{{.*}} : f32
  // CHECK: nn.fused(%{{.*}}, %[[S]]) : (f32[4], f32) -> (f32[4])
  // CHECK: nn.constant dense<2.0
  %c = nn.constant dense<2.0> : tensor<f32>
  %cb = nn.broadcast %c [] : f32 -> f32[4]
  %e = nn.exp %s : f32
  %eb = nn.broadcast %e [] : f32 -> f32[4]
  %m = nn.mul %x, %cb : f32[4]
  %a = nn.add %m, %eb : f32[4]
  nn.return %a : f32[4]
}

// -----

// An optimizer's update: three results of one group, assigned after it.
// CHECK-LABEL: @update
nn.func @update {
^bb0(%g: !nn.tensor<f32[4]>):
  nn.variable param @p : f32[4]
  nn.variable slot @m : f32[4]
  // CHECK: %[[G:.*]]:2 = nn.fused
  // CHECK-DAG: nn.assign @m, %[[G]]#0
  // CHECK-DAG: nn.assign @p, %[[G]]#1
  %m = nn.read @m : f32[4]
  %m1 = nn.add %m, %g : f32[4]
  nn.assign @m, %m1 : f32[4]
  %p = nn.read @p : f32[4]
  %p1 = nn.sub %p, %m1 : f32[4]
  nn.assign @p, %p1 : f32[4]
  nn.return
}

// -----

// What reads the variable's old value runs before the assignment.
// CHECK-LABEL: @order
nn.func @order {
^bb0(%x: !nn.tensor<f32[4]>):
  nn.variable var @v : f32[4]
  // CHECK: %[[OLD:.*]] = nn.read @v
  // CHECK: nn.fused(%[[OLD]])
  // CHECK: nn.assign @v
  // CHECK: %[[NEW:.*]] = nn.read @v
  // CHECK: nn.fused(%[[NEW]])
  %old = nn.read @v : f32[4]
  %a = nn.exp %old : f32[4]
  nn.assign @v, %x : f32[4]
  %new = nn.read @v : f32[4]
  %b = nn.tanh %new : f32[4]
  nn.return %a, %b : f32[4], f32[4]
}

// -----

// A number in each place, which is also assigned: the groups that read it stay apart.
// CHECK-LABEL: @uniform
nn.func @uniform {
^bb0(%x: !nn.tensor<f32[4]>, %y: !nn.tensor<f32[4]>, %k: !nn.tensor<f32>):
  nn.variable var @v : f32[4]
  // CHECK-DAG: %[[OWN:.*]] = nn.fused(%{{.*}}) : (f32) -> (f32[4])
  // CHECK-DAG: nn.assign @v, %[[OWN]]
  // CHECK-DAG: %[[A:.*]] = nn.fused(%{{.*}}, %{{.*}}) : (f32[4], f32) -> (f32[4])
  // CHECK-DAG: %[[B:.*]] = nn.fused(%{{.*}}, %{{.*}}) : (f32[4], f32) -> (f32[4])
  // CHECK: nn.return %[[A]], %[[B]]
  %s = nn.broadcast %k [] : f32 -> f32[4]
  nn.assign @v, %s : f32[4]
  %a = nn.mul %x, %s : f32[4]
  %b = nn.mul %y, %s : f32[4]
  nn.return %a, %b : f32[4], f32[4]
}
