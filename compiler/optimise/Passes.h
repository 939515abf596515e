//===- Passes.h - passes on tensors, before memory ----------------------------------===//
#ifndef NNC_OPTIMISE_PASSES_H
#define NNC_OPTIMISE_PASSES_H

#include "compiler/ir/NN.h"
#include "mlir/Pass/Pass.h"

namespace nnc::optimise {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/optimise/Passes.h.inc"

/// From expanded gradients to fused groups: the stage `opt`. Without `fuse`, each operation is a
/// group of its own.
void buildOptimisePipeline(mlir::OpPassManager &manager, bool fuse = true);

/// Registers the passes and the pipeline --nn-optimise.
void registerOptimise();

} // namespace nnc::optimise

#endif // NNC_OPTIMISE_PASSES_H
