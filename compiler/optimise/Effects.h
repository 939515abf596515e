//===- Effects.h - what an operation does to variables and the world ---------------===//
//
// The one place that knows which operations of the dialect touch variables. For an operation with
// regions: everything that happens inside.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_OPTIMISE_EFFECTS_H
#define NNC_OPTIMISE_EFFECTS_H

#include "compiler/ir/NN.h"
#include "llvm/ADT/SetVector.h"

namespace nnc::optimise {

using VariableSet = llvm::SmallSetVector<mlir::StringAttr, 4>;

struct Effects {
  VariableSet reads;
  VariableSet writes;
  /// Output, files, data sets, sizes, control: keeps its order among others of this kind.
  bool opaque = false;
};

Effects getEffects(mlir::Operation *op);

/// The names that an array of symbol references holds.
llvm::SmallVector<mlir::StringAttr> getNames(mlir::ArrayAttr variables);

} // namespace nnc::optimise

#endif // NNC_OPTIMISE_EFFECTS_H
