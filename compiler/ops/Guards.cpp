//===- Guards.cpp - operations that may fail, where they must not -----------------------===//
//
// GuardOpInterface of each operation that may stop the program: where a branch is not taken its
// indices and sizes are 0, its assertions hold, and a scan in it does the same for its body and
// shows nothing.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/Purification.h"

using namespace mlir;
using namespace nnc::ir;

static void neutraliseIndices(Operation *op, OpOperand &indices, Value taken) {
  OpBuilder builder(op);
  Location loc = op->getLoc();
  auto type = llvm::cast<NNTensorType>(indices.get().getType());
  Value zero = createFilled(builder, loc, type, 0);
  Value isTaken = createUniform(builder, loc, taken, type);
  indices.set(SelectOp::create(builder, loc, type, isTaken, indices.get(), zero));
}

void GatherOp::neutralise(Value taken) { neutraliseIndices(*this, getIndicesMutable(), taken); }
void ScatterAddOp::neutralise(Value taken) { neutraliseIndices(*this, getIndicesMutable(), taken); }

void AssertOp::neutralise(Value taken) {
  OpBuilder builder(*this);
  Value isLeft = NotOp::create(builder, getLoc(), taken);
  getConditionMutable().assign(OrOp::create(builder, getLoc(), isLeft, getCondition()));
}

void BindSizeOp::neutralise(Value taken) {
  OpBuilder builder(*this);
  auto type = llvm::cast<NNTensorType>(getValue().getType());
  Value zero = createFilled(builder, getLoc(), type, 0);
  getValueMutable().assign(SelectOp::create(builder, getLoc(), type, taken, getValue(), zero));
}

//===-- Operations with a body ------------------------------------------------------------===//

/// The operations of a region that may fail, but for those inside of others.
static llvm::SmallVector<GuardOpInterface> findGuards(Region &region) {
  llvm::SmallVector<GuardOpInterface> guards;
  region.walk<WalkOrder::PreOrder>([&](GuardOpInterface guard) {
    guards.push_back(guard);
    return WalkResult::skip();
  });
  return guards;
}

static bool onlyComputes(Region &region) {
  return !region
              .walk<WalkOrder::PreOrder>([](Operation *op) {
                if (auto guard = llvm::dyn_cast<GuardOpInterface>(op))
                  return guard.canNeutralise() ? WalkResult::skip() : WalkResult::interrupt();
                bool isKnown = op->getNumRegions() != 0 || llvm::isa<VariableOpInterface>(op) ||
                               isOutput(op) || isMovable(op) ||
                               op->hasTrait<OpTrait::IsTerminator>();
                return isKnown ? WalkResult::advance() : WalkResult::interrupt();
              })
              .wasInterrupted();
}

bool ScanOp::canNeutralise() { return onlyComputes(getBody()); }

/// Whether the region shows something, outside of operations that guard what is in them.
static bool showsOutput(Region &region) {
  return llvm::any_of(region.getOps(), [](Operation &op) { return isOutput(&op); });
}

void ScanOp::neutralise(Value taken) {
  llvm::SmallVector<GuardOpInterface> guards = findGuards(getBody());
  if (guards.empty() && !showsOutput(getBody()))
    return;
  getCapturesMutable().append(taken);
  BlockArgument inside = getBlock().addArgument(taken.getType(), taken.getLoc());
  for (GuardOpInterface guard : guards)
    guard.neutralise(inside);
  OutputBranches output(inside);
  for (Operation &op : llvm::make_early_inc_range(getBlock().without_terminator()))
    output.take(&op, &op);
  sinkText(getBlock());
}

/// Only a branch of output is left where it is (Branches.cpp).
bool IfOp::canNeutralise() {
  return llvm::all_of(getRegions(), [](Region *region) {
    return llvm::all_of(region->front().without_terminator(),
                        [](Operation &op) { return isOutput(&op) || isMovable(&op); });
  });
}

void IfOp::neutralise(Value taken) {
  OpBuilder builder(*this);
  getConditionMutable().assign(AndOp::create(builder, getLoc(), taken, getCondition()));
}

bool WithGradientOp::canNeutralise() { return onlyComputes(getRule()); }

void WithGradientOp::neutralise(Value taken) {
  for (GuardOpInterface guard : findGuards(getRule()))
    guard.neutralise(taken);
}
