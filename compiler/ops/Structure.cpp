//===- Structure.cpp - shape rules and element rules of structural operations ------===//
//
// For operations that make, move and choose elements: result types, verification, the element at an
// index, folding. Gradients are in StructureGradients.cpp; reductions and contractions in
// Reduction.cpp.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/NN.h"
#include "compiler/ir/ScalarExpr.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace nnc::ir;

using Types = llvm::SmallVectorImpl<Type>;
using Shape = llvm::SmallVector<Dim>;

static LogicalResult failAt(std::optional<Location> location, const Twine &message) {
  return emitOptionalError(location, message);
}

Operation *NNDialect::materializeConstant(OpBuilder &builder, Attribute value, Type, Location loc) {
  if (auto elements = llvm::dyn_cast<ElementsAttr>(value))
    return ConstantOp::create(builder, loc, elements);
  return nullptr;
}

//===-- constant, iota, size ------------------------------------------------------===//

LogicalResult ConstantOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                           ValueRange operands, DictionaryAttr attributes,
                                           OpaqueProperties properties, RegionRange regions,
                                           Types &types) {
  ShapedType type = Adaptor(operands, attributes, properties, regions).getValue().getShapedType();
  if (!type.hasStaticShape())
    return failAt(location, "a constant needs a static shape");
  Shape shape;
  for (int64_t size : type.getShape())
    shape.push_back(Dim::get(context, size));
  types.push_back(NNTensorType::get(shape, type.getElementType()));
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

Value ConstantOp::emitElement(ElementEmitter &emitter, ValueRange index) {
  // Only uniform constants are computed in place; others are in memory, where getElement finds
  // them.
  auto elements = llvm::cast<DenseElementsAttr>(getValue());
  return arith::ConstantOp::create(emitter.getBuilder(), getLoc(),
                                   llvm::cast<TypedAttr>(elements.getSplatValue<Attribute>()));
}

LogicalResult IotaOp::verify() {
  int64_t axis = getAxis();
  if (axis < 0 || axis >= getType().getRank())
    return emitOpError("counts along an axis that does not exist");
  return success();
}

Value IotaOp::emitElement(ElementEmitter &emitter, ValueRange index) {
  OpBuilder &builder = emitter.getBuilder();
  Value whole =
      arith::IndexCastOp::create(builder, getLoc(), builder.getI64Type(), index[getAxis()]);
  return convert(Scalar(builder, getLoc(), whole), getType().getElementType()).getValue();
}

OpFoldResult SizeOp::fold(FoldAdaptor) {
  Dim dim(getDim());
  if (!dim.isStatic())
    return {};
  auto type = RankedTensorType::get({}, IntegerType::get(getContext(), 64));
  return DenseElementsAttr::get(type, dim.getStatic());
}

Value SizeOp::emitElement(ElementEmitter &emitter, ValueRange) {
  OpBuilder &builder = emitter.getBuilder();
  return arith::IndexCastOp::create(builder, getLoc(), builder.getI64Type(),
                                    emitter.getSize(Dim(getDim())));
}

//===-- broadcast, reshape, transpose -------------------------------------------------===//

LogicalResult BroadcastOp::verify() {
  NNTensorType from = getA().getType(), to = getType();
  if (from.getElementType() != to.getElementType())
    return emitOpError("changes the element type");
  if (static_cast<int64_t>(getAxes().size()) != from.getRank())
    return emitOpError("needs one axis for each axis of the operand");
  int64_t previous = -1;
  for (auto [i, axis] : llvm::enumerate(getAxes())) {
    if (axis <= previous || axis >= to.getRank())
      return emitOpError("axes must increase and be axes of the result");
    if (from.getDim(i) != to.getDim(axis))
      return emitOpError() << "axis " << i << " of the operand has size " << from.getDim(i).str()
                           << ", axis " << axis << " of the result " << to.getDim(axis).str();
    previous = axis;
  }
  return success();
}

OpFoldResult BroadcastOp::fold(FoldAdaptor) {
  if (getA().getType() == getType())
    return getA();
  if (auto inner = getA().getDefiningOp<BroadcastOp>()) {
    llvm::SmallVector<int64_t> axes;
    for (int64_t axis : inner.getAxes())
      axes.push_back(getAxes()[axis]);
    getAMutable().assign(inner.getA());
    setAxes(axes);
    return getResult();
  }
  return {};
}

Value BroadcastOp::emitElement(ElementEmitter &emitter, ValueRange index) {
  llvm::SmallVector<Value> inner;
  for (int64_t axis : getAxes())
    inner.push_back(index[axis]);
  return emitter.getElement(getA(), inner);
}

LogicalResult ReshapeOp::verify() {
  NNTensorType from = getA().getType(), to = getType();
  if (from.getElementType() != to.getElementType())
    return emitOpError("changes the element type");
  bool isKnown = from.getCount().isStatic() && to.getCount().isStatic();
  if (from.getCount() != to.getCount() && (isKnown || !getChecked()))
    return emitOpError() << "from " << from.getCount().str() << " elements to "
                         << to.getCount().str();
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getA().getType() == getType())
    return getA();
  if (auto inner = getA().getDefiningOp<ReshapeOp>()) {
    getAMutable().assign(inner.getA());
    if (inner.getChecked())
      setChecked(true);
    return getResult();
  }
  auto constant = llvm::dyn_cast_or_null<DenseElementsAttr>(adaptor.getA());
  if (!constant || !getType().hasStaticShape())
    return {};
  llvm::SmallVector<int64_t> shape;
  for (Dim dim : getType().getShape())
    shape.push_back(dim.getStatic());
  return constant.reshape(RankedTensorType::get(shape, constant.getElementType()));
}

