// Work that a scan need not do turn by turn.
// RUN: nn-opt --nn-batch-scans --canonicalize --cse %s | FileCheck %s

// What depends on captures alone is computed once; a broadcast stays, since it costs nothing inside and memory outside.
// CHECK-LABEL: nn.func @invariant
// CHECK: %[[E:.*]] = nn.exp %{{.*}} : f32[3]
// CHECK: nn.scan length t over(%{{.*}}) from() with(%[[E]])
// CHECK: nn.broadcast
// CHECK-NOT: nn.exp
// CHECK: nn.return
nn.func @invariant {
^bb0(%x: !nn.tensor<f32[t, n, 3]>, %b: !nn.tensor<f32[3]>):
  %y = nn.scan length t over (%x) from () with (%b) : (f32[t, n, 3]), (), (f32[3]) -> (), (f32[t, n, 3]) {
  ^bb0(%i: !nn.tensor<i64>, %row: !nn.tensor<f32[n, 3]>, %c: !nn.tensor<f32[3]>):
    %e = nn.exp %c : f32[3]
    %s = nn.broadcast %e [1] : f32[3] -> f32[n, 3]
    %z = nn.mul %row, %s : f32[n, 3]
    nn.yield %z : f32[n, 3]
  }
  nn.return %y : f32[t, n, 3]
}

// The products of all rows are one product.
// CHECK-LABEL: nn.func @rows
// CHECK: %[[P:.*]] = nn.contract %{{.*}}, %{{.*}} batch [], [] contract [2], [0] : f32[t, n, 3], f32[3, 4] -> f32[t, n, 4]
// CHECK: nn.scan length t over(%[[P]]) from(%{{.*}}) with()
// CHECK-NOT: nn.contract
// CHECK: nn.return
nn.func @rows {
^bb0(%x: !nn.tensor<f32[t, n, 3]>, %w: !nn.tensor<f32[3, 4]>, %h: !nn.tensor<f32[n, 4]>):
  %y = nn.scan length t over (%x) from (%h) with (%w) : (f32[t, n, 3]), (f32[n, 4]), (f32[3, 4]) -> (f32[n, 4]), () {
  ^bb0(%i: !nn.tensor<i64>, %row: !nn.tensor<f32[n, 3]>, %c: !nn.tensor<f32[n, 4]>, %v: !nn.tensor<f32[3, 4]>):
    %p = nn.contract %row, %v batch [], [] contract [1], [0] : f32[n, 3], f32[3, 4] -> f32[n, 4]
    %s = nn.add %p, %c : f32[n, 4]
    %t = nn.tanh %s : f32[n, 4]
    nn.yield %t : f32[n, 4]
  }
  nn.return %y : f32[n, 4]
}

// Sums over the turns of products, and of sums: one of each after the loop, of what the loop stacks.
// CHECK-LABEL: nn.func @sums
// CHECK: %[[FINAL:.*]], %[[ROWS:.*]] = nn.scan length t over() from(%{{.*}}) with() : (), (f32[n, 3]), () -> (f32[n, 3]), (f32[t, n, 3]) {
// CHECK-NOT: nn.contract
// CHECK: }
// CHECK: %[[P:.*]] = nn.contract %{{.*}}, %[[ROWS]] batch [], [] contract [0, 1], [0, 1] : f32[t, n, 3], f32[t, n, 3] -> f32[3, 3]
// CHECK: nn.add %{{.*}}, %[[P]] : f32[3, 3]
// CHECK: nn.reduce sum %[[ROWS]] [0, 1] : f32[t, n, 3] -> f32[3]
// CHECK: nn.return
nn.func @sums {
^bb0(%x: !nn.tensor<f32[t, n, 3]>, %h: !nn.tensor<f32[n, 3]>, %w: !nn.tensor<f32[3, 3]>, %b: !nn.tensor<f32[3]>):
  %y, %dw, %db = nn.scan length t over (%x) from (%h, %w, %b) with () : (f32[t, n, 3]), (f32[n, 3], f32[3, 3], f32[3]), () -> (f32[n, 3], f32[3, 3], f32[3]), () {
  ^bb0(%i: !nn.tensor<i64>, %row: !nn.tensor<f32[n, 3]>, %c: !nn.tensor<f32[n, 3]>, %sw: !nn.tensor<f32[3, 3]>, %sb: !nn.tensor<f32[3]>):
    %t = nn.tanh %c : f32[n, 3]
    %p = nn.contract %row, %t batch [], [] contract [0], [0] : f32[n, 3], f32[n, 3] -> f32[3, 3]
    %q = nn.reduce sum %t [0] : f32[n, 3] -> f32[3]
    %1 = nn.add %sw, %p : f32[3, 3]
    %2 = nn.add %sb, %q : f32[3]
    nn.yield %t, %1, %2 : f32[n, 3], f32[3, 3], f32[3]
  }
  nn.return %y, %dw, %db : f32[n, 3], f32[3, 3], f32[3]
}

