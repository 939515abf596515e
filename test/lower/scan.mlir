// How a scan lies in memory, and the loop that it becomes.
// RUN: nn-opt --nn-print-memory-plan --verify-diagnostics %s
// RUN: nn-opt --nn-lower %s | FileCheck %s

// A turn computes its row right where it is stacked; two carried values that change places need room for one of them.
// CHECK-LABEL: func.func @command.scans(
// CHECK: cf.cond_br
// CHECK: call @command.scans.fused
// CHECK: "llvm.intr.memcpy"
// expected-remark@+1 {{memory: 576 B, of which 0 B for variables}}
nn.command @scans doc "" flags [] {
  %stream = nn.constant dense<5> : tensor<i64>
  // expected-remark@+1 {{result 0 at static + 0}}
  %x = nn.random normal %stream place 1 : f32[4, 8]
  // expected-remark@+1 {{result 0 at static}}
  %a = nn.random normal %stream place 2 : f32[8]
  // expected-remark@+1 {{result 0 at static}}
  %b = nn.random normal %stream place 3 : f32[8]
  // expected-remark@+3 {{result 0 at static}}
  // expected-remark@+2 {{result 1 at static}}
  // expected-remark@+1 {{result 2 at static}}
  %p, %q, %rows = nn.scan length 4 over (%x) from (%a, %b) with () : (f32[4, 8]), (f32[8], f32[8]), () -> (f32[8], f32[8]), (f32[4, 8]) {
  ^bb0(%i: !nn.tensor<i64>, %row: !nn.tensor<f32[8]>, %c: !nn.tensor<f32[8]>, %d: !nn.tensor<f32[8]>):
    // expected-remark@+1 {{result 0 at a row of a stacked tensor}}
    %y = nn.fused(%row, %c) : (f32[8], f32[8]) -> (f32[8]) {
    ^bb0(%u: !nn.tensor<f32[8]>, %v: !nn.tensor<f32[8]>):
      %s = nn.add %u, %v : f32[8]
      nn.yield %s : f32[8]
    }
    nn.yield %d, %y, %y : f32[8], f32[8], f32[8]
  }
  %t = nn.format ["", " ", " ", ""] ["", "", ""] (%p, %q, %rows) : f32[8], f32[8], f32[4, 8]
  nn.print %t
  nn.end
}