namespace {
/// A reshape that only adds or removes axes of size 1 of a repeated scalar is the repeated scalar.
struct ReshapeOfFilled : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    auto broadcast = op.getA().getDefiningOp<BroadcastOp>();
    if (!broadcast || !broadcast.getA().getType().isScalar())
      return failure();
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, op.getType(), broadcast.getA(),
                                             llvm::ArrayRef<int64_t>{});
    return success();
  }
};
} // namespace

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ReshapeOfFilled>(context);
}

static bool isPermutation(llvm::ArrayRef<int64_t> permutation, int64_t rank) {
  llvm::SmallVector<int64_t> sorted(permutation);
  llvm::sort(sorted);
  return llvm::equal(sorted, llvm::seq<int64_t>(0, rank));
}

LogicalResult TransposeOp::verify() {
  if (!isPermutation(getPermutation(), getA().getType().getRank()))
    return emitOpError("needs a permutation of the operand's axes");
  return success();
}

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                                            ValueRange operands, DictionaryAttr attributes,
                                            OpaqueProperties properties, RegionRange regions,
                                            Types &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto from = llvm::cast<NNTensorType>(adaptor.getA().getType());
  if (!isPermutation(adaptor.getPermutation(), from.getRank()))
    return failAt(location, "nn.transpose needs a permutation of the operand's axes");
  Shape shape;
  for (int64_t axis : adaptor.getPermutation())
    shape.push_back(from.getDim(axis));
  types.push_back(from.withShape(shape));
  return success();
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  if (llvm::is_sorted(getPermutation()))
    return getA();
  if (auto inner = getA().getDefiningOp<TransposeOp>()) {
    llvm::SmallVector<int64_t> permutation;
    for (int64_t axis : getPermutation())
      permutation.push_back(inner.getPermutation()[axis]);
    getAMutable().assign(inner.getA());
    setPermutation(permutation);
    return getResult();
  }
  return {};
}

Value TransposeOp::emitElement(ElementEmitter &emitter, ValueRange index) {
  llvm::SmallVector<Value> inner(index.size());
  for (auto [i, axis] : llvm::enumerate(getPermutation()))
    inner[axis] = index[i];
  return emitter.getElement(getA(), inner);
}

