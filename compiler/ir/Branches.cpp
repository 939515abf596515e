//===- Branches.cpp - branches become choices --------------------------------------------===//

#include "compiler/ir/Branches.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace nnc::ir {

/// The indices of an operation that fails where one is out of range; null for others.
static OpOperand *getIndices(Operation *op) {
  if (auto gather = llvm::dyn_cast<GatherOp>(op))
    return &gather.getIndicesMutable();
  if (auto scatter = llvm::dyn_cast<ScatterAddOp>(op))
    return &scatter.getIndicesMutable();
  return nullptr;
}

static bool readsVariables(Region &region) {
  return region.walk([](ReadOp) { return WalkResult::interrupt(); }).wasInterrupted();
}

static bool canStand(Operation *op) {
  if (llvm::isa<EndOp, ReadOp, ScanOp, WithGradientOp>(op))
    return true;
  if (auto grad = llvm::dyn_cast<GradOp>(op))
    return grad.getVariables().empty();
  if (auto assign = llvm::dyn_cast<AssignOp>(op))
    return llvm::isa<NNTensorType>(assign.getValue().getType());
  if (auto check = llvm::dyn_cast<AssertOp>(op))
    return !readsVariables(check.getMessage());
  return getIndices(op) ||
         (op->getNumRegions() == 0 && isMemoryEffectFree(op) && isSpeculatable(op));
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

static Value broadcastTo(OpBuilder &builder, Location loc, Value scalar, NNTensorType like) {
  if (like.isScalar())
    return scalar;
  return BroadcastOp::create(builder, loc, like.withElementType(builder.getI1Type()), scalar,
                             llvm::ArrayRef<int64_t>());
}

/// Keeps an operation from failing where its branch is not taken.
static void guard(Operation *op, Value taken) {
  OpBuilder builder(op);
  Location loc = op->getLoc();
  if (OpOperand *indices = getIndices(op)) {
    auto type = llvm::cast<NNTensorType>(indices->get().getType());
    Value zero = createFilled(builder, loc, type, 0);
    Value isTaken = broadcastTo(builder, loc, taken, type);
    indices->set(SelectOp::create(builder, loc, type, isTaken, indices->get(), zero));
  } else if (auto check = llvm::dyn_cast<AssertOp>(op)) {
    Value isLeft = NotOp::create(builder, loc, taken);
    check.getConditionMutable().assign(OrOp::create(builder, loc, isLeft, check.getCondition()));
  }
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
    if (auto read = llvm::dyn_cast<ReadOp>(inner))
      if (Value value = assigned.lookup(read.getVariableAttr().getAttr())) {
        read.replaceAllUsesWith(value);
        read.erase();
        continue;
      }
    inner.moveBefore(op);
    guard(&inner, taken);
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
    Value condition = broadcastTo(builder, loc, op.getCondition(), type);
    Value chosen = SelectOp::create(builder, loc, type, condition, values[0], values[1]);
    AssignOp::create(builder, loc, name, chosen);
  }
  op.erase();
}

} // namespace nnc::ir
