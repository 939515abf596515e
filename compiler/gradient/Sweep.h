//===- Sweep.h - the reverse sweep ------------------------------------------------------===//
//
// One attempt at the gradients of a request: what the scalar is computed from, what gradients of it
// reach, and the walk back. Where control flow is in the way, it is made values of, and the next
// attempt begins anew.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_GRADIENT_SWEEP_H
#define NNC_GRADIENT_SWEEP_H

#include "compiler/gradient/Emission.h"
#include "compiler/gradient/Gradient.h"
#include "compiler/gradient/Unreached.h"
#include "compiler/gradient/VariableFlow.h"
#include "compiler/ir/Purification.h"
#include "compiler/ir/StrongZero.h"

namespace nnc::gradient {

/// Whether it is a tensor of real numbers.
bool isFloat(mlir::Value value);

class Sweep {
  /// What a gradient is asked for, a value or what a variable holds, and the values in which it
  /// arrives.
  struct Target {
    mlir::Value asked; // as the request names it; null for a variable
    mlir::Value value;
    mlir::FlatSymbolRefAttr variable;
    llvm::SmallVector<mlir::Value, 1> roots;
    /// The variable that `value` was read from and still holds it, if there is one.
    mlir::FlatSymbolRefAttr place = {};

    /// The variable that holds what is asked for, if there is one.
    mlir::FlatSymbolRefAttr getPlace() const { return variable ? variable : place; }
  };

public:
  Sweep(mlir::OpBuilder &builder, const Request &request)
      : builder(builder), request(request), flow(request.at) {
    collect();
    markReaching();
    collectReads();
    findTargets();
  }

  mlir::FailureOr<Gradients> run();

  /// Control flow between a target and the scalar, through which no value leads: the last nn.if or
  /// loop, before the scalar or around it, that stores what the scalar was computed from.
  struct Control {
    mlir::Operation *op = nullptr;
    ir::VariableOp variable; // where it stores
    const Target *target = nullptr;
  };
  Control findControl();
  /// Makes values of it, or reports why that cannot be.
  mlir::LogicalResult convert(Control control);

private:
  /// The same without the report.
  mlir::LogicalResult convert(Control control, ir::Obstacle &obstacle);
  /// In the order of the request's results. A rule may replace the operation of a value later.
  void findTargets();
  Target findTarget(mlir::Value value);

  /// What `op` is computed from: its operands, for a `var` what was assigned to it.
  llvm::SmallVector<mlir::Value> getSources(mlir::Operation *op);
  /// Those of them that get a cotangent where the results have one.
  llvm::SmallVector<mlir::Value> getGradientSources(mlir::Operation *op);
  /// True where cotangents of the results give cotangents of the sources.
  bool passesGradient(mlir::Operation *op);
  /// The operations that the scalar is computed from, in program order.
  void collect();
  /// The values through which gradients of the scalar flow, targets or not.
  void markReaching();
  /// The reads among them, by variable, and those in which gradients may end.
  void collectReads();
  /// The values that depend on one of `roots`, through gradients alone or in any way.
  llvm::DenseSet<mlir::Value> findDependents(llvm::ArrayRef<mlir::Value> roots,
                                             bool throughGradients);
  /// The reads of a variable that the scalar is computed from.
  llvm::ArrayRef<mlir::Value> getReads(mlir::FlatSymbolRefAttr variable);

  /// Reads of `var`s in which gradients end, other than the targets.
  llvm::SmallVector<ir::ReadOp> getCarriers(llvm::ArrayRef<mlir::Value> roots,
                                            mlir::FlatSymbolRefAttr variable);
  mlir::Type getType(const Target &target);
  /// That no variable of the target was assigned since the scalar was computed from it.
  mlir::LogicalResult checkFresh(const Target &target);

  // Unreached.cpp: targets that no path leads from.

  /// Reports those that cannot be meant, and warns of others.
  mlir::LogicalResult checkUnreached();
  /// The operations without gradient that lie between the roots and what reaches the scalar.
  llvm::SmallVector<mlir::Operation *> findCuts(llvm::ArrayRef<mlir::Value> roots);
  /// The values that led to what the scalar is a derivative of.
  void findDifferentiated();
  /// Whether the scalar is computed from derivatives of what is computed from the target. That they
  /// no longer depend on it is then no mistake: f' does not where f is linear.
  bool isDerivativeOf(const Target &target);
  std::string describeTarget(const Target &target);
  /// What cannot be done: "no gradient with respect to 'x'".
  std::string describeFailure(const Target &target);
  void reportUnreached(const Target &target);

  void accumulate(mlir::Value value, mlir::Value contribution);
  void propagate(mlir::Operation *op, const llvm::DenseSet<mlir::Value> &active);

  mlir::OpBuilder &builder;
  const Request &request;
  VariableFlow flow;
  Emission emission{builder};
  llvm::SmallVector<mlir::Operation *> slice;
  llvm::DenseMap<mlir::Operation *, mlir::Value> assigned;
  llvm::DenseSet<mlir::Value> reaching;
  /// By mlir::FlatSymbolRefAttr of the variable, in program order.
  llvm::DenseMap<mlir::Attribute, llvm::SmallVector<mlir::Value, 1>> reads;
  llvm::SmallVector<ir::ReadOp> ends;
  std::vector<Target> targets;
  /// By the number of the target.
  llvm::BitVector isReached;
  std::optional<llvm::DenseSet<mlir::Value>> differentiated;
  llvm::DenseMap<mlir::Value, mlir::Value> cotangents;
  ir::MaskedCotangents masked;
};

} // namespace nnc::gradient

#endif // NNC_GRADIENT_SWEEP_H
