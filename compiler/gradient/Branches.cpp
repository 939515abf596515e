//===- Branches.cpp - branches become choices, so that gradients pass --------------===//

#include "compiler/gradient/Branches.h"
#include "compiler/gradient/VariableFlow.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::gradient {

static bool canCompute(Operation &op) {
  if (llvm::isa<EndOp, ReadOp>(op))
    return true;
  if (auto assign = llvm::dyn_cast<AssignOp>(op))
    return llvm::isa<NNTensorType>(assign.getValue().getType()) &&
           getVariable(&op, assign.getVariableAttr()).getKind() == VariableKind::Var;
  if (auto branch = llvm::dyn_cast<IfOp>(op))
    return canBecomeChoice(branch);
  return op.getNumRegions() == 0 && isMemoryEffectFree(&op) && isSpeculatable(&op);
}

bool canBecomeChoice(IfOp op) {
  return llvm::all_of(op->getRegions(),
                      [](Region &region) { return llvm::all_of(region.front(), canCompute); });
}

using Assigned = llvm::MapVector<StringAttr, Value>;

/// Moves the operations of a branch before `op`; what the branch assigns last.
static Assigned inlineBranch(Region &region, IfOp op) {
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
  }
  return assigned;
}

void makeChoice(IfOp op) {
  Assigned onTrue = inlineBranch(op.getThenRegion(), op);
  Assigned onFalse = inlineBranch(op.getElseRegion(), op);
  llvm::SetVector<StringAttr> names;
  for (Assigned *assigned : {&onTrue, &onFalse})
    for (auto &[name, value] : *assigned)
      names.insert(name);
  OpBuilder builder(op);
  Location loc = op.getLoc();
  for (StringAttr name : names) {
    Value values[2] = {onTrue.lookup(name), onFalse.lookup(name)};
    auto type = llvm::cast<NNTensorType>((values[0] ? values[0] : values[1]).getType());
    for (Value &value : values)
      if (!value) // what it held before
        value = ReadOp::create(builder, loc, type, name);
    Value condition = op.getCondition();
    if (!type.isScalar())
      condition = BroadcastOp::create(builder, loc, type.withElementType(builder.getI1Type()),
                                      condition, llvm::ArrayRef<int64_t>());
    Value chosen = SelectOp::create(builder, loc, type, condition, values[0], values[1]);
    AssignOp::create(builder, loc, name, chosen);
  }
  op.erase();
}

} // namespace nnc::gradient
