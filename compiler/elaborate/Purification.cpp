//===- Purification.cpp - the body of a scan as a function of values ----------------------===//
//
// A body may read parameters, draw random numbers (which count in a variable), update the state of
// a layer, and assign vars in branches. Here all of that becomes values that go in and come out, so
// that nn.scan has a gradient. What cannot be said so is refused by name.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Recurrence.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using mlir::LogicalResult;

LogicalResult Purification::refuse(mlir::Operation *op, std::string reason) {
  if (!culprit) {
    culprit = op;
    what = std::move(reason);
  }
  return mlir::failure();
}

/// The condition, or the condition and that the branch is taken.
static mlir::Value both(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value taken,
                        mlir::Value condition) {
  return taken ? AndOp::create(builder, loc, taken, condition).getResult() : condition;
}

/// The argument that carries a variable which the body assigns and reads before that.
mlir::Value Purification::carry(ReadOp read) {
  mlir::Block &body = region.front();
  mlir::OpBuilder before(scan);
  mlir::Value initial =
      ReadOp::create(before, read.getLoc(), read.getResult().getType(), read.getVariable());
  mlir::BlockArgument argument = body.addArgument(initial.getType(), read.getLoc());
  assigned.push_back({read.getVariableAttr().getAttr(), initial, argument, {}});
  return argument;
}

/// Moves the computation of a value before the scan; false where it depends on the turn.
bool Purification::hoist(mlir::Value value) {
  if (!region.isAncestor(value.getParentRegion()))
    return true;
  mlir::Operation *op = value.getDefiningOp();
  if (!op || op->getNumRegions() != 0 || !isMemoryEffectFree(op) ||
      !llvm::all_of(op->getOperands(), [&](mlir::Value operand) { return hoist(operand); }))
    return false;
  op->moveBefore(scan);
  return true;
}

LogicalResult Purification::inlineBranches(IfOp branch, Current &current, mlir::Value taken) {
  mlir::OpBuilder builder(branch);
  mlir::Location loc = branch.getLoc();
  mlir::Value condition = branch.getCondition(), otherwise = NotOp::create(builder, loc, condition);
  Current before = current, results[2] = {current, current};
  for (int i : {0, 1}) {
    mlir::Block &block = branch->getRegion(i).front();
    if (!llvm::isa<EndOp>(block.getTerminator()))
      return refuse(block.getTerminator(), "leaving a loop");
    mlir::Value here = both(builder, loc, taken, i == 0 ? condition : otherwise);
    if (failed(visit(block, results[i], here)))
      return mlir::failure();
    block.getTerminator()->erase();
    branch->getBlock()->getOperations().splice(branch->getIterator(), block.getOperations());
  }
  llvm::SetVector<mlir::StringAttr> names;
  for (Current &result : results)
    for (auto &[name, value] : result)
      names.insert(name);
  builder.setInsertionPoint(branch);
  for (mlir::StringAttr name : names) {
    mlir::Value onTrue = results[0].lookup(name), onFalse = results[1].lookup(name);
    // Assigned on one side only, and not read before: what it held before is not asked for later.
    if (!onTrue || !onFalse)
      return refuse(branch, "a var of a branch that is used after it");
    if (onTrue == onFalse) {
      current[name] = onTrue;
      continue;
    }
    auto type = llvm::dyn_cast<NNTensorType>(onTrue.getType());
    if (!type)
      return refuse(branch, "changing text in a branch");
    mlir::Value chosen = condition;
    if (!type.isScalar())
      chosen = BroadcastOp::create(builder, loc, type.withElementType(builder.getI1Type()),
                                   condition, builder.getDenseI64ArrayAttr({}));
    current[name] = SelectOp::create(builder, loc, type, chosen, onTrue, onFalse);
  }
  branch.erase();
  return mlir::success();
}

