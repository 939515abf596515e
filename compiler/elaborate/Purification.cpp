//===- Purification.cpp - the body of a scan as a function of values ----------------------===//
//
// A body may read parameters, draw random numbers (which count in a variable), update the state of
// a layer, and assign vars in branches. Here all of that becomes values that go in and come out, so
// that nn.scan has a gradient. What cannot be said so is refused by name.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Recurrence.h"
#include "compiler/ir/Branches.h"

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

/// How a message calls what a body cannot contain.
static std::string nameObstacle(mlir::Operation *op) {
  if (llvm::isa<ForOp, WhileOp, BatchesOp>(op))
    return "a loop whose number of turns is known at run time only";
  if (llvm::isa<BreakOp, ContinueOp>(op))
    return "leaving a loop";
  if (llvm::isa<PrintOp, FormatOp>(op))
    return "printing";
  if (llvm::isa<AssignOp>(op))
    return "changing text";
  if (llvm::isa<BindSizeOp>(op))
    return "a size that is known at run time only";
  if (llvm::isa<AssertOp>(op))
    return "an assertion whose message reads a var";
  return "'" + op->getName().stripDialect().str() + "'";
}

LogicalResult Purification::visit(mlir::Block &block, Current &current) {
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
    } else if (auto check = llvm::dyn_cast<AssertOp>(op)) {
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
    } else if (!llvm::isa<ScanOp, PrintOp, FormatOp, StringOp>(op) && !isMemoryEffectFree(&op)) {
      return refuse(&op, nameObstacle(&op));
    }
  }
  return mlir::success();
}

LogicalResult Purification::run() {
  region.walk([&](AssignOp assign) { written.insert(assign.getVariableAttr().getAttr()); });
  for (IfOp branch : llvm::make_early_inc_range(region.front().getOps<IfOp>())) {
    if (mlir::Operation *obstacle = findObstacle(branch))
      return refuse(obstacle, nameObstacle(obstacle) + " in a branch");
    makeChoice(branch);
  }
  Current current;
  if (failed(visit(region.front(), current)))
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
