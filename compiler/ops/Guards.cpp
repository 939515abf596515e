//===- Guards.cpp - operations that may fail, where they must not -----------------------===//
//
// GuardOpInterface of each operation that may stop the program: where a branch is not taken its
// indices are 0, its assertions hold, and a scan in it does the same for its body.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/NN.h"

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
                               isMemoryEffectFree(op);
                return isKnown ? WalkResult::advance() : WalkResult::interrupt();
              })
              .wasInterrupted();
}

bool ScanOp::canNeutralise() { return onlyComputes(getBody()); }

void ScanOp::neutralise(Value taken) {
  llvm::SmallVector<GuardOpInterface> guards = findGuards(getBody());
  if (guards.empty())
    return;
  getCapturesMutable().append(taken);
  BlockArgument inside = getBlock().addArgument(taken.getType(), taken.getLoc());
  for (GuardOpInterface guard : guards)
    guard.neutralise(inside);
}

bool WithGradientOp::canNeutralise() { return onlyComputes(getRule()); }

void WithGradientOp::neutralise(Value taken) {
  for (GuardOpInterface guard : findGuards(getRule()))
    guard.neutralise(taken);
}
