//===- VariableFlow.h - how values pass through the variables of a command ----------===//
//
// Gradients follow SSA values. A `var` of the source that control flow assigns is a place
// (nn.variable of kind `var`): what nn.read gives there may have been computed from a target of the
// gradient. What stands here finds where that is plain (the value of one known nn.assign), and
// where it is not, so that no part of a gradient is ever lost in silence.
//
// Parameters, states and slots are leaves: what they were computed from earlier (a step of
// training, a running mean) is not part of a scalar that reads them.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_GRADIENT_VARIABLE_FLOW_H
#define NNC_GRADIENT_VARIABLE_FLOW_H

#include "compiler/ir/NN.h"
#include "llvm/ADT/DenseMap.h"

namespace nnc::gradient {

/// A read of a `var`, and an assignment whose value it may give.
struct Carried {
  ir::ReadOp read;
  mlir::Operation *assignment;
};

/// The variables of one command and what writes them, found in one walk; valid until a variable or
/// an operation that writes one comes or goes.
class VariableFlow {
public:
  /// Of the command (or function) around `at`.
  explicit VariableFlow(mlir::Operation *at);

  /// The variable of that name.
  ir::VariableOp getVariable(mlir::FlatSymbolRefAttr name) const { return variables.lookup(name); }

  /// The operation that surely ran last of those that may assign what `read` of a `var` gives,
  /// itself or in its regions; a loop around the read where an earlier turn may have stored it;
  /// null where nothing did.
  mlir::Operation *getStorer(ir::ReadOp read) const;
  /// The same of what a read of the `var` at `at` would give.
  mlir::Operation *getStorer(mlir::Operation *at, mlir::FlatSymbolRefAttr variable) const;

  /// The value that `read` of a `var` gives where one nn.assign that surely ran last stored it;
  /// null otherwise.
  mlir::Value getAssignedValue(ir::ReadOp read) const;

  /// An operation that may assign the variable of `read` after it and before `at`; null if none
  /// does. `read` dominates `at`.
  mlir::Operation *findAssignmentSince(ir::ReadOp read, mlir::Operation *at) const;

  /// An operation in the regions of `op` that may assign the variable; null if there is none.
  mlir::Operation *findAssignmentWithin(mlir::Operation *op,
                                        mlir::FlatSymbolRefAttr variable) const;

private:
  llvm::ArrayRef<mlir::Operation *> getWriters(mlir::FlatSymbolRefAttr name) const;

  /// By FlatSymbolRefAttr.
  llvm::DenseMap<mlir::Attribute, ir::VariableOp> variables;
  /// What assigns each of them, in program order.
  llvm::DenseMap<mlir::Attribute, llvm::SmallVector<mlir::Operation *, 1>> writers;
};

/// One of `reads` (of `var`s, dominating `at`) that may give, as seen at `at`, something computed
/// from the current value of the target: of `value`, or where that is null of the variable
/// `variable`. Its `read` is null if there is none.
Carried findCarried(mlir::Operation *at, mlir::Value value, mlir::FlatSymbolRefAttr variable,
                    llvm::ArrayRef<ir::ReadOp> reads);

} // namespace nnc::gradient

#endif // NNC_GRADIENT_VARIABLE_FLOW_H
