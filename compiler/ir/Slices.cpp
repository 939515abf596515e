//===- Slices.cpp - the part of control flow that something is computed from ----------------===//

#include "compiler/ir/Slices.h"
#include "compiler/ir/Effects.h"
#include "compiler/ir/Purification.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace nnc::ir {

/// Erases operations, users first.
static void eraseIf(Region &region, llvm::function_ref<bool(Operation *)> isGone) {
  for (Block &block : llvm::reverse(region))
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
      if (isGone(&op)) {
        op.erase();
        continue;
      }
      for (Region &inner : op.getRegions())
        eraseIf(inner, isGone);
    }
}

void eraseOutput(Region &region) {
  eraseIf(region, [](Operation *op) {
    return op->use_empty() && ((isOutput(op) && !llvm::isa<ReadOp>(op)) ||
                               llvm::isa<AssertOp>(op) || op->hasTrait<Unobserved>());
  });
}

//===-- Slices -------------------------------------------------------------------------------===//

void Slice::keep(StringAttr variable) {
  if (!variables.insert(variable).second)
    return;
  root->walk([&](Operation *op) {
    for (const VariableAccess &access : getVariableAccesses(op))
      if (access.isWrite() && access.variable.getAttr() == variable)
        keep(op);
  });
}

void Slice::keep(Operation *op) {
  if (!root->isProperAncestor(op) || !kept.insert(op).second)
    return;
  for (const VariableAccess &access : getVariableAccesses(op))
    if (access.kind != VariableAccess::Write)
      keep(access.variable.getAttr());
  for (Value operand : op->getOperands())
    if (Operation *source = operand.getDefiningOp())
      keep(source);
  // An operation with values in its regions is kept whole, control flow where something in it is.
  if (llvm::isa<ForOp>(op))
    llvm::for_each(getOwnJumps(op), [&](Operation *jump) { keep(jump); });
  else if (!llvm::isa<IfOp>(op))
    op->walk([&](Operation *inner) { keep(inner); });
  keep(op->getParentOp());
}

void Slice::keepSizes() {
  for (size_t before = kept.size() + 1; before != kept.size();) {
    before = kept.size();
    llvm::SetVector<StringAttr> used;
    for (Operation *op : kept)
      collectSizes(op, used);
    root->walk([&](BindSizeOp size) {
      if (used.contains(size.getSymbolAttr()))
        keep(size);
    });
  }
}

void Slice::eraseRest() {
  keepSizes();
  for (Region &region : root->getRegions())
    eraseIf(region, [&](Operation *op) {
      return !kept.contains(op) && !op->hasTrait<OpTrait::IsTerminator>();
    });
}

//===-- Splitting ----------------------------------------------------------------------------===//

/// Whether control flow with the operation in it may be refused (Purification).
static bool isInTheWay(Operation *op) {
  if (llvm::isa<ForOp, IfOp>(op) || canStand(op))
    return false;
  if (op->hasTrait<OpTrait::IsTerminator>())
    return llvm::isa<BreakOp>(op);
  bool isFree = llvm::isa<BindSizeOp, AssertOp, ScanOp>(op) || isMemoryEffectFree(op);
  return !isFree || llvm::isa<IfOp>(op->getParentOp());
}

/// Walks over operations in there, but not in what is kept whole.
static void walkControl(Operation *root, llvm::function_ref<void(Operation *)> visit) {
  for (Region &region : root->getRegions())
    region.walk<WalkOrder::PreOrder>([&](Operation *op) {
      visit(op);
      return llvm::isa<ForOp, IfOp>(op) ? WalkResult::advance() : WalkResult::skip();
    });
}

/// Whether it does something that a slice which gives the `stored` variables does not.
static bool doesMore(Operation *op, const VariableSet &stored) {
  if (llvm::isa<ForOp, IfOp, ReadOp, BindSizeOp>(op) || op->hasTrait<OpTrait::IsTerminator>() ||
      op->hasTrait<Unobserved>() || isMemoryEffectFree(op))
    return false;
  auto variables = llvm::dyn_cast<VariableOpInterface>(op);
  return !variables || !variables.touchesOnlyVariables() ||
         llvm::any_of(variables.getVariableAccesses(), [&](const VariableAccess &access) {
           return access.isWrite() && !stored.contains(access.variable.getAttr());
         });
}

static void keepVariable(Slice &slice, Operation *op, StringAttr variable) {
  slice.keep(variable);
  llvm::for_each(getOwnJumps(op), [&](Operation *jump) { slice.keep(jump); });
}

Operation *splitOff(Operation *op, StringAttr variable) {
  removeAllJumps(op);
  Slice needed(op);
  keepVariable(needed, op, variable);
  bool isBlocked = false;
  walkControl(op,
              [&](Operation *inner) { isBlocked |= !needed.contains(inner) && isInTheWay(inner); });
  if (!isBlocked)
    return nullptr;
  Operation *copy = OpBuilder(op).clone(*op);
  Slice slice(copy);
  keepVariable(slice, copy, variable);
  slice.eraseRest();
  VariableSet stored = getEffects(copy).writes;
  Slice rest(op);
  walkControl(op, [&](Operation *inner) {
    if (doesMore(inner, stored))
      rest.keep(inner);
  });
  rest.eraseRest();
  return copy;
}

} // namespace nnc::ir
