//===- Branches.cpp - branches become choices --------------------------------------------===//
//
// Both branches are computed and the results chosen (nn.select), as `if c then a else b` does. What
// could fail is kept from failing where its branch is not taken (GuardOpInterface); what shows
// something stays under the branch's condition.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/Purification.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace nnc::ir {

/// Whether it is memory-safe only where a check before it has held that two numbers of elements are
/// the same.
static bool assumesSizes(Operation *op) {
  auto reshape = llvm::dyn_cast<ReshapeOp>(op);
  return reshape && reshape.getA().getType().getCount() != reshape.getResult().getType().getCount();
}

bool isMovable(Operation *op) {
  return op->hasTrait<Unobserved>() || (op->getNumRegions() == 0 && isMemoryEffectFree(op) &&
                                        isSpeculatable(op) && !assumesSizes(op));
}

/// Whether a tensor in the same block has that size.
static bool sizesTensors(BindSizeOp size) {
  return size->getBlock()
      ->walk([&](Operation *op) {
        bool has = llvm::any_of(op->getResultTypes(),
                                [&](Type type) { return isBoundIn(*size->getBlock(), type); });
        return has ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

bool canStand(Operation *op) {
  if (isOutput(op))
    return true;
  // Tensors of a size that is known only there are made of what is not there; loops take no turn.
  if (auto size = llvm::dyn_cast<BindSizeOp>(op))
    return !sizesTensors(size);
  if (auto variables = llvm::dyn_cast<VariableOpInterface>(op))
    return variables.touchesOnlyVariables() &&
           llvm::all_of(variables.getVariableAccesses(), [](const VariableAccess &access) {
             return access.kind == VariableAccess::Read || access.kind == VariableAccess::Write;
           });
  if (auto guard = llvm::dyn_cast<GuardOpInterface>(op))
    return guard.canNeutralise();
  return isMovable(op);
}

//===-- What is shown ------------------------------------------------------------------------===//

bool OutputBranches::take(Operation *op, Operation *before) {
  // Text that nothing has changed yet may be read before.
  bool isText = llvm::isa<ReadOp>(op) && !changesText;
  changesText |= llvm::isa<AssignOp>(op) && isOutput(op);
  bool isPart = llvm::any_of(op->getOperands(), [&](Value operand) {
    return branch && branch->isAncestor(operand.getParentRegion()->getParentOp());
  });
  if ((!isOutput(op) && !isPart) || isText) {
    branch = {};
    return false;
  }
  if (!branch) {
    OpBuilder builder(before);
    branch = IfOp::create(builder, op->getLoc(), taken);
    for (Region *region : branch.getRegions()) {
      OpBuilder inside = OpBuilder::atBlockEnd(&region->emplaceBlock());
      EndOp::create(inside, op->getLoc());
    }
  }
  op->moveBefore(branch.getThenRegion().front().getTerminator());
  return true;
}

void sinkText(Block &block) {
  llvm::SmallVector<FormatOp> texts(block.getOps<FormatOp>());
  for (FormatOp text : llvm::reverse(texts)) {
    Operation *first = nullptr;
    Block *shown = nullptr;
    for (Operation *user : text->getUsers()) {
      shown = !shown || shown == user->getBlock() ? user->getBlock() : &block;
      if (shown == &block)
        break;
      if (!first || user->isBeforeInBlock(first))
        first = user;
    }
    if (shown && shown != &block && llvm::isa<IfOp>(shown->getParentOp()) &&
        shown->getParentOp()->getBlock() == &block)
      text->moveBefore(first);
  }
}

//===-- Choices ------------------------------------------------------------------------------===//

using Assigned = llvm::MapVector<StringAttr, Value>;

/// Moves the operations of a branch before `op`; what the branch assigns last.
static Assigned inlineBranch(Region &region, IfOp op, Value taken) {
  Assigned assigned;
  OutputBranches output(taken);
  for (Operation &inner : llvm::make_early_inc_range(region.front().without_terminator())) {
    if (output.take(&inner, op))
      continue;
    if (auto assign = llvm::dyn_cast<AssignOp>(inner)) {
      assigned[assign.getVariableAttr().getAttr()] = assign.getValue();
      assign.erase();
      continue;
    }
    // Reads in its regions as well: the text of an assertion, the rule of a gradient.
    bool isRead = llvm::isa<ReadOp>(inner);
    bool isReplaced = false;
    inner.walk([&](ReadOp read) {
      if (Value value = assigned.lookup(read.getVariableAttr().getAttr())) {
        read.replaceAllUsesWith(value);
        read.erase();
        isReplaced = true;
      }
    });
    if (isRead && isReplaced)
      continue;
    inner.moveBefore(op);
    if (auto guard = llvm::dyn_cast<GuardOpInterface>(inner))
      guard.neutralise(taken);
  }
  return assigned;
}

LogicalResult makeChoice(IfOp op, Obstacle &obstacle, Operation *rest) {
  for (Region &region : op->getRegions()) {
    if (failed(straighten(region.front(), obstacle)))
      return failure();
    for (Operation &inner : region.front())
      if (!canStand(&inner))
        return obstacle.set(&inner);
  }
  OpBuilder builder(op), stores(op);
  if (rest)
    stores.setInsertionPointAfter(rest);
  Location loc = op.getLoc();
  Value isFalse = NotOp::create(builder, loc, op.getCondition());
  Assigned onTrue = inlineBranch(op.getThenRegion(), op, op.getCondition());
  Assigned onFalse = inlineBranch(op.getElseRegion(), op, isFalse);
  llvm::SetVector<StringAttr> names;
  for (Assigned *assigned : {&onTrue, &onFalse})
    for (auto &[name, value] : *assigned)
      names.insert(name);
  for (StringAttr name : names) {
    Value values[2] = {onTrue.lookup(name), onFalse.lookup(name)};
    auto type = llvm::cast<NNTensorType>((values[0] ? values[0] : values[1]).getType());
    for (Value &value : values)
      if (!value) // what it held before
        value = ReadOp::create(builder, loc, type, name);
    Value condition = createUniform(builder, loc, op.getCondition(), type);
    Value chosen = SelectOp::create(builder, loc, type, condition, values[0], values[1]);
    AssignOp::create(stores, loc, name, chosen);
  }
  Block *block = op->getBlock();
  op.erase();
  sinkText(*block);
  return success();
}

} // namespace nnc::ir
