//===- Training.h - minimize, gradients, optimizers --------------------------------------===//
//
// These emit requests of gradients (nn.minimize, nn.grad, nn.jacobian) and updates; what they
// request is found by the gradient stage.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_TRAINING_H
#define NNC_ELABORATE_TRAINING_H

#include "compiler/elaborate/Layers.h"

namespace nnc::elaborate {

Value evaluateMinimize(Interpreter &e, const ast::Minimize *expr);
/// opt.step(net, gradients): the targets as after `over`, the gradients as grad gives them.
Value step(Interpreter &e, std::shared_ptr<Instance> optimizer, const ast::Call *node);
/// Gradients.cpp: grad(of, target); with `isJacobian` jacobian(of, target), of the shape of both
/// together.
Value gradient(Interpreter &e, const ast::Expr *of, const ast::Expr *target, Span span,
               bool isJacobian);
/// What an optimizer changes a param with.
struct AppliedGradient {
  mlir::Value value;
  /// The results of requests that it is computed from; empty where that is not known. Where none of
  /// their targets is reached, the update does not happen.
  std::vector<mlir::Value> requested;
};
/// Elaborates the optimizer's update of each target, with its gradient.
void applyUpdates(Interpreter &e, Instance &optimizer, llvm::ArrayRef<Reached> targets,
                  llvm::ArrayRef<AppliedGradient> gradients, Span span);
/// The symbols of the variables, as operations name them.
mlir::ArrayAttr getSymbols(mlir::Builder builder, llvm::ArrayRef<Reached> reached);
/// Sets the state of the unit's optimizers to its initial values, where they were made.
void emitResets(Interpreter &e);
/// The result of a function that depends on the mode and was called in evaluation mode, with notes
/// that say so: a step whose gradient passes there is an error of the gradient stage.
Value noteMode(Interpreter &e, const Value &result, const Frame &callee);
/// CustomGradients.cpp: the result with the gradient that the function states; in its scope.
Value attachGradient(Interpreter &e, const ast::Function &function, Value result);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_TRAINING_H
