//===- Cost.h - what operations cost -------------------------------------------------===//
//
// Work and traffic as functions of sizes, added up from what operations say (CostOpInterface).
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_COST_H
#define NNC_IR_COST_H

#include "compiler/ir/NN.h"

namespace nnc::ir {

struct Cost {
  Dim flops;
  Dim bytesRead, bytesWritten;

  static Cost getZero(mlir::MLIRContext *context);
  Cost operator+(const Cost &other) const;
  /// So many times.
  Cost operator*(Dim count) const;
};

/// A loop costs what its body does, so many times; nothing where that number is not known when the
/// program is compiled, and for operations that compute no tensors.
std::optional<Cost> getCost(mlir::Operation *op);

/// Writes what each operation in `root` costs, but for those that cost nothing, into an attribute
/// of it: nn.cost with flops, read and written. A group is one operation.
void annotateCosts(mlir::Operation *root);

} // namespace nnc::ir

#endif // NNC_IR_COST_H