// A sum that the body reads stays.
// CHECK-LABEL: nn.func @read
// CHECK: nn.scan
// CHECK: nn.reduce
// CHECK: nn.add
// CHECK: nn.yield
nn.func @read {
^bb0(%x: !nn.tensor<f32[t, 3]>, %h: !nn.tensor<f32>):
  %y, %rows = nn.scan length t over (%x) from (%h) with () : (f32[t, 3]), (f32), () -> (f32), (f32[t]) {
  ^bb0(%i: !nn.tensor<i64>, %row: !nn.tensor<f32[3]>, %c: !nn.tensor<f32>):
    %p = nn.reduce sum %row [0] : f32[3] -> f32
    %1 = nn.add %c, %p : f32
    nn.yield %1, %1 : f32, f32
  }
  nn.return %y, %rows : f32, f32[t]
}

// Any other sum over the turns adds what the turn before lost, and carries what it loses, if that is a number.
// CHECK-LABEL: nn.func @compensated
// CHECK: %[[FINALS:.*]]:2 = nn.scan length t over(%{{.*}}) from(%{{.*}}, %{{.*}}) with()
// CHECK-NEXT: ^bb0(%{{.*}}, %[[ROW:.*]]: !nn.tensor<f32[3]>, %[[SUM:.*]]: !nn.tensor<f32[3]>, %[[LOST:.*]]: !nn.tensor<f32[3]>):
// CHECK: %[[TERM:.*]] = nn.add %[[ROW]], %[[LOST]]
// CHECK: %[[NEXT:.*]] = nn.add %[[SUM]], %[[TERM]]
// CHECK: %[[ADDED:.*]] = nn.sub %[[NEXT]], %[[SUM]]
// CHECK: %[[KEPT:.*]] = nn.sub %[[NEXT]], %[[ADDED]]
// CHECK: %[[OF_SUM:.*]] = nn.sub %[[SUM]], %[[KEPT]]
// CHECK: %[[OF_TERM:.*]] = nn.sub %[[TERM]], %[[ADDED]]
// CHECK: %[[ERROR:.*]] = nn.add %[[OF_SUM]], %[[OF_TERM]]
// CHECK: %[[IS_NUMBER:.*]] = nn.eq %[[ERROR]], %[[ERROR]]
// CHECK: %[[LOSES:.*]] = nn.select %[[IS_NUMBER]], %[[ERROR]], %{{.*}}
// CHECK: nn.yield %[[NEXT]], %[[LOSES]]
// CHECK: %[[WHOLE:.*]] = nn.add %[[FINALS]]#0, %[[FINALS]]#1
// CHECK: nn.return %[[WHOLE]]
nn.func @compensated {
^bb0(%x: !nn.tensor<f32[t, 3]>, %h: !nn.tensor<f32[3]>):
  %y = nn.scan length t over (%x) from (%h) with () : (f32[t, 3]), (f32[3]), () -> (f32[3]), () {
  ^bb0(%i: !nn.tensor<i64>, %row: !nn.tensor<f32[3]>, %c: !nn.tensor<f32[3]>):
    %1 = nn.add %c, %row : f32[3]
    nn.yield %1 : f32[3]
  }
  nn.return %y : f32[3]
}
