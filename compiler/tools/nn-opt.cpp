//===- nn-opt.cpp - runs passes on files of the nn dialect, for tests ---------------===//

#include "compiler/codegen/Codegen.h"
#include "compiler/gradient/Passes.h"
#include "compiler/ir/NN.h"
#include "compiler/lower/Passes.h"
#include "compiler/optimise/Passes.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<nnc::ir::NNDialect>();
  nnc::codegen::registerCodegenDialects(registry);
  mlir::registerTransformsPasses();
  nnc::codegen::registerCodegenPasses();
  nnc::gradient::registerGradientPasses();
  nnc::optimise::registerOptimise();
  nnc::lower::registerLower();
  nnc::lower::registerLowerings(registry);
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "nn-opt: passes on the nn dialect\n", registry));
}
