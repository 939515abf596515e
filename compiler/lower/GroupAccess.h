//===- GroupAccess.h - how a fused group reads its operands ----------------------------===//
//
// Found by emitting the group's elements once on trial and looking at the indices that reach the
// operands, so that it holds for every operation without knowing any.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LOWER_GROUP_ACCESS_H
#define NNC_LOWER_GROUP_ACCESS_H

#include "compiler/ir/NN.h"
#include "llvm/ADT/SetVector.h"

namespace nnc::lower {

struct GroupAccess {
  /// The operands that are read not only at the index that is being computed, in the space's own
  /// shape.
  llvm::SmallSetVector<mlir::Value, 4> readElsewhere;
  bool isReadElsewhere(mlir::Value operand) const { return readElsewhere.contains(operand); }
  /// For each axis of the space but the last: it and the next can be walked as one.
  llvm::SmallVector<bool> joinsNext;
};

GroupAccess getGroupAccess(ir::FusedOp op);

} // namespace nnc::lower

#endif // NNC_LOWER_GROUP_ACCESS_H
