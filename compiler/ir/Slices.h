//===- Slices.h - the part of control flow that something is computed from ------------------===//
//
// A gradient needs of a loop or branch only what its values are computed from. The rest (a `while`,
// a file that is saved) may then stay as it is.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_SLICES_H
#define NNC_IR_SLICES_H

#include "compiler/ir/NN.h"

namespace nnc::ir {

/// Keeps operations in the regions of `root`, with all that they are computed from in there, from
/// turn to turn: values, variables, sizes, the control flow around them, and what leaves its loops.
class Slice {
public:
  explicit Slice(mlir::Operation *root) : root(root) {}

  /// Keeps what the variable holds afterwards.
  void keep(mlir::StringAttr variable);
  void keep(mlir::Operation *op);
  bool contains(mlir::Operation *op) const { return kept.contains(op); }
  /// Erases what is not kept.
  void eraseRest();

private:
  void keepSizes();

  mlir::Operation *root;
  llvm::DenseSet<mlir::StringAttr> variables;
  llvm::DenseSet<mlir::Operation *> kept;
};

/// Where an obstacle (Purification.h) stands in an nn.for or nn.if that `variable` is not computed
/// from: puts before it a copy that computes the variable alone, and leaves in it what the copy
/// does not do. What the copy gives is to be assigned after both. Returns the copy; null where
/// nothing is in the way.
mlir::Operation *splitOff(mlir::Operation *op, mlir::StringAttr variable);

/// Removes output and assertions, for a body that is carried out a second time.
void eraseOutput(mlir::Region &region);

} // namespace nnc::ir

#endif // NNC_IR_SLICES_H
