// A whole program: tables as the C header has them, code that runs, an executable that needs libc and
// libm only and holds nothing that it does not use.
//
// RUN: rm -rf %t.lib && mkdir %t.lib && cp %nnc_lib/*.o %nnc_lib/libc_nonshared.a %t.lib
// RUN: %cc -Wall -Werror -fPIC -ffunction-sections -I%source -c %S/Inputs/fake-runtime.c -o %t.o
// RUN: rm -f %t.lib/libnnrt.a && llvm-ar rc %t.lib/libnnrt.a %t.o
// RUN: nn-codegen %s --emit=exe --cpu=x86-64-v2 --library-directory=%t.lib -o %t
// RUN: %t | FileCheck %s
// RUN: llvm-readelf --dynamic-table %t | FileCheck %s --check-prefix=NEEDED
// RUN: llvm-nm %t | FileCheck %s --check-prefix=SYMBOLS
// RUN: nn-codegen %s --emit=exe --cpu=native -O0 -s --library-directory=%t.lib -o %t.strip
// RUN: %t.strip | FileCheck %s
// RUN: llvm-nm %t.strip 2>&1 | FileCheck %s --check-prefix=STRIPPED
//
// CHECK: program 'digits' 'Reads digits.' 'digits.nn' abi 1 level 2
// CHECK-NEXT: command 'train' 'Trains.'
// CHECK-NEXT: flag 'epochs' 'how long' type 0 default 1 '30' = 30
// CHECK-NEXT: flag 'rate' '' type 1 default 1 '1e-3' = 0.001
// CHECK-NEXT: flag 'decay' '' type 2 default 1 '0.5' = 0.5
// CHECK-NEXT: flag 'verbose' '' type 3 default 1 'true' = 1
// CHECK-NEXT: flag 'name' '' type 4 default 1 '"x"' = 'x'
// CHECK-NEXT: flag 'data' '' type 5 default 0 ''
// CHECK-NEXT: flag 'level' '' type 6 default 1 '-4' = -4
// CHECK-NEXT: print: thirty
// CHECK-NEXT: test 'adds up' 'digits.nn:40'
// CHECK-NEXT: print: tested
//
// NEEDED-NOT: Shared library
// NEEDED: Shared library: [libc.so.6]
// NEEDED-NOT: Shared library
//
// SYMBOLS-NOT: nn_unused_by_any_program
// SYMBOLS-NOT: unused
// SYMBOLS: D nn_program_table
//
// STRIPPED: no symbols

module attributes {
  nn.program = #nn.program<name = "digits", doc = "Reads digits.", source = "digits.nn">,
  nn.cpu_level = 2 : i64,
  nn.commands = [
    #nn.unit<name = "train", doc = "Trains.", function = @command.train, location = "digits.nn:12", flags = [
      #nn.flag<name = "epochs", type = int, doc = "how long", value = 30 : i64, text = "30">,
      #nn.flag<name = "rate", type = float, value = 1.0e-3 : f64, text = "1e-3">,
      #nn.flag<name = "decay", type = f32, value = 0.5 : f32, text = "0.5">,
      #nn.flag<name = "verbose", type = bool, value = true, text = "true">,
      #nn.flag<name = "name", type = str, value = "x", text = "\"x\"">,
      #nn.flag<name = "data", type = path>,
      #nn.flag<name = "level", type = i32, value = -4 : i32, text = "-4">]>,
    #nn.unit<name = "adds up", test = unit, function = @test.0, location = "digits.nn:40">]
} {
  llvm.mlir.global private constant @thirty("thirty\00") {addr_space = 0 : i32}
  llvm.mlir.global private constant @tested("tested\00") {addr_space = 0 : i32}
  func.func private @nn_print(!llvm.ptr)

  func.func @command.train(%values: !llvm.ptr) {
    %epochs = llvm.load %values : !llvm.ptr -> i64
    %thirty = arith.constant 30 : i64
    %right = arith.cmpi eq, %epochs, %thirty : i64
    scf.if %right {
      %text = llvm.mlir.addressof @thirty : !llvm.ptr
      func.call @nn_print(%text) : (!llvm.ptr) -> ()
    }
    return
  }
  func.func @test.0(%values: !llvm.ptr) {
    %text = llvm.mlir.addressof @tested : !llvm.ptr
    call @nn_print(%text) : (!llvm.ptr) -> ()
    return
  }
  func.func @unused() {
    %text = llvm.mlir.addressof @tested : !llvm.ptr
    call @nn_print(%text) : (!llvm.ptr) -> ()
    return
  }
}
