//===- Passes.td - the passes from loops to the LLVM dialect ----------------===//

#ifndef NNC_CODEGEN_PASSES
#define NNC_CODEGEN_PASSES

include "mlir/Pass/PassBase.td"

def ExpandMath : Pass<"nn-expand-math", "mlir::ModuleOp"> {
  let summary = "expand f32 functions into arithmetic that the loop vectoriser can handle";
  let description = [{
    Replaces the functions on scalar f32 that ScalarMath.h has by range reduction and a polynomial
    (see there for methods and errors). Other functions and f64 stay, to become instructions or
    calls of libm; expm1 and log1p of f64 become calls here. Outside loops such a function becomes a call of one that the whole module shares.
    Marks maximumf and minimumf as free to choose among zeros of different signs.
  }];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::func::FuncDialect",
                           "mlir::LLVM::LLVMDialect", "mlir::math::MathDialect"];
}

def ExpandStorageFloats : Pass<"nn-expand-storage-floats"> {
  let summary = "compute with f32 where bf16 is stored";
  let description = [{
    Arithmetic on bf16 becomes arithmetic on f32, rounded to the nearest (even) after each operation; conversions between them become
    shifts and additions of bits, and then every bf16 is the i16 of its bits. A module without bf16 is left as it is.
  }];
  let dependentDialects = ["mlir::arith::ArithDialect"];
}

def SplitFunctions : Pass<"nn-split-functions", "mlir::ModuleOp"> {
  let summary = "cut long blocks into functions of their own";
  let description = [{
    A block of at least 800 operations (constants and addresses aside) becomes calls of functions of
    400 each, since LLVM's time to compile a function grows faster than its length. What a part reads
    is its arguments, what is read of it later its results; constants and addresses it computes for
    itself. Blocks that reserve room on the stack stay whole.
  }];
  let dependentDialects = ["mlir::func::FuncDialect", "mlir::LLVM::LLVMDialect"];
}

def LowerToLlvm : Pass<"nn-lower-to-llvm", "mlir::ModuleOp"> {
  let summary = "convert arith, cf, func, index, math and ub to the LLVM dialect";
  let description = [{
    All of them at once, and calls with tables of the module's symbols: looking each function up by
    a search through the module takes time with the square of its length. What LLVM has no intrinsic
    for (erf of f64) becomes a call of libm.
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect"];
}

def ProgramTables : Pass<"nn-program-tables", "mlir::ModuleOp"> {
  let summary = "make the runtime's program table out of the module's nn.commands";
  let description = [{
    Defines `nn_program_table` (runtime/nnrt.h) as a constant from the attributes `nn.program`,
    `nn.commands` and `nn.cpu_level`, removes all `nn.` attributes from the module and its
    functions, and gives every other definition internal linkage. Runs on the LLVM dialect. A module
    without `nn.commands` keeps its functions as they are.
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect"];
}

def LineTables : Pass<"nn-line-tables", "mlir::ModuleOp"> {
  let summary = "reduce locations to one line each, as a debugger's line table wants them";
  let description = [{
    Replaces the location of each operation in an llvm.func by one place: the innermost one in the
    program's own file, or the outermost one where there is none (a function of the standard
    library). Operations without a place take that of their function.
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect"];
}

#endif // NNC_CODEGEN_PASSES
