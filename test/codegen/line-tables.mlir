// One place for each operation: the innermost in the program's own file; the call where the inside is
// elsewhere (the standard library); and the lines in the object file that a debugger reads.
//
// RUN: nn-opt %s --nn-to-llvm=line-tables=true --mlir-print-debuginfo | FileCheck %s
// RUN: nn-codegen %s -g --emit=obj -O1 -o %t.o && llvm-dwarfdump --debug-line %t.o | FileCheck %s --check-prefix=LINES
// RUN: nn-codegen %s --emit=obj -o %t.plain.o && llvm-readelf -S %t.plain.o | FileCheck %s --check-prefix=NONE
//
// CHECK-LABEL: llvm.func @layers
// CHECK: llvm.fadd {{.*}} loc(#[[ADD:.*]])
// CHECK: llvm.fmul {{.*}} loc(#[[MUL:.*]])
// CHECK: llvm.fsub {{.*}} loc(#[[SUB:.*]])
// CHECK: llvm.fdiv {{.*}} loc(#[[DIV:.*]])
// CHECK: } loc(#[[FUNCTION:.*]])
// CHECK: #[[FILE:.*]] = #llvm.di_file<"program.nn" in "/src">
// CHECK-DAG: #[[ADD]] = loc("/src/program.nn":7:3)
// CHECK-DAG: #[[MUL]] = loc("/src/program.nn":12:5)
// CHECK-DAG: #[[SUB]] = loc("/src/program.nn":9:1)
// CHECK-DAG: #[[DIV]] = loc("/src/program.nn":5:1)
// CHECK: #[[SCOPE:.*]] = #llvm.di_subprogram<{{.*}}name = "layers"{{.*}}file = #[[FILE]], line = 5
// CHECK: #[[FUNCTION]] = loc(fused<#[[SCOPE]]>[#[[DIV]]])
//
// LINES: name: "program.nn"
// LINES: {{^0x[0-9a-f]+ +}}7 {{ *}}3
// LINES: {{^0x[0-9a-f]+ +}}12 {{ *}}5
// LINES: {{^0x[0-9a-f]+ +}}9 {{ *}}1
// NONE-NOT: .debug_line
// NONE-NOT: .eh_frame

module attributes {nn.program = #nn.program<name = "program", source = "/src/program.nn">} {
  func.func @layers(%x: f32, %y: f32) -> f32 {
    %a = arith.addf %x, %y : f32 loc("hidden"("/src/program.nn":7:3))
    %b = arith.mulf %a, %y : f32 loc(callsite("/src/program.nn":12:5 at "/src/program.nn":20:1))
    %c = arith.subf %b, %y : f32 loc(callsite(fused["std/loss.nn":99:1, "std/loss.nn":98:1] at "/src/program.nn":9:1))
    %d = arith.divf %c, %x : f32 loc(unknown)
    return %d : f32 loc("/src/program.nn":10:1)
  } loc("/src/program.nn":5:1)
} loc("/src/program.nn":1:1)
