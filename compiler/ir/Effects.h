//===- Effects.h - what an operation does to variables and the world ---------------===//
//
// Sums up what operations say of themselves (VariableOpInterface, memory effects). For an operation
// with regions: everything that happens inside.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_EFFECTS_H
#define NNC_IR_EFFECTS_H

#include "compiler/ir/NN.h"
#include "llvm/ADT/SetVector.h"

namespace nnc::ir {

using VariableSet = llvm::SmallSetVector<mlir::StringAttr, 4>;

struct Effects {
  /// Variables whose value matters: read, or written in part.
  VariableSet reads;
  VariableSet writes;
  /// Output, files, data sets, sizes, control: keeps its order among others of this kind.
  bool opaque = false;
};

Effects getEffects(mlir::Operation *op);

/// What the operation itself does to variables; nothing for most.
llvm::SmallVector<VariableAccess> getVariableAccesses(mlir::Operation *op);

/// Adds the size symbols in the types of its operands and results and in its attributes.
void collectSizes(mlir::Operation *op, llvm::SetVector<mlir::StringAttr> &symbols);

} // namespace nnc::ir

#endif // NNC_IR_EFFECTS_H
