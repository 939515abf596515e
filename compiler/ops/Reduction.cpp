//===- Reduction.cpp - shape rules of reductions and contractions -------------------===//

#include "compiler/ir/NN.h"

using namespace mlir;
using namespace nnc::ir;

using Types = llvm::SmallVectorImpl<Type>;
using Shape = llvm::SmallVector<Dim>;

static bool areDistinctAxes(llvm::ArrayRef<int64_t> axes, int64_t rank) {
  llvm::SmallVector<bool> seen(rank);
  for (int64_t axis : axes) {
    if (axis < 0 || axis >= rank || seen[axis])
      return false;
    seen[axis] = true;
  }
  return true;
}

/// The dimensions of `type` without those at `axes`.
static Shape getRemaining(NNTensorType type, llvm::ArrayRef<int64_t> axes) {
  Shape shape;
  for (int64_t i = 0; i < type.getRank(); ++i)
    if (!llvm::is_contained(axes, i))
      shape.push_back(type.getDim(i));
  return shape;
}

//===-- reduce, argmax ---------------------------------------------------------------===//

LogicalResult ReduceOp::verify() {
  bool logical = getKind() == ReduceKind::And || getKind() == ReduceKind::Or;
  if (logical != getA().getType().isBool())
    return emitOpError("and, or reduce bools; sum, max, min reduce numbers");
  return success();
}

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                                         ValueRange operands, DictionaryAttr attributes,
                                         OpaqueProperties properties, RegionRange regions,
                                         Types &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto from = llvm::cast<NNTensorType>(adaptor.getA().getType());
  if (!areDistinctAxes(adaptor.getAxes(), from.getRank()) || !llvm::is_sorted(adaptor.getAxes()))
    return emitOptionalError(location, "nn.reduce needs increasing axes of its operand");
  types.push_back(from.withShape(getRemaining(from, adaptor.getAxes())));
  return success();
}

LogicalResult ArgMaxOp::verify() { return success(); }

LogicalResult ArgMaxOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                         ValueRange operands, DictionaryAttr attributes,
                                         OpaqueProperties properties, RegionRange regions,
                                         Types &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto from = llvm::cast<NNTensorType>(adaptor.getA().getType());
  int64_t axis = adaptor.getAxis();
  if (!areDistinctAxes(axis, from.getRank()))
    return emitOptionalError(location, "nn.argmax needs an axis of its operand");
  types.push_back(NNTensorType::get(getRemaining(from, axis), IntegerType::get(context, 32)));
  return success();
}

//===-- contract -------------------------------------------------------------------------===//

LogicalResult ContractOp::verify() { return success(); }

LogicalResult ContractOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                                           ValueRange operands, DictionaryAttr attributes,
                                           OpaqueProperties properties, RegionRange regions,
                                           Types &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto lhs = llvm::cast<NNTensorType>(adaptor.getLhs().getType());
  auto rhs = llvm::cast<NNTensorType>(adaptor.getRhs().getType());
  llvm::ArrayRef<int64_t> lhsBatch = adaptor.getLhsBatch(), rhsBatch = adaptor.getRhsBatch();
  auto getPresent = [](llvm::ArrayRef<int64_t> batch) {
    return llvm::to_vector(llvm::make_filter_range(batch, [](int64_t axis) { return axis != -1; }));
  };
  llvm::SmallVector<int64_t> lhsAxes = getPresent(lhsBatch), rhsAxes = getPresent(rhsBatch);
  llvm::append_range(lhsAxes, adaptor.getLhsContract());
  llvm::append_range(rhsAxes, adaptor.getRhsContract());
  bool fits = lhsBatch.size() == rhsBatch.size() &&
              adaptor.getLhsContract().size() == adaptor.getRhsContract().size() &&
              areDistinctAxes(lhsAxes, lhs.getRank()) && areDistinctAxes(rhsAxes, rhs.getRank()) &&
              lhs.getElementType() == rhs.getElementType() &&
              llvm::none_of(llvm::zip(lhsBatch, rhsBatch), [](auto pair) {
                return std::get<0>(pair) == -1 && std::get<1>(pair) == -1;
              });
  if (!fits)
    return emitOptionalError(location, "nn.contract: axes or element types do not pair up");
  Shape shape;
  for (auto [left, right] : llvm::zip_equal(lhsBatch, rhsBatch))
    shape.push_back(left == -1 ? rhs.getDim(right) : lhs.getDim(left));
  llvm::SmallVector<int64_t> lefts(lhsBatch), rights(rhsBatch);
  llvm::append_range(lefts, adaptor.getLhsContract());
  llvm::append_range(rights, adaptor.getRhsContract());
  for (auto [left, right] : llvm::zip_equal(lefts, rights))
    if (left != -1 && right != -1 && lhs.getDim(left) != rhs.getDim(right))
      return emitOptionalError(location, "nn.contract: axis ", left,
                               " of the left operand has size ", lhs.getDim(left).str(), ", axis ",
                               right, " of the right one ", rhs.getDim(right).str());
  llvm::append_range(shape, getRemaining(lhs, lhsAxes));
  llvm::append_range(shape, getRemaining(rhs, rhsAxes));
  types.push_back(lhs.withShape(shape));
  return success();
}

static llvm::SmallVector<int64_t> getFree(int64_t rank, llvm::ArrayRef<int64_t> batch,
                                          llvm::ArrayRef<int64_t> contract) {
  llvm::SmallVector<int64_t> free;
  for (int64_t axis = 0; axis < rank; ++axis)
    if (!llvm::is_contained(batch, axis) && !llvm::is_contained(contract, axis))
      free.push_back(axis);
  return free;
}

llvm::SmallVector<int64_t> ContractOp::getLhsFree() {
  return getFree(getLhs().getType().getRank(), getLhsBatch(), getLhsContract());
}

llvm::SmallVector<int64_t> ContractOp::getRhsFree() {
  return getFree(getRhs().getType().getRank(), getRhsBatch(), getRhsContract());
}

//===-- Cost --------------------------------------------------------------------------===//

Dim ReduceOp::getFlops() { return countNumbers(getA()); }

Dim ContractOp::getFlops() {
  Dim products = countNumbers(getResult());
  for (int64_t axis : getLhsContract())
    products = products * getLhs().getType().getDim(axis);
  return products * 2;
}
