//===- Passes.td - from tensors to loops over memory -------------------*- tablegen -*-===//
#ifndef NNC_LOWER_PASSES
#define NNC_LOWER_PASSES

include "mlir/Pass/PassBase.td"

def PrintMemoryPlan : Pass<"nn-print-memory-plan", "::mlir::ModuleOp"> {
  let summary = "shows where each value and variable of each command would lie in memory";
  let description = [{ Writes remarks: for tests and for curious people. Changes nothing. }];
  let options = [Option<"places", "places", "bool", "true", "show places; otherwise only check that no two live ones overlap">,
                 Option<"overlay", "overlay", "bool", "false",
                        "check as if all values began at the same place, which must be found">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def LowerToLoops : Pass<"nn-lower-to-loops", "::mlir::ModuleOp"> {
  let summary = "commands become functions, groups become loop nests, tensors become planned memory";
  let description = [{
    Needs fused groups (--nn-fuse) and contractions that fit (--nn-legalise-contract). Leaves func, scf, cf, arith, math, llvm.
    The module's attribute `nn.commands` tells code generation what to put into the program's table.
  }];
  let options = [Option<"share", "share", "bool", "true", "equal kernels are one function">];
  let dependentDialects = [
    "::nnc::ir::NNDialect", "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect", "::mlir::func::FuncDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect", "::mlir::scf::SCFDialect"];
}

def RollLoops : Pass<"nn-roll-loops", "::mlir::ModuleOp"> {
  let summary = "host code that repeats, but for numbers and addresses, becomes a loop over a table of them";
  let description = [{
    For code after --nn-lower-to-loops that was not simplified: what is repeated there, as equal layers are, looks the same.
  }];
  let options = [Option<"minimum", "minimum", "unsigned", "512",
                        "how many operations must be saved, without those that compute addresses">];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect"];
}

#endif // NNC_LOWER_PASSES
