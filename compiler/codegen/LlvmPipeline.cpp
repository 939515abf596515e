//===- LlvmPipeline.cpp - from the loops stage to the LLVM dialect -----------===//

#include "compiler/codegen/Codegen.h"
#include "compiler/codegen/Passes.h"
#include "compiler/ir/NN.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/Extensions/InlinerExtension.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/LLVMIR/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace nnc::codegen {

void registerCodegenDialects(DialectRegistry &registry) {
  registry.insert<arith::ArithDialect, cf::ControlFlowDialect, func::FuncDialect,
                  index::IndexDialect, LLVM::LLVMDialect, math::MathDialect, scf::SCFDialect,
                  ub::UBDialect, ir::NNDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

void buildLlvmPipeline(OpPassManager &manager, const CodegenOptions &options) {
  manager.addPass(createSplitFunctions());
  manager.addPass(createExpandStorageFloats());
  manager.addPass(createExpandMath());
  manager.addPass(createSCFToControlFlowPass());
  manager.addPass(createLowerToLlvm());
  manager.addPass(createReconcileUnrealizedCastsPass());
  if (options.lineTables) {
    manager.addPass(createLineTables());
    manager.addPass(LLVM::createDIScopeForLLVMFuncOpPass());
  }
  manager.addPass(createProgramTables());
}

namespace {
struct PipelineOptions : PassPipelineOptions<PipelineOptions> {
  Option<bool> lineTables{*this, "line-tables", llvm::cl::desc("for debuggers (-g)"),
                          llvm::cl::init(false)};
};
} // namespace

void registerCodegenPasses() {
  registerExpandMath();
  registerExpandStorageFloats();
  registerLineTables();
  registerLowerToLlvm();
  registerProgramTables();
  registerSplitFunctions();
  PassPipelineRegistration<PipelineOptions>(
      "nn-to-llvm", "from the loops stage to the LLVM dialect",
      [](OpPassManager &manager, const PipelineOptions &options) {
        CodegenOptions codegen;
        codegen.lineTables = options.lineTables;
        buildLlvmPipeline(manager, codegen);
      });
}

} // namespace nnc::codegen
