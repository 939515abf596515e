//===- Gradient.h - the reverse sweep -----------------------------------------------===//
//
// One generic driver for all operations: it walks back from a scalar, asks each operation on the
// way for its rule (GradientOpInterface), and adds up what meets in one value. It knows no
// operation but those that are about variables.
//
// Only operations that both reach the scalar and depend on a target take part. The walk covers the
// block of the request and those around it. What was assigned to a `var` in straight-line code is
// followed; parameters, states and slots are leaves.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_GRADIENT_GRADIENT_H
#define NNC_GRADIENT_GRADIENT_H

#include "compiler/gradient/Unreached.h"

namespace nnc::gradient {

/// The requests that wait for others. A loop around a request may compute what a turn begins with
/// by a gradient that its body asks for further down: that one is to be expanded first.
struct Waiting {
  llvm::SmallVector<mlir::Operation *> requests;
  /// Those for which the last one waits; a function that adds some fails without an error.
  llvm::SmallVector<mlir::Operation *> first;
};

/// What is to be differentiated, and with respect to what.
struct Request {
  /// nn.grad, nn.jacobian or nn.minimize: the gradient is of what stands before it, and errors are
  /// reported at it.
  mlir::Operation *at;
  mlir::Value scalar;
  mlir::ValueRange values;
  /// FlatSymbolRefAttrs of variables.
  mlir::ArrayAttr variables;
  /// Told of targets that are not reached.
  UnreachedWarnings &warnings;
  Waiting &waiting;
  /// The cotangent of `scalar`, which then may be any tensor; null for 1.
  mlir::Value seed = {};
};

/// Of the targets' types, values first.
struct Gradients {
  llvm::SmallVector<mlir::Value> values;
  /// False where no path leads from the target to the scalar; the gradient is then 0.
  llvm::BitVector isReached;
};

/// Emits the gradients where the builder stands. Fails after an error at `at`, with notes that say
/// why, where
///  * GradientUnreached: the scalar is computed from no target, or from one only through an
///    operation that has no gradient;
///  * GradientStale: a variable was assigned after the scalar was computed from it;
///  * GradientThroughLoop: what cannot be a scan or a choice lies between a target and the scalar.
mlir::FailureOr<Gradients> buildGradients(mlir::OpBuilder &builder, const Request &request);

/// Replaces the operation by gradients; leaves it in place and fails after an error. What depends
/// on whether a target is reached is decided.
mlir::LogicalResult expand(ir::GradOp grad, UnreachedWarnings &warnings, Waiting &waiting);
/// Replaces the operation by a scan over the elements of its value, each turn of which runs back
/// from one of them.
mlir::LogicalResult expand(ir::JacobianOp jacobian, UnreachedWarnings &warnings, Waiting &waiting);
/// Replaces the operation by gradients and, in its place, its update region, without the updates of
/// what the loss does not reach.
mlir::LogicalResult expand(ir::MinimizeOp minimize, UnreachedWarnings &warnings, Waiting &waiting);
/// Puts a constant in the place of the operation, and the branch that is taken in that of an nn.if
/// with this condition.
void decide(ir::IsReachedOp op, bool isReached);

} // namespace nnc::gradient

#endif // NNC_GRADIENT_GRADIENT_H
