// The form of the tables; executable.mlir checks what is in them. Errors name what is wrong.
//
// RUN: split-file %s %t
// RUN: nn-opt %t/test-only.mlir --nn-to-llvm | FileCheck %s
// RUN: not nn-opt %t/function.mlir --nn-to-llvm 2>&1 | FileCheck %s --check-prefix=FUNCTION
// RUN: not nn-opt %t/type.mlir --nn-to-llvm 2>&1 | FileCheck %s --check-prefix=TYPE
// RUN: not nn-opt %t/default.mlir --nn-to-llvm 2>&1 | FileCheck %s --check-prefix=DEFAULT
// RUN: nn-opt %t/no-program.mlir --nn-to-llvm | FileCheck %s --check-prefix=PLAIN

//--- test-only.mlir
// A test program has tests and no commands.
module attributes {nn.program = #nn.program<name = "p", source = "p.nn">, nn.cpu_level = 3 : i64,
                   nn.commands = [#nn.unit<name = "t", function = @t, test = unit, location = "p.nn:3">]} {
  func.func @t(%values: !llvm.ptr) attributes {nn.memory = "1 KiB"} { return }
}
// CHECK: module {
// CHECK: llvm.mlir.global external constant @nn_program_table() {{.*}} : !llvm.struct<(i64, ptr, ptr, ptr, i64, i64, ptr, i64, ptr)>
// CHECK: llvm.mlir.constant(3 : i64)
// CHECK: llvm.mlir.zero
// CHECK: llvm.mlir.addressof @[[TESTS:nn.test_table.*]] :
// CHECK: llvm.mlir.global internal constant @[[TESTS]]() {{.*}} : !llvm.struct<(ptr, ptr, ptr)>
// CHECK: llvm.mlir.addressof @t : !llvm.ptr
// CHECK: llvm.mlir.global internal constant @nn.str.{{.*}}("p.nn:3\00")
// CHECK: llvm.func internal @t(%{{.*}}: !llvm.ptr) {

//--- function.mlir
module attributes {nn.program = #nn.program<name = "p">, nn.commands = [#nn.unit<name = "t", function = @gone>]} {}
// FUNCTION: error: nn.commands: no function @gone

//--- type.mlir
module attributes {nn.program = #nn.program<name = "p">, nn.commands = [#nn.unit<name = "t", function = @t, flags = [#nn.flag<name = "f", type = colour>]>]} {
  func.func @t(%values: !llvm.ptr) { return }
}
// TYPE: error: 'colour' is none of int, float, f32, bool, str, path, i32

//--- default.mlir
module attributes {nn.program = #nn.program<name = "p">, nn.commands = [#nn.unit<name = "t", function = @t, flags = [#nn.flag<name = "f", type = int, value = "1">]>]} {
  func.func @t(%values: !llvm.ptr) { return }
}
// DEFAULT: error: a default value of another type than its flag: "1"

//--- no-program.mlir
func.func @t(%values: !llvm.ptr) { return }
// PLAIN-NOT: nn_program_table
// PLAIN: llvm.func @t(
