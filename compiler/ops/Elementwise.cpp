//===- Elementwise.cpp - what the records of element-wise operations cannot say ----===//
//
// Folding of constants and neutral elements, and the operations whose operand types differ.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/Finite.h"
#include "compiler/ir/Number.h"
#include "compiler/ir/ScalarExpr.h"
#include "compiler/ir/TensorExpr.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace nnc::ir;

//===-- Types -----------------------------------------------------------------===//

// Comparisons: bool of the operands' shape.
#define COMPARE(OP)                                                                                \
  LogicalResult OP::inferReturnTypes(MLIRContext *context, std::optional<Location>,                \
                                     ValueRange operands, DictionaryAttr, OpaqueProperties,        \
                                     RegionRange, llvm::SmallVectorImpl<Type> &types) {            \
    types.push_back(llvm::cast<NNTensorType>(operands[0].getType())                                \
                        .withElementType(IntegerType::get(context, 1)));                           \
    return success();                                                                              \
  }
COMPARE(EqOp)
COMPARE(NeOp)
COMPARE(LtOp)
COMPARE(LeOp)
COMPARE(GtOp)
COMPARE(GeOp)
#undef COMPARE

LogicalResult SelectOp::verify() {
  if (getCondition().getType().getDimAttrs() != getResult().getType().getDimAttrs())
    return emitOpError("condition and values differ in shape");
  return success();
}

LogicalResult ConvertOp::verify() {
  if (getA().getType().getDimAttrs() != getResult().getType().getDimAttrs())
    return emitOpError("operand and result differ in shape");
  return success();
}

Value ConvertOp::emitElement(ElementEmitter &emitter, ValueRange index) {
  Scalar a(emitter.getBuilder(), getLoc(), emitter.getElement(getA(), index));
  return convert(a, getResult().getType().getElementType()).getValue();
}

void ConvertOp::buildGradient(OpBuilder &builder, ValueRange cotangents,
                              MutableArrayRef<Value> operandCotangents) {
  if (getA().getType().isFloat() && getResult().getType().isFloat())
    operandCotangents[0] = ConvertOp::create(builder, getLoc(), getA().getType(), cotangents[0]);
}

//===-- Folding -----------------------------------------------------------------===//

/// The one truth value of all elements, seen through broadcasts.
static std::optional<bool> getUniformBool(Value value) {
  while (auto broadcast = value.getDefiningOp<BroadcastOp>())
    value = broadcast.getA();
  DenseElementsAttr constant;
  if (!matchPattern(value, m_Constant(&constant)) || !constant.isSplat())
    return std::nullopt;
  return constant.getSplatValue<bool>();
}

static DenseElementsAttr getSplat(DenseElementsAttr like, double value) {
  auto type = llvm::cast<FloatType>(like.getElementType());
  bool losesInfo;
  APFloat number(value);
  number.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven, &losesInfo);
  return DenseElementsAttr::get(like.getType(), number);
}

/// Folds an operation on uniform floating-point constants. Computed in double and rounded once
/// more, which is exact for the four basic operations on f32 (Figueroa 1995).
template <typename Op> static OpFoldResult foldUniform(ArrayRef<Attribute> operands) {
  DenseElementsAttr like;
  llvm::SmallVector<Number, 2> numbers;
  for (Attribute operand : operands) {
    like = llvm::dyn_cast_or_null<DenseElementsAttr>(operand);
    if (!like || !like.isSplat() || !llvm::isa<FloatType>(like.getElementType()))
      return {};
    numbers.emplace_back(like.getSplatValue<APFloat>().convertToDouble());
  }
  return getSplat(like, Op::template formula<Number>(numbers).getValue());
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  if (getUniform(getB()) == 0.0)
    return getA();
  if (getUniform(getA()) == 0.0)
    return getB();
  return foldUniform<AddOp>(adaptor.getOperands());
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  if (getUniform(getB()) == 0.0)
    return getA();
  return foldUniform<SubOp>(adaptor.getOperands());
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  if (getUniform(getB()) == 1.0)
    return getA();
  if (getUniform(getA()) == 1.0)
    return getB();
  return foldUniform<MulOp>(adaptor.getOperands());
}

OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  if (getUniform(getB()) == 1.0)
    return getA();
  return foldUniform<DivOp>(adaptor.getOperands());
}

OpFoldResult NegOp::fold(FoldAdaptor adaptor) {
  if (auto inner = getA().getDefiningOp<NegOp>())
    return inner.getA();
  return foldUniform<NegOp>(adaptor.getOperands());
}

OpFoldResult PowOp::fold(FoldAdaptor adaptor) {
  if (getUniform(getB()) == 1.0)
    return getA();
  return {};
}

OpFoldResult EqOp::fold(FoldAdaptor adaptor) {
  auto a = llvm::dyn_cast_or_null<DenseElementsAttr>(adaptor.getA());
  auto b = llvm::dyn_cast_or_null<DenseElementsAttr>(adaptor.getB());
  if (!a || !b || !a.isSplat() || !b.isSplat() || !llvm::isa<FloatType>(a.getElementType()))
    return {};
  bool equal = a.getSplatValue<APFloat>() == b.getSplatValue<APFloat>();
  return DenseElementsAttr::get(a.getType().clone(IntegerType::get(getContext(), 1)), equal);
}

OpFoldResult SelectOp::fold(FoldAdaptor) {
  if (std::optional<bool> condition = getUniformBool(getCondition()))
    return *condition ? getOnTrue() : getOnFalse();
  return {};
}

OpFoldResult ConvertOp::fold(FoldAdaptor adaptor) {
  if (getA().getType() == getResult().getType())
    return getA();
  return {};
}

namespace {
/// x^2, x^3, x^4, x^0.5, x^0, x^-1 as multiplications, square root and division.
struct ExpandSmallPower : OpRewritePattern<PowOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PowOp op, PatternRewriter &rewriter) const override {
    std::optional<double> exponent = getUniform(op.getB());
    if (!exponent)
      return failure();
    TensorExpr a(rewriter, op.getLoc(), op.getA());
    if (*exponent == 2 || *exponent == 4) {
      TensorExpr square = a * a;
      rewriter.replaceOp(op, (*exponent == 2 ? square : square * square).getValue());
    } else if (*exponent == 3) {
      rewriter.replaceOp(op, (a * a * a).getValue());
    } else if (*exponent == 0) {
      rewriter.replaceOp(op, a.constant(1).getValue());
    } else if (*exponent == -1) {
      rewriter.replaceOp(op, (1 / a).getValue());
    } else if (*exponent == 0.5) {
      rewriter.replaceOpWithNewOp<SqrtOp>(op, op.getType(), op.getA());
    } else {
      return failure();
    }
    return success();
  }
};
} // namespace

void PowOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ExpandSmallPower>(context);
}

namespace {
/// What is computed from repeated scalars alone is computed once and repeated. Lets scalar
/// constants fold, of which gradients are full.
struct ComputeBeforeRepeating : OpInterfaceRewritePattern<ElementOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(ElementOpInterface op, PatternRewriter &rewriter) const override {
    auto type = llvm::cast<NNTensorType>(op->getResult(0).getType());
    if (!op.isElementwise() || type.isScalar() || op->getNumOperands() == 0)
      return failure();
    llvm::SmallVector<Value> scalars;
    for (Value operand : op->getOperands()) {
      auto broadcast = operand.getDefiningOp<BroadcastOp>();
      if (!broadcast || !broadcast.getA().getType().isScalar())
        return failure();
      scalars.push_back(broadcast.getA());
    }
    OperationState state(op.getLoc(), op->getName(), scalars, getScalarType(type.getElementType()),
                         op->getAttrs());
    Value scalar = rewriter.create(state)->getResult(0);
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, type, scalar, llvm::ArrayRef<int64_t>{});
    return success();
  }
};
} // namespace

void NNDialect::getCanonicalizationPatterns(RewritePatternSet &patterns) const {
  patterns.add<ComputeBeforeRepeating>(patterns.getContext());
}
