//===- Data.cpp - what operations on data sets check of themselves --------------------===//

#include "compiler/ir/NN.h"

using namespace mlir;
using namespace nnc::ir;

LogicalResult BatchesOp::verify() {
  ArrayRef<BlockArgument> arguments = getBody().front().getArguments();
  if (arguments.size() != getFields().size() + getCounted())
    return emitOpError("needs one argument of its body for each field");
  if (getCounted()) {
    auto type = llvm::dyn_cast<NNTensorType>(arguments.front().getType());
    if (!type || !type.isScalar() || !type.getElementType().isInteger(64))
      return emitOpError("needs an i64 scalar as the first argument of its body");
    arguments = arguments.drop_front();
  }
  Dim rows = Dim::getSymbol(getContext(), getRows());
  for (BlockArgument argument : arguments) {
    auto type = llvm::dyn_cast<NNTensorType>(argument.getType());
    if (!type || type.isScalar() || type.getDim(0) != rows)
      return emitOpError() << "needs tensors with first dimension " << getRows()
                           << " as arguments of its body";
  }
  return success();
}

LogicalResult InMemoryOp::verify() {
  if (getTensors().empty() || getTensors().size() != getFields().size())
    return emitOpError("needs one tensor for each field, and at least one");
  Dim rows;
  for (Value tensor : getTensors()) {
    auto type = llvm::cast<NNTensorType>(tensor.getType());
    if (type.isScalar() || (rows && type.getDim(0) != rows))
      return emitOpError("needs tensors with the same first dimension");
    rows = type.getDim(0);
  }
  return success();
}

LogicalResult CharactersOp::verify() {
  if (getKnown().getType() != getResult().getType() || getKnown().getType().getRank() != 1)
    return emitOpError("needs a vector of characters, and gives one of the same type");
  return success();
}
