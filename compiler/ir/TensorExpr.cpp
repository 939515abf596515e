//===- TensorExpr.cpp - arithmetic on tensors, written as formulas -----------------===//

#include "compiler/ir/TensorExpr.h"

using namespace mlir;

namespace nnc::ir {

llvm::SmallVector<TensorExpr, 3> TensorExpr::wrap(OpBuilder &builder, Location loc,
                                                  ValueRange values) {
  llvm::SmallVector<TensorExpr, 3> tensors;
  for (Value value : values)
    tensors.emplace_back(builder, loc, value);
  return tensors;
}

} // namespace nnc::ir
