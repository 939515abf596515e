//===- Branches.h - branches become choices --------------------------------------------===//
//
// A gradient flows along SSA values, and the body of a scan is a function of values; what nn.if
// assigns to a variable depends on what happened. Where both branches only compute, both can be
// computed and the results chosen (nn.select), as `if c then a else b` does.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_BRANCHES_H
#define NNC_IR_BRANCHES_H

#include "compiler/ir/NN.h"

namespace nnc::ir {

/// The first operation in the branches that stands in the way of a choice: one that does more than
/// compute, assert, and read and assign tensors. Null if there is none.
mlir::Operation *findObstacle(IfOp op);

/// Puts the operations of both branches in its place, and chooses what each variable holds. Where a
/// branch is not taken, its indices are 0 and its assertions hold. Needs that nothing stands in the
/// way.
void makeChoice(IfOp op);

} // namespace nnc::ir

#endif // NNC_IR_BRANCHES_H
