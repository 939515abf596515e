// What the optimiser makes for an operation has an origin of its own, of the kind `schedule`, which names that operation; its
// place is that one's.
// RUN: nn-opt --nn-batch-scans --canonicalize --mlir-print-debuginfo --mlir-print-local-scope %s | FileCheck --check-prefix=SCAN %s
// RUN: nn-opt --nn-legalise-contract --mlir-print-debuginfo --mlir-print-local-scope %s | FileCheck --check-prefix=CONTRACT %s

// The product of all rows, before the scan.
// SCAN-LABEL: nn.func @rows
// SCAN: nn.contract {{.*}} -> f32[t, n, 4] loc(fused<#nn.origin<{{[0-9]+}}, schedule of 100>>["net.nn":3:7])
// SCAN: nn.tanh {{.*}} loc(fused<#nn.origin<101>>["net.nn":4:7])
nn.func @rows {
^bb0(%x: !nn.tensor<f32[t, n, 3]>, %w: !nn.tensor<f32[3, 4]>, %h: !nn.tensor<f32[n, 4]>):
  %y = nn.scan length t over (%x) from (%h) with (%w) : (f32[t, n, 3]), (f32[n, 4]), (f32[3, 4]) -> (f32[n, 4]), () {
  ^bb0(%i: !nn.tensor<i64>, %row: !nn.tensor<f32[n, 3]>, %c: !nn.tensor<f32[n, 4]>, %v: !nn.tensor<f32[3, 4]>):
    %p = nn.contract %row, %v batch [], [] contract [1], [0] : f32[n, 3], f32[3, 4] -> f32[n, 4] loc(fused<#nn.origin<100>>["net.nn":3:7])
    %s = nn.add %p, %c : f32[n, 4]
    %t = nn.tanh %s : f32[n, 4] loc(fused<#nn.origin<101>>["net.nn":4:7])
    nn.yield %t : f32[n, 4]
  }
  nn.return %y : f32[n, 4]
}

// A sum over the turns, after it: what sums and what adds to the beginning.
// SCAN-LABEL: nn.func @sums
// SCAN: nn.reduce sum {{.*}} [0, 1] : f32[t, n, 3] -> f32[3] loc(fused<#nn.origin<{{[0-9]+}}, schedule of 110>>["net.nn":7:7])
// SCAN: nn.add {{.*}} loc(fused<#nn.origin<{{[0-9]+}}, schedule of 110>>["net.nn":7:7])
nn.func @sums {
^bb0(%x: !nn.tensor<f32[t, n, 3]>, %h: !nn.tensor<f32[n, 3]>, %b: !nn.tensor<f32[3]>):
  %y, %db = nn.scan length t over (%x) from (%h, %b) with () : (f32[t, n, 3]), (f32[n, 3], f32[3]), () -> (f32[n, 3], f32[3]), () {
  ^bb0(%i: !nn.tensor<i64>, %row: !nn.tensor<f32[n, 3]>, %c: !nn.tensor<f32[n, 3]>, %sb: !nn.tensor<f32[3]>):
    %t = nn.tanh %c : f32[n, 3]
    %q = nn.reduce sum %t [0] : f32[n, 3] -> f32[3] loc(fused<#nn.origin<110>>["net.nn":7:7])
    %2 = nn.add %sb, %q : f32[3]
    nn.yield %t, %2 : f32[n, 3], f32[3]
  }
  nn.return %y, %db : f32[n, 3], f32[3]
}

// An operand that is brought into order, and ones that get the axes that they lack.
// CONTRACT-LABEL: nn.func @other_order
// CONTRACT: nn.transpose {{.*}} loc(fused<#nn.origin<{{[0-9]+}}, schedule of 120>>["net.nn":9:7])
// CONTRACT: nn.contract {{.*}} loc(fused<#nn.origin<120>>["net.nn":9:7])
nn.func @other_order {
^bb0(%a: !nn.tensor<f32[4, 3, 2]>, %b: !nn.tensor<f32[2, 3, 5]>):
  %c = nn.contract %a, %b batch [], [] contract [1, 2], [1, 0] : f32[4, 3, 2], f32[2, 3, 5] -> f32[4, 5] loc(fused<#nn.origin<120>>["net.nn":9:7])
  nn.return %c : f32[4, 5]
}
// CONTRACT-LABEL: nn.func @in_turns
// CONTRACT-COUNT-2: nn.broadcast {{.*}} loc(fused<#nn.origin<{{[0-9]+}}, schedule of 130>>["net.nn":11:7])
nn.func @in_turns {
^bb0(%a: !nn.tensor<f32[2, 7, 4, 5]>, %b: !nn.tensor<f32[3, 7, 5, 6]>):
  %c = nn.contract %a, %b batch [0, -1, 1], [-1, 0, 1] contract [3], [2] : f32[2, 7, 4, 5], f32[3, 7, 5, 6] -> f32[2, 3, 7, 4, 6] loc(fused<#nn.origin<130>>["net.nn":11:7])
  nn.return %c : f32[2, 3, 7, 4, 6]
}
