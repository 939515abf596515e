// What is missing is named; an output that existed stays when linking fails.
//
// RUN: rm -rf %t.lib && mkdir %t.lib && echo before > %t.out
// RUN: not nn-codegen %s --emit=exe --library-directory=%t.lib -o %t.out 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: cp %nnc_lib/*.o %nnc_lib/libc_nonshared.a %t.lib
// RUN: echo 'extern const char nn_program_table; int main(void) { return nn_program_table; }' > %t.c
// RUN: %cc -fPIC -c %t.c -o %t.o && rm -f %t.lib/libnnrt.a && llvm-ar rc %t.lib/libnnrt.a %t.o
// RUN: not nn-codegen %s --emit=exe --library-directory=%t.lib -o %t.out 2>&1 | FileCheck %s --check-prefix=UNDEFINED
// RUN: grep before %t.out
// RUN: not ls %t.out.*.tmp
// RUN: not nn-codegen %s --emit=exe --library-directory=%t.lib -o %t.none/out 2>&1 | FileCheck %s --check-prefix=FOLDER
// RUN: not nn-codegen %s --emit=exe --library-directory=%t.lib -o %t.lib 2>&1 | FileCheck %s --check-prefix=DIRECTORY
// RUN: not nn-codegen %s --emit=obj --cpu=pentium -o %t.out 2>&1 | FileCheck %s --check-prefix=CPU
//
// MISSING: cannot link '{{.*}}.out': '{{.*}}Scrt1.o' is missing; build or install nnc again
// UNDEFINED: cannot link '{{.*}}.out': undefined symbol: nn_print
// FOLDER: cannot link '{{.*}}/out': cannot write there: No such file or directory
// DIRECTORY: cannot link '{{.*}}': it is a folder
// CPU: unknown CPU 'pentium'; give native, x86-64, x86-64-v2, x86-64-v3 or x86-64-v4

module attributes {
  nn.program = #nn.program<name = "p", source = "p.nn">,
  nn.commands = [#nn.unit<name = "run", function = @run>]
} {
  func.func private @nn_print(!llvm.ptr)
  func.func @run(%values: !llvm.ptr) {
    call @nn_print(%values) : (!llvm.ptr) -> ()
    return
  }
}
