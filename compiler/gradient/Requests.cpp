//===- Requests.cpp - nn.grad, nn.jacobian and nn.minimize give way to gradients ----------===//

#include "compiler/gradient/Gradient.h"
#include "compiler/ir/Origin.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::gradient {

LogicalResult expand(GradOp grad) {
  OpBuilder builder(grad);
  FailureOr<llvm::SmallVector<Value>> gradients =
      buildGradients(builder, {grad, grad.getScalar(), grad.getValues(), grad.getVariables()});
  if (failed(gradients))
    return failure();
  grad->replaceAllUsesWith(*gradients);
  grad.erase();
  return success();
}

LogicalResult expand(JacobianOp jacobian) {
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
  FailureOr<llvm::SmallVector<Value>> rows =
      buildGradients(builder, {jacobian, jacobian.getValue(), jacobian.getValues(),
                               jacobian.getVariables(), seed});
  if (failed(rows)) {
    draft->dropAllReferences();
    draft.erase();
    return failure();
  }
  YieldOp::create(builder, loc, *rows);
  ScanOp loop = ScanOp::complete(draft, {}, {});
  builder.setInsertionPoint(jacobian);
  for (auto [result, stacked] : llvm::zip_equal(jacobian.getResults(), loop.getStacked()))
    result.replaceAllUsesWith(
        ReshapeOp::create(builder, loc, llvm::cast<NNTensorType>(result.getType()), stacked));
  jacobian.erase();
  return success();
}

LogicalResult expand(MinimizeOp minimize) {
  OpBuilder builder(minimize);
  FailureOr<llvm::SmallVector<Value>> gradients =
      buildGradients(builder, {minimize, minimize.getLoss(), {}, minimize.getVariables()});
  if (failed(gradients))
    return failure();
  Block &update = minimize.getUpdate().front();
  for (auto [argument, gradient] : llvm::zip_equal(update.getArguments(), *gradients))
    argument.replaceAllUsesWith(gradient);
  update.getTerminator()->erase();
  minimize->getBlock()->getOperations().splice(minimize->getIterator(), update.getOperations());
  minimize.erase();
  return success();
}

} // namespace nnc::gradient
