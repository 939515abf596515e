//===- Pipeline.cpp - the order of the passes of the stage `opt` --------------------===//

#include "compiler/optimise/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void nnc::optimise::buildOptimisePipeline(OpPassManager &manager, bool fuse) {
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createForwardVariables());
  manager.addPass(createCSEPass());
  manager.addPass(createSimplifyStructure());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createBatchScans());
  manager.addPass(createLegaliseContract());
  manager.addPass(createFuse({.merge = fuse}));
}

void nnc::optimise::registerOptimise() {
  registerOptimisePasses();
  PassPipelineRegistration<>("nn-optimise", "from expanded gradients to fused groups",
                             [](OpPassManager &manager) { buildOptimisePipeline(manager); });
}