//===-- slice, pad, concat ---------------------------------------------------------===//

LogicalResult SliceOp::verify() {
  NNTensorType from = getA().getType();
  int64_t rank = from.getRank();
  if (getType().getRank() != rank || static_cast<int64_t>(getOffsets().size()) != rank ||
      static_cast<int64_t>(getStrides().size()) != rank)
    return emitOpError("needs an offset, a stride and a size for each axis");
  if (from.getElementType() != getType().getElementType())
    return emitOpError("changes the element type");
  for (auto [axis, stride] : llvm::enumerate(getStrides())) {
    if (stride < 1)
      return emitOpError("needs strides of at least 1");
    Dim offset = getDims(getOffsets())[axis];
    if (offset.isStatic() && offset.getStatic() < 0)
      return emitOpError() << "reads before axis " << axis;
    Dim end = offset + (getType().getDim(axis) - 1) * stride + 1;
    Dim excess = end - from.getDim(axis);
    if (excess.isStatic() && excess.getStatic() > 0 && !getType().getDim(axis).isStatic(0))
      return emitOpError() << "reads beyond axis " << axis;
  }
  return success();
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  return getA().getType() == getType() ? OpFoldResult(getA()) : OpFoldResult();
}

Value SliceOp::emitElement(ElementEmitter &emitter, ValueRange index) {
  OpBuilder &builder = emitter.getBuilder();
  llvm::SmallVector<Value> inner;
  for (auto [axis, i] : llvm::enumerate(index)) {
    Value at = i;
    if (int64_t stride = getStrides()[axis]; stride != 1)
      at = arith::MulIOp::create(builder, getLoc(), at,
                                 arith::ConstantIndexOp::create(builder, getLoc(), stride));
    if (Dim offset = getDims(getOffsets())[axis]; !offset.isStatic(0))
      at = arith::AddIOp::create(builder, getLoc(), at, emitter.getSize(offset));
    inner.push_back(at);
  }
  return emitter.getElement(getA(), inner);
}

LogicalResult PadOp::verify() {
  size_t rank = getA().getType().getRank();
  if (getLow().size() != rank || getHigh().size() != rank || getInterior().size() != rank)
    return emitOpError("needs low, high and interior for each axis");
  if (llvm::any_of(getInterior(), [](int64_t interior) { return interior < 0; }))
    return emitOpError("needs interior padding of at least 0");
  return success();
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                                      ValueRange operands, DictionaryAttr attributes,
                                      OpaqueProperties properties, RegionRange regions,
                                      Types &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto from = llvm::cast<NNTensorType>(adaptor.getA().getType());
  size_t rank = from.getRank();
  if (adaptor.getLow().size() != rank || adaptor.getHigh().size() != rank ||
      adaptor.getInterior().size() != rank)
    return failAt(location, "nn.pad needs low, high and interior for each axis");
  Shape shape;
  for (size_t i = 0; i < rank; ++i) {
    Dim size = from.getDim(i);
    if (int64_t interior = adaptor.getInterior()[i])
      size = size + (size - 1) * interior;
    shape.push_back(size + getDims(adaptor.getLow())[i] + getDims(adaptor.getHigh())[i]);
  }
  types.push_back(from.withShape(shape));
  return success();
}

LogicalResult ReverseOp::verify() {
  int64_t previous = -1;
  for (int64_t axis : getAxes()) {
    if (axis <= previous || axis >= getType().getRank())
      return emitOpError("needs increasing axes of its operand");
    previous = axis;
  }
  return success();
}

OpFoldResult ReverseOp::fold(FoldAdaptor) {
  if (getAxes().empty())
    return getA();
  auto inner = getA().getDefiningOp<ReverseOp>();
  return inner && inner.getAxes() == getAxes() ? OpFoldResult(inner.getA()) : OpFoldResult();
}

