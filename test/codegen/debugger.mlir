// With -g a debugger stops at a line of the source and shows where it is.
//
// RUN: rm -rf %t.lib && mkdir %t.lib && cp %nnc_lib/*.o %nnc_lib/libc_nonshared.a %t.lib
// RUN: %cc -fPIC -I%source -c %S/Inputs/fake-runtime.c -o %t.o
// RUN: rm -f %t.lib/libnnrt.a && llvm-ar rc %t.lib/libnnrt.a %t.o
// RUN: nn-codegen %s -g -O0 --emit=exe --library-directory=%t.lib -o %t
// RUN: gdb -batch -nx -ex 'set debuginfod enabled off' -ex 'break program.nn:8' -ex run -ex bt %t 2>&1 | FileCheck %s
//
// CHECK: Breakpoint 1, {{.*}}command{{.}}run{{.*}} program.nn:8
// CHECK: #0 {{.*}}command{{.}}run{{.*}} program.nn:8
// CHECK-NEXT: #1 {{.*}} main ()

module attributes {
  nn.program = #nn.program<name = "program", source = "/src/program.nn">,
  nn.commands = [#nn.unit<name = "run", function = @command.run>]
} {
  llvm.mlir.global private constant @text("text\00") {addr_space = 0 : i32}
  func.func private @nn_print(!llvm.ptr)
  func.func @command.run(%values: !llvm.ptr) {
    %text = llvm.mlir.addressof @text : !llvm.ptr loc("/src/program.nn":7:1)
    call @nn_print(%text) : (!llvm.ptr) -> () loc("/src/program.nn":7:1)
    call @nn_print(%text) : (!llvm.ptr) -> () loc("/src/program.nn":8:1)
    return loc("/src/program.nn":9:1)
  } loc("/src/program.nn":6:1)
} loc("/src/program.nn":1:1)
