//===- Order.cpp - operations along the order of elements -----------------------------===//

#include "compiler/ir/NN.h"

using namespace mlir;
using namespace nnc::ir;

LogicalResult ArgSortOp::verify() { return success(); }

LogicalResult ArgSortOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                          ValueRange operands, DictionaryAttr attributes,
                                          OpaqueProperties properties, RegionRange regions,
                                          llvm::SmallVectorImpl<Type> &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto from = llvm::cast<NNTensorType>(adaptor.getA().getType());
  if (from.isScalar())
    return emitOptionalError(location, "nn.argsort needs an axis to sort along");
  types.push_back(from.withElementType(IntegerType::get(context, 32)));
  return success();
}

LogicalResult CumSumOp::verify() {
  int64_t axis = getAxis();
  if (axis < 0 || axis >= getType().getRank())
    return emitOpError("sums along an axis that does not exist");
  return success();
}

/// Each element is in the sums of all after it, so its cotangent is the sum of theirs.
void CumSumOp::buildGradient(OpBuilder &builder, ValueRange cotangents,
                             MutableArrayRef<Value> operands) {
  operands[0] = CumSumOp::create(builder, getLoc(), getType(), cotangents[0], getAxis(),
                                 /*reverse=*/!getReverse());
}

//===-- Cost --------------------------------------------------------------------------===//

Dim CumSumOp::getFlops() { return countNumbers(getA()); }