LogicalResult Purification::visit(mlir::Block &block, Current &current, mlir::Value taken) {
  for (mlir::Operation &op : llvm::make_early_inc_range(block.without_terminator())) {
    if (auto read = llvm::dyn_cast<ReadOp>(op)) {
      mlir::StringAttr name = read.getVariableAttr().getAttr();
      if (!written.contains(name)) {
        read->moveBefore(scan);
        continue;
      }
      mlir::Value &value = current[name];
      if (!value) {
        if (!llvm::isa<NNTensorType>(read.getType()))
          return refuse(&op, "changing text");
        // Read before it is assigned: it comes from the turn before, whatever the branch.
        value = carry(read);
      }
      read.getResult().replaceAllUsesWith(value);
      read.erase();
    } else if (auto assign = llvm::dyn_cast<AssignOp>(op)) {
      current[assign.getVariableAttr().getAttr()] = assign.getValue();
      assign.erase();
    } else if (auto branch = llvm::dyn_cast<IfOp>(op)) {
      if (failed(inlineBranches(branch, current, taken)))
        return mlir::failure();
    } else if (auto check = llvm::dyn_cast<AssertOp>(op)) {
      // Of a branch that is not taken nothing is asserted.
      if (taken) {
        mlir::OpBuilder builder(check);
        mlir::Value not_taken = NotOp::create(builder, check.getLoc(), taken);
        check.getConditionMutable().assign(
            OrOp::create(builder, check.getLoc(), not_taken, check.getCondition()));
      }
      bool readsVariables = false;
      check.getMessage().walk([&](ReadOp) { readsVariables = true; });
      if (readsVariables)
        return refuse(&op, "an assertion whose message reads a var");
    } else if (auto size = llvm::dyn_cast<BindSizeOp>(op)) {
      if (!hoist(size.getValue()))
        return refuse(&op, "a size that changes from turn to turn");
      size->moveBefore(scan);
    } else if (auto grad = llvm::dyn_cast<GradOp>(op)) {
      if (!grad.getVariables().empty())
        return refuse(&op, "the gradient with respect to a param");
    } else if (llvm::isa<PrintOp, FormatOp, StringOp>(op)) {
      if (taken)
        return refuse(&op, "printing in a branch");
    } else if (llvm::isa<ForOp, WhileOp, BatchesOp>(op)) {
      return refuse(&op, "a loop whose number of turns is known at run time only");
    } else if (llvm::isa<MinimizeOp>(op)) {
      return refuse(&op, "minimize");
    } else if (!llvm::isa<ScanOp>(op) && !isMemoryEffectFree(&op)) {
      return refuse(&op, "'" + op.getName().stripDialect().str() + "'");
    }
  }
  return mlir::success();
}

LogicalResult Purification::run() {
  region.walk([&](AssignOp assign) { written.insert(assign.getVariableAttr().getAttr()); });
  // What a branch assigns must have a value on its other side, too: unless the body assigns it
  // first, it is carried.
  Current current;
  for (mlir::Operation &op : region.front())
    if (auto assign = llvm::dyn_cast<AssignOp>(op))
      current.try_emplace(assign.getVariableAttr().getAttr(), mlir::Value());
  region.walk([&](AssignOp assign) {
    mlir::StringAttr name = assign.getVariableAttr().getAttr();
    if (current.contains(name) || !llvm::isa<NNTensorType>(assign.getValue().getType()))
      return;
    mlir::OpBuilder before(scan);
    auto read =
        ReadOp::create(before, assign.getLoc(), assign.getValue().getType(), assign.getVariable());
    current[name] = carry(read);
    read.erase();
  });
  current.remove_if([](auto &entry) { return !entry.second; });
  if (failed(visit(region.front(), current, {})))
    return mlir::failure();
  for (Assigned &one : assigned)
    one.next = current.lookup(one.variable);
  // What the body assigns without reading it before has its last value after the loop; where there
  // is no turn, the one from before.
  for (auto &[name, value] : current) {
    if (llvm::any_of(assigned, [&](Assigned &one) { return one.variable == name; }))
      continue;
    mlir::OpBuilder before(scan);
    mlir::Value initial = ReadOp::create(before, value.getLoc(), value.getType(), name);
    mlir::BlockArgument argument = region.front().addArgument(value.getType(), value.getLoc());
    assigned.push_back({name, initial, argument, value});
  }
  return mlir::success();
}
