//===- Passes.h - from tensors to loops over memory -----------------------------------===//
#ifndef NNC_LOWER_PASSES_H
#define NNC_LOWER_PASSES_H

#include "compiler/ir/NN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Pass/Pass.h"

namespace nnc::lower {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/lower/Passes.h.inc"

/// From fused groups to loops: the stage `loops`. All errors are found before `simplify` counts.
/// With `share`, what is equal is one function or the turns of a loop.
void buildLowerPipeline(mlir::OpPassManager &manager, bool simplify = true, bool share = true);

/// Says how each operation is lowered; needed before a context that is to lower is made.
void registerLowerings(mlir::DialectRegistry &registry);

/// Registers the passes and the pipeline --nn-lower.
void registerLower();

} // namespace nnc::lower

#endif // NNC_LOWER_PASSES_H
