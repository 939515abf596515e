//===- Branches.h - branches become choices, so that gradients pass ----------------===//
//
// A gradient flows along SSA values; what nn.if assigns to a variable depends on what happened.
// Where both branches only compute, both can be computed and the results chosen (nn.select), as
// `if c then a else b` does.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_GRADIENT_BRANCHES_H
#define NNC_GRADIENT_BRANCHES_H

#include "compiler/ir/NN.h"

namespace nnc::gradient {

/// Whether both branches do nothing but compute tensors and assign them to `var`s, and nothing in
/// them can fail.
bool canBecomeChoice(ir::IfOp op);

/// Puts the operations of both branches in its place, and chooses what each variable holds.
void makeChoice(ir::IfOp op);

} // namespace nnc::gradient

#endif // NNC_GRADIENT_BRANCHES_H
