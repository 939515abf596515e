//===- Requests.cpp - nn.grad, nn.jacobian and nn.minimize give way to gradients ----------===//

#include "compiler/gradient/Gradient.h"
#include "compiler/ir/Origin.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::gradient {

//===-- What depends on whether a target is reached --------------------------------------===//

/// Whether the pass holds nothing in the region that it has yet to expand.
static bool mayErase(Region &region) {
  WalkResult found = region.walk([](Operation *op) {
    return llvm::isa<GradOp, JacobianOp, MinimizeOp>(op) ? WalkResult::interrupt()
                                                         : WalkResult::advance();
  });
  return !found.wasInterrupted();
}

/// Puts the branch that is taken in the place of the operation, if nothing but it would be lost.
static void putInPlace(IfOp op, bool isTaken) {
  Region &taken = isTaken ? op.getThenRegion() : op.getElseRegion();
  Region &other = isTaken ? op.getElseRegion() : op.getThenRegion();
  auto end = llvm::dyn_cast<EndOp>(taken.front().getTerminator());
  if (!end || !mayErase(other))
    return;
  end.erase();
  op->getBlock()->getOperations().splice(op->getIterator(), taken.front().getOperations());
  op.erase();
}

void decide(IsReachedOp op, bool isReached) {
  for (Operation *user : llvm::make_early_inc_range(op->getUsers()))
    if (auto choice = llvm::dyn_cast<IfOp>(user))
      putInPlace(choice, isReached);
  if (!op->use_empty()) {
    OpBuilder builder(op);
    op->replaceAllUsesWith(
        ValueRange(createFilled(builder, op.getLoc(), op.getResult().getType(), isReached)));
  }
  op.erase();
}

/// Decides what depends on whether the targets of these results are reached.
static void decide(ValueRange results, const llvm::BitVector &isReached) {
  for (auto [i, result] : llvm::enumerate(results)) {
    llvm::SmallSetVector<Operation *, 2> users(result.user_begin(), result.user_end());
    for (Operation *user : users) {
      auto condition = llvm::dyn_cast<IsReachedOp>(user);
      if (!condition)
        continue;
      if (isReached[i]) {
        decide(condition, true);
        continue;
      }
      for (size_t k = condition.getGradients().size(); k-- > 0;)
        if (condition.getGradients()[k] == result)
          condition.getGradientsMutable().erase(k);
      if (condition.getGradients().empty())
        decide(condition, false);
    }
  }
}

//===-- Requests --------------------------------------------------------------------------===//

LogicalResult expand(GradOp grad, UnreachedWarnings &warnings, Waiting &waiting) {
  OpBuilder builder(grad);
  FailureOr<Gradients> gradients = buildGradients(
      builder, {grad, grad.getScalar(), grad.getValues(), grad.getVariables(), warnings, waiting});
  if (failed(gradients))
    return failure();
  decide(grad.getResults(), gradients->isReached);
  grad->replaceAllUsesWith(gradients->values);
  grad.erase();
  return success();
}

LogicalResult expand(JacobianOp jacobian, UnreachedWarnings &warnings, Waiting &waiting) {
  OriginListener origins;
  origins.source = OriginListener::gradientOf(jacobian, jacobian.getLoc());
  OpBuilder builder(jacobian->getContext(), &origins);
  builder.setInsertionPoint(jacobian);
  Location loc = jacobian.getLoc();
  NNTensorType type = jacobian.getValue().getType();
  Dim count = type.getCount();
  auto draft = ScanOp::create(builder, loc, TypeRange(), TypeRange(), count.toAttribute(), false,
                              ValueRange(), ValueRange(), ValueRange());
  Block &body = draft.getBody().emplaceBlock();
  Value turn = body.addArgument(getScalarType(builder.getI64Type()), loc);
  builder.setInsertionPointToEnd(&body);
  // The cotangent of a turn's element is 1, of all others 0.
  NNTensorType flat = NNTensorType::get(count, builder.getI64Type());
  Value position = IotaOp::create(builder, loc, flat, 0);
  Value chosen = BroadcastOp::create(builder, loc, flat, turn, builder.getDenseI64ArrayAttr({}));
  Value isChosen = EqOp::create(builder, loc, position, chosen);
  Value seed =
      ConvertOp::create(builder, loc, flat.withElementType(type.getElementType()), isChosen);
  seed = ReshapeOp::create(builder, loc, type, seed);
  FailureOr<Gradients> rows =
      buildGradients(builder, {jacobian, jacobian.getValue(), jacobian.getValues(),
                               jacobian.getVariables(), warnings, waiting, seed});
  if (failed(rows)) {
    draft->dropAllReferences();
    draft.erase();
    return failure();
  }
  YieldOp::create(builder, loc, rows->values);
  ScanOp loop = ScanOp::complete(draft, {}, {});
  builder.setInsertionPoint(jacobian);
  for (auto [result, stacked] : llvm::zip_equal(jacobian.getResults(), loop.getStacked()))
    result.replaceAllUsesWith(
        ReshapeOp::create(builder, loc, llvm::cast<NNTensorType>(result.getType()), stacked));
  jacobian.erase();
  return success();
}

LogicalResult expand(MinimizeOp minimize, UnreachedWarnings &warnings, Waiting &waiting) {
  OpBuilder builder(minimize);
  FailureOr<Gradients> gradients = buildGradients(
      builder, {minimize, minimize.getLoss(), {}, minimize.getVariables(), warnings, waiting});
  if (failed(gradients))
    return failure();
  Block &update = minimize.getUpdate().front();
  if (ArrayAttr counters = minimize.getCountersAttr()) {
    BlockArgument counter = update.getArguments().back();
    auto variable = llvm::cast<FlatSymbolRefAttr>(counters[gradients->isReached.find_first()]);
    builder.setInsertionPointToStart(&update);
    counter.replaceAllUsesWith(
        ReadOp::create(builder, minimize.getLoc(), counter.getType(), variable));
  }
  llvm::SmallVector<Value> arguments(minimize.getGradients());
  decide(arguments, gradients->isReached);
  for (auto [argument, gradient] : llvm::zip_equal(arguments, gradients->values))
    argument.replaceAllUsesWith(gradient);
  update.getTerminator()->erase();
  minimize->getBlock()->getOperations().splice(minimize->getIterator(), update.getOperations());
  minimize.erase();
  return success();
}

} // namespace nnc::gradient