Value ReverseOp::emitElement(ElementEmitter &emitter, ValueRange index) {
  OpBuilder &builder = emitter.getBuilder();
  llvm::SmallVector<Value> from(index);
  for (int64_t axis : getAxes()) {
    Value last = emitter.getSize(getType().getDim(axis) - 1);
    from[axis] = arith::SubIOp::create(builder, getLoc(), last, index[axis]);
  }
  return emitter.getElement(getA(), from);
}

LogicalResult ConcatOp::verify() { return success(); }

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                                         ValueRange operands, DictionaryAttr attributes,
                                         OpaqueProperties properties, RegionRange regions,
                                         Types &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  int64_t axis = adaptor.getAxis();
  if (operands.empty())
    return failAt(location, "nn.concat needs an operand");
  auto first = llvm::cast<NNTensorType>(operands[0].getType());
  if (axis < 0 || axis >= first.getRank())
    return failAt(location, "nn.concat along an axis that does not exist");
  Shape shape = first.getShape();
  for (Value part : operands.drop_front()) {
    auto type = llvm::cast<NNTensorType>(part.getType());
    if (type.getRank() != first.getRank() || type.getElementType() != first.getElementType())
      return failAt(location, "nn.concat of tensors of different rank or element type");
    for (int64_t i = 0; i < first.getRank(); ++i)
      if (i != axis && type.getDim(i) != first.getDim(i))
        return failAt(location, "nn.concat of tensors that differ in axis " + Twine(i));
    shape[axis] = shape[axis] + type.getDim(axis);
  }
  types.push_back(first.withShape(shape));
  return success();
}

//===-- gather, scatter_add ----------------------------------------------------------===//

/// The result type of a gather, or nothing where the operands do not fit.
static std::optional<NNTensorType> getGathered(NNTensorType a, NNTensorType indices,
                                               int64_t batch) {
  if (batch < 0 || batch >= a.getRank() || batch > indices.getRank())
    return std::nullopt;
  for (int64_t i = 0; i < batch; ++i)
    if (a.getDim(i) != indices.getDim(i))
      return std::nullopt;
  Shape shape = indices.getShape();
  for (int64_t i = batch + 1; i < a.getRank(); ++i)
    shape.push_back(a.getDim(i));
  return a.withShape(shape);
}

LogicalResult GatherOp::verify() { return success(); }

LogicalResult GatherOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                                         ValueRange operands, DictionaryAttr attributes,
                                         OpaqueProperties properties, RegionRange regions,
                                         Types &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  std::optional<NNTensorType> type =
      getGathered(llvm::cast<NNTensorType>(adaptor.getA().getType()),
                  llvm::cast<NNTensorType>(adaptor.getIndices().getType()), adaptor.getBatch());
  if (!type)
    return failAt(location, "nn.gather: the paired axes do not fit");
  types.push_back(*type);
  return success();
}

Value GatherOp::emitElement(ElementEmitter &emitter, ValueRange index) {
  OpBuilder &builder = emitter.getBuilder();
  int64_t batch = getBatch(), indexRank = getIndices().getType().getRank();
  Value chosen = emitter.getElement(getIndices(), index.take_front(indexRank));
  chosen = arith::IndexCastOp::create(builder, getLoc(), builder.getIndexType(), chosen);
  chosen = emitter.checkIndex(getLoc(), chosen, getA().getType().getDim(batch));
  llvm::SmallVector<Value> inner(index.take_front(batch));
  inner.push_back(chosen);
  llvm::append_range(inner, index.drop_front(indexRank));
  return emitter.getElement(getA(), inner);
}

LogicalResult ScatterAddOp::verify() {
  std::optional<NNTensorType> type = getGathered(getType(), getIndices().getType(), getBatch());
  if (!type || *type != getA().getType())
    return emitOpError(
        "does not fit: the operand must have the type that gathering from the result "
        "gives");
  return success();
}
