//===- Branches.cpp - branches become choices --------------------------------------------===//

#include "compiler/ir/Branches.h"

using namespace mlir;

namespace nnc::ir {

static bool canStand(Operation *op) {
  if (auto variables = llvm::dyn_cast<VariableOpInterface>(op))
    return variables.touchesOnlyVariables() &&
           llvm::all_of(variables.getVariableAccesses(), [](const VariableAccess &access) {
             return access.kind == VariableAccess::Read ||
                    (access.kind == VariableAccess::Write &&
                     llvm::isa<NNTensorType>(access.value.getType()));
           });
  if (auto guard = llvm::dyn_cast<GuardOpInterface>(op))
    return guard.canNeutralise();
  return op->getNumRegions() == 0 && isMemoryEffectFree(op) && isSpeculatable(op);
}

Operation *findObstacle(IfOp op) {
  for (Region &region : op->getRegions())
    for (Operation &inner : region.front()) {
      auto branch = llvm::dyn_cast<IfOp>(inner);
      if (Operation *obstacle = branch ? findObstacle(branch) : canStand(&inner) ? nullptr : &inner)
        return obstacle;
    }
  return nullptr;
}

using Assigned = llvm::MapVector<StringAttr, Value>;

/// Moves the operations of a branch before `op`; what the branch assigns last.
static Assigned inlineBranch(Region &region, IfOp op, Value taken) {
  for (IfOp inner : llvm::make_early_inc_range(region.front().getOps<IfOp>()))
    makeChoice(inner);
  Assigned assigned;
  for (Operation &inner : llvm::make_early_inc_range(region.front().without_terminator())) {
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

void makeChoice(IfOp op) {
  OpBuilder builder(op);
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
    AssignOp::create(builder, loc, name, chosen);
  }
  op.erase();
}

} // namespace nnc::ir
