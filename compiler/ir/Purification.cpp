//===- Purification.cpp - the body of a loop as a function of values ----------------------===//
//
// A body may read parameters, draw random numbers (which count in a variable), update the state of
// a layer, and assign vars in branches. Here all of that becomes values that go in and come out, so
// that nn.scan has a gradient. What cannot be said so is refused by name.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/Purification.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace nnc::ir {

//===-- Obstacles ----------------------------------------------------------------------------===//

LogicalResult Obstacle::set(Operation *culprit, std::string reason) {
  if (!op) {
    op = culprit;
    what = std::move(reason);
  }
  return failure();
}

LogicalResult Obstacle::set(Operation *culprit) {
  return set(culprit, llvm::TypeSwitch<Operation *, std::string>(culprit)
                          .Case([](WhileOp) { return "a `while` loop"; })
                          .Case([](BatchesOp) { return "a loop over the rows of a data set"; })
                          .Case([](BreakOp) {
                            return "leaving a loop under a condition that is known at "
                                   "run time only (`break` or `return`)";
                          })
                          .Case([](MinimizeOp) { return "`minimize`"; })
                          .Case<SaveOp, LoadOp>([](auto file) {
                            return "`" + file->getName().stripDialect().str() + "`";
                          })
                          .Case<BindSizeOp, ReshapeOp>([](auto) {
                            return "a size that holds only where its branch is taken";
                          })
                          .Case<AssignRowsOp>([](auto) { return "filling a tensor row by row"; })
                          .Default([](Operation *other) {
                            return "'" + other->getName().stripDialect().str() + "'";
                          }));
}

bool isOutput(Operation *op) {
  if (auto read = llvm::dyn_cast<ReadOp>(op))
    return !llvm::isa<NNTensorType>(read.getType());
  if (auto assign = llvm::dyn_cast<AssignOp>(op))
    return !llvm::isa<NNTensorType>(assign.getValue().getType());
  return op->hasTrait<ShowsOutput>();
}

//===-- Variables ----------------------------------------------------------------------------===//

/// What a variable of tensors holds at the operation that is being visited.
Value Purification::getCurrent(StringAttr variable, Type type, Location loc) {
  OpBuilder before(loop);
  auto read = [&] { return ReadOp::create(before, loc, type, variable); };
  if (!written.contains(variable)) {
    Value &value = outside[variable];
    return value ? value : value = read();
  }
  Value &value = current[variable];
  if (!value) {
    // Read before it is assigned: it comes from the turn before.
    BlockArgument argument = body.addArgument(type, loc);
    assigned.push_back({variable, read(), argument, {}});
    value = argument;
  }
  return value;
}

void Purification::resolve(ReadOp read) {
  read.replaceAllUsesWith(
      getCurrent(read.getVariableAttr().getAttr(), read.getType(), read.getLoc()));
  read.erase();
}

/// A gradient with respect to a variable is one with respect to what it holds.
template <class Request> void Purification::resolveTargets(Request request) {
  if (request.getVariables().empty())
    return;
  llvm::SmallVector<Value> values(request.getValues());
  for (auto name : request.getVariables().template getAsRange<FlatSymbolRefAttr>()) {
    auto place = SymbolTable::lookupNearestSymbolFrom<VariableOp>(loop, name.getAttr());
    values.push_back(getCurrent(name.getAttr(), place.getType(), request.getLoc()));
  }
  OpBuilder builder(request);
  auto pure = Request::create(builder, request.getLoc(), request->getResultTypes(), TypeRange(),
                              request->getOperand(0), values, builder.getArrayAttr({}));
  request->replaceAllUsesWith(pure->getResults());
  request.erase();
}

/// Moves the computation of a value before the loop; false where it depends on the turn.
bool Purification::hoist(Value value) {
  if (!body.getParent()->isAncestor(value.getParentRegion()))
    return true;
  Operation *op = value.getDefiningOp();
  if (!op || op->getNumRegions() != 0 || !isMemoryEffectFree(op) ||
      !llvm::all_of(op->getOperands(), [&](Value operand) { return hoist(operand); }))
    return false;
  op->moveBefore(loop);
  return true;
}

LogicalResult Purification::visit(Operation &op, Obstacle &obstacle) {
  if (isOutput(&op))
    return success();
  if (auto read = llvm::dyn_cast<ReadOp>(op)) {
    resolve(read);
    return success();
  }
  if (auto assign = llvm::dyn_cast<AssignOp>(op)) {
    current[assign.getVariableAttr().getAttr()] = assign.getValue();
    assign.erase();
    return success();
  }
  if (auto size = llvm::dyn_cast<BindSizeOp>(op)) {
    if (hoist(size.getValue()))
      size->moveBefore(loop);
    return success(); // or it changes from turn to turn
  }
  if (auto grad = llvm::dyn_cast<GradOp>(op)) {
    resolveTargets(grad);
    return success();
  }
  if (auto jacobian = llvm::dyn_cast<JacobianOp>(op)) {
    resolveTargets(jacobian);
    return success();
  }
  if (llvm::isa<AssertOp, IfOp>(op)) {
    // Of a message, or of output alone.
    op.walk([&](ReadOp read) {
      if (!isOutput(read))
        resolve(read);
    });
    return success();
  }
  if (llvm::isa<ScanOp>(op) || op.hasTrait<Unobserved>() || isMemoryEffectFree(&op))
    return success();
  return obstacle.set(&op);
}

LogicalResult Purification::run(Obstacle &obstacle) {
  if (failed(straighten(body, obstacle)))
    return failure();
  body.walk([&](AssignOp assign) {
    if (!isOutput(assign))
      written.insert(assign.getVariableAttr().getAttr());
  });
  for (Operation &op : llvm::make_early_inc_range(body.without_terminator()))
    if (failed(visit(op, obstacle)))
      return failure();
  for (Assigned &one : assigned)
    one.next = current.lookup(one.variable);
  // What the body assigns without reading it before has its last value after the loop; where there
  // is no turn, the one from before.
  for (auto &[name, value] : current) {
    if (llvm::any_of(assigned, [&](Assigned &one) { return one.variable == name; }))
      continue;
    OpBuilder before(loop);
    Value initial = ReadOp::create(before, value.getLoc(), value.getType(), name);
    BlockArgument argument = body.addArgument(value.getType(), value.getLoc());
    assigned.push_back({name, initial, argument, value});
  }
  for (Value given : body.getTerminator()->getOperands())
    if (isBoundIn(body, given.getType()))
      return obstacle.set(given.getDefiningOp() ? given.getDefiningOp() : loop,
                          "a tensor whose size changes from turn to turn");
  return success();
}

} // namespace nnc::ir
