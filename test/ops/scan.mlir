// nn.scan: syntax, and what canonicalization leaves out.
// RUN: nn-opt %s | nn-opt | FileCheck %s
// RUN: nn-opt --canonicalize %s | FileCheck %s --check-prefix=CANON

// CHECK-LABEL: nn.func @round_trip
// CHECK: nn.scan reverse length t over(%{{.*}}) from(%{{.*}}) with(%{{.*}}) : (f32[t, 2]), (f32[2]), (f32) -> (f32[2]), (f32[t]) {
// CHECK: nn.yield %{{.*}}, %{{.*}} : f32[2], f32
nn.func @round_trip {
^bb0(%x: !nn.tensor<f32[t, 2]>, %h: !nn.tensor<f32[2]>, %s: !nn.tensor<f32>):
  %a, %b = nn.scan reverse length t over (%x) from (%h) with (%s) : (f32[t, 2]), (f32[2]), (f32) -> (f32[2]), (f32[t]) {
  ^bb0(%i: !nn.tensor<i64>, %row: !nn.tensor<f32[2]>, %c: !nn.tensor<f32[2]>, %d: !nn.tensor<f32>):
    %1 = nn.add %row, %c : f32[2]
    %2 = nn.reduce sum %1 [0] : f32[2] -> f32
    %3 = nn.mul %2, %d : f32
    nn.yield %1, %3 : f32[2], f32
  }
  nn.return %a, %b : f32[2], f32[t]
}

// What no result is computed from goes: a carried value that only carries itself, a row that nobody reads, a source, a capture.
// CANON-LABEL: nn.func @unused
// CANON: %[[S:.*]] = nn.scan length 3 over(%[[X:.*]]) from(%[[Z:.*]]) with() : (f32[3]), (f32), () -> (f32), () {
// CANON-NEXT: ^bb0(%{{.*}}: !nn.tensor<i64>, %[[V:.*]]: !nn.tensor<f32>, %[[C:.*]]: !nn.tensor<f32>):
// CANON-NEXT: %[[NEXT:.*]] = nn.add %[[C]], %[[V]] : f32
// CANON-NEXT: nn.yield %[[NEXT]] : f32
nn.func @unused {
^bb0(%x: !nn.tensor<f32[3]>, %y: !nn.tensor<f32[3]>, %z: !nn.tensor<f32>):
  %s, %p, %rows = nn.scan length 3 over (%x, %y) from (%z, %z) with (%z) : (f32[3], f32[3]), (f32, f32), (f32) -> (f32, f32), (f32[3]) {
  ^bb0(%i: !nn.tensor<i64>, %v: !nn.tensor<f32>, %w: !nn.tensor<f32>, %c: !nn.tensor<f32>, %d: !nn.tensor<f32>, %e: !nn.tensor<f32>):
    %1 = nn.add %c, %v : f32
    %2 = nn.mul %d, %w : f32
    %3 = nn.sub %2, %e : f32
    nn.yield %1, %3, %2 : f32, f32, f32
  }
  nn.return %s : f32
}

// A carried value that never changes is a capture, and constants stand in the body.
// CANON-LABEL: nn.func @invariant
// CANON: nn.scan length 3 over(%[[X:.*]]) from() with(%[[Z:.*]]) : (f32[3]), (), (f32) -> (), (f32[3]) {
// CANON: nn.constant dense<2.000000e+00>
// CANON: nn.return %{{.*}}, %[[Z]] : f32[3], f32
nn.func @invariant {
^bb0(%x: !nn.tensor<f32[3]>, %z: !nn.tensor<f32>):
  %two = nn.constant dense<2.0> : tensor<f32>
  %s, %rows = nn.scan length 3 over (%x) from (%z) with (%two) : (f32[3]), (f32), (f32) -> (f32), (f32[3]) {
  ^bb0(%i: !nn.tensor<i64>, %v: !nn.tensor<f32>, %c: !nn.tensor<f32>, %d: !nn.tensor<f32>):
    %1 = nn.mul %c, %v : f32
    %2 = nn.add %1, %d : f32
    nn.yield %c, %2 : f32, f32
  }
  nn.return %rows, %s : f32[3], f32
}

// Nothing is left of a scan that nobody reads.
// CANON-LABEL: nn.func @dead
// CANON-NOT: nn.scan
// CANON: nn.return
nn.func @dead {
^bb0(%x: !nn.tensor<f32[3]>, %z: !nn.tensor<f32>):
  %s = nn.scan length 3 over (%x) from (%z) with () : (f32[3]), (f32), () -> (f32), () {
  ^bb0(%i: !nn.tensor<i64>, %v: !nn.tensor<f32>, %c: !nn.tensor<f32>):
    %1 = nn.add %c, %v : f32
    nn.yield %1 : f32
  }
  nn.return
}
