//===- GroupAccess.h - how a fused group reads its operands ----------------------------===//
//
// Found by emitting the group's elements once on trial and looking at the indices that reach the
// operands, so that it holds for every operation without knowing any.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LOWER_GROUP_ACCESS_H
#define NNC_LOWER_GROUP_ACCESS_H

#include "compiler/ir/NN.h"

namespace nnc::lower {

struct GroupAccess {
  /// For each operand: read only at the index that is being computed, in the space's own shape.
  llvm::SmallVector<bool> sameIndex;
  /// For each axis of the space but the last: it and the next can be walked as one.
  llvm::SmallVector<bool> joinsNext;
};

GroupAccess getGroupAccess(ir::FusedOp op);

} // namespace nnc::lower

#endif // NNC_LOWER_GROUP_ACCESS_H
