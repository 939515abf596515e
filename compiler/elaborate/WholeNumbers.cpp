//===- WholeNumbers.cpp - whole numbers at run time: checks, places from the end ------===//
//
// A number that the program computes with is either right or an error: what wraps around, a divisor
// of 0, an extremum of nothing, more elements than their numbers can count. A check is emitted only
// where it could fail, which is found from what a number is computed of; by the same knowledge, a
// place is counted from the end only where it can be below 0. Elements of tensors may wrap around,
// as docs/language.md says.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Emitter.h"
#include "mlir/IR/Matchers.h"
#include <cmath>

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

/// No loop counts further, and no tensor is larger.
static constexpr double countLimit = 0x1p53;

/// The numbers of a constant, also where they take another type; null for what is none.
static mlir::DenseIntElementsAttr getConstant(mlir::Value value) {
  mlir::DenseIntElementsAttr constant;
  auto convert = value.getDefiningOp<ConvertOp>();
  if (convert && convert.getA().getType().isInteger())
    value = convert.getA();
  mlir::matchPattern(value, mlir::m_Constant(&constant));
  return constant;
}

static double getBound(mlir::Value value, int depth = 0);

/// A bound of an argument of a block that counts the turns of a loop, if it is such.
static double getCountBound(mlir::BlockArgument argument, double limit, int depth) {
  mlir::Operation *parent = argument.getOwner()->getParentOp();
  if (auto loop = llvm::dyn_cast<ForOp>(parent); loop && getConstant(loop.getLower()))
    return std::min({limit, countLimit,
                     std::max(getBound(loop.getLower(), depth), getBound(loop.getUpper(), depth))});
  auto batches = llvm::dyn_cast<BatchesOp>(parent);
  auto scan = llvm::dyn_cast<ScanOp>(parent);
  bool isCount = (batches && batches.getCounted() && argument.getArgNumber() == 0) ||
                 (scan && scan.getIndex() == argument);
  return isCount ? std::min(limit, countLimit) : limit;
}

/// A bound of the magnitude of a whole number, from what it is computed of.
static double getBound(mlir::Value value, int depth) {
  unsigned width =
      llvm::cast<NNTensorType>(value.getType()).getElementType().getIntOrFloatBitWidth();
  double limit = width == 1 ? 1 : std::ldexp(1.0, int(width) - 1);
  if (auto argument = llvm::dyn_cast<mlir::BlockArgument>(value))
    return getCountBound(argument, limit, depth + 1);
  mlir::Operation *op = value.getDefiningOp();
  auto operand = [&](unsigned i) { return getBound(op->getOperand(i), depth + 1); };
  if (mlir::DenseIntElementsAttr constant = getConstant(value); constant && constant.isSplat())
    return std::fabs(constant.getSplatValue<llvm::APInt>().signedRoundToDouble());
  if (llvm::isa<SizeOp>(op))
    return countLimit;
  if (depth == 8)
    return limit;
  double bound = limit;
  if (llvm::isa<AddOp, SubOp>(op))
    bound = operand(0) + operand(1);
  else if (llvm::isa<MulOp>(op))
    bound = operand(0) * operand(1);
  else if (llvm::isa<MaxOp, MinOp>(op))
    bound = std::max(operand(0), operand(1));
  else if (llvm::isa<FloorDivOp, NegOp, AbsOp>(op))
    bound = operand(0);
  else if (llvm::isa<ModOp>(op))
    bound = operand(1);
  else if (auto convert = llvm::dyn_cast<ConvertOp>(op);
           convert && llvm::isa<mlir::IntegerType>(convert.getA().getType().getElementType()))
    bound = operand(0);
  return std::min(bound, limit);
}

/// Whether `value` + `step`, for a constant step, lies in the numbers of `width` bits.
static Value staysInside(Emitter &e, mlir::Value value, int64_t step, unsigned width, Span span) {
  int64_t most = llvm::maxIntN(width), least = llvm::minIntN(width);
  return step > 0 ? e.elementwise("<=", {Value::of(value), Value::ofInt(most - step)}, span)
                  : e.elementwise(">=", {Value::of(value), Value::ofInt(least - step)}, span);
}

/// Whether the sum, difference or product has not wrapped. What has is wrong by a multiple of
/// 2^width, which doubles see.
static Value hasNotWrapped(Emitter &e, mlir::Operation *op, unsigned width, Span span) {
  auto toReal = [&](mlir::Value value) {
    return Value::of(e.convertTo(value, e.builder.getF64Type()));
  };
  StringRef sign = llvm::isa<AddOp>(op) ? "+" : llvm::isa<SubOp>(op) ? "-" : "*";
  Value wanted = e.elementwise(sign, {toReal(op->getOperand(0)), toReal(op->getOperand(1))}, span);
  Value error = e.elementwise("-", {wanted, toReal(op->getResult(0))}, span);
  return e.elementwise(
      "<", {e.elementwise("abs", {error}, span), Value::ofFloat(std::ldexp(1.0, int(width) - 2))},
      span);
}

/// Checks -a, abs(a) and div(a, b): the least number has no opposite.
static void checkOpposite(Emitter &e, mlir::Operation *op, unsigned width, Span span) {
  Value number = Value::of(op->getOperand(0)), least = Value::ofInt(llvm::minIntN(width));
  if (getBound(op->getOperand(0)) < std::ldexp(1.0, int(width) - 1))
    return;
  Value holds = e.elementwise("!=", {number, least}, span);
  if (!llvm::isa<FloorDivOp>(op)) {
    StringRef before = llvm::isa<NegOp>(op) ? "-(" : "abs(";
    e.emitCheck(
        holds.getRuntime(),
        {before.str(), ") is too large for a whole number of " + std::to_string(width) + " bits"},
        {number}, span);
    return;
  }
  Value divisor = Value::of(op->getOperand(1));
  mlir::DenseIntElementsAttr constant = getConstant(op->getOperand(1));
  if (constant && !constant.getSplatValue<llvm::APInt>().isAllOnes())
    return;
  Value other = e.elementwise("!=", {divisor, Value::ofInt(-1)}, span);
  e.emitCheck(
      e.elementwise("or", {holds, other}, span).getRuntime(),
      {"div(", ", ", ") is too large for a whole number of " + std::to_string(width) + " bits"},
      {number, divisor}, span);
}

void Emitter::checkFits(mlir::Value result, Span span) {
  mlir::Operation *op = result.getDefiningOp();
  auto type = llvm::cast<NNTensorType>(result.getType());
  if (!op || !type.isScalar() || !type.isInteger())
    return;
  if (llvm::isa<NegOp, AbsOp, FloorDivOp>(op))
    return checkOpposite(*this, op, type.getElementType().getIntOrFloatBitWidth(), span);
  if (!llvm::isa<AddOp, SubOp, MulOp>(op))
    return;
  mlir::Value lhs = op->getOperand(0), rhs = op->getOperand(1);
  double a = getBound(lhs), b = getBound(rhs);
  unsigned width = type.getElementType().getIntOrFloatBitWidth();
  if ((llvm::isa<MulOp>(op) ? a * b : a + b) < std::ldexp(1.0, int(width) - 1))
    return;
  mlir::DenseIntElementsAttr left = getConstant(lhs), right = getConstant(rhs);
  auto get = [](mlir::DenseIntElementsAttr number) {
    return number.getSplatValue<llvm::APInt>().getSExtValue();
  };
  Value holds = right && llvm::isa<AddOp>(op)  ? staysInside(*this, lhs, get(right), width, span)
                : left && llvm::isa<AddOp>(op) ? staysInside(*this, rhs, get(left), width, span)
                : right && llvm::isa<SubOp>(op) && get(right) > llvm::minIntN(width)
                    ? staysInside(*this, lhs, -get(right), width, span)
                    : hasNotWrapped(*this, op, width, span);
  StringRef sign = llvm::isa<AddOp>(op) ? " + " : llvm::isa<SubOp>(op) ? " - " : " * ";
  emitCheck(
      holds.getRuntime(),
      {"", sign.str(), " is too large for a whole number of " + std::to_string(width) + " bits"},
      {Value::of(lhs), Value::of(rhs)}, span);
}

mlir::Value Emitter::narrow(mlir::Value number, mlir::Type elementType, Span span) {
  auto type = llvm::cast<NNTensorType>(number.getType());
  mlir::Value result = convertTo(number, elementType);
  if (!type.isInteger() || !elementType.isInteger() || elementType.isInteger(1))
    return result;
  unsigned width = elementType.getIntOrFloatBitWidth();
  if (type.getElementType().getIntOrFloatBitWidth() <= width ||
      getBound(number) < std::ldexp(1.0, int(width) - 1))
    return result;
  mlir::Value back = convertTo(result, type.getElementType());
  emitCheck(EqOp::create(builder, getLoc(span), back, number),
            {"", " is too large for a whole number of " + std::to_string(width) + " bits"},
            {Value::of(number)}, span);
  return result;
}

/// Whether no element can be below 0, from what it is computed of.
static bool isNeverNegative(mlir::Value value, int depth = 0) {
  if (mlir::DenseIntElementsAttr constant = getConstant(value))
    return llvm::all_of(constant, [](const llvm::APInt &number) { return !number.isNegative(); });
  auto type = llvm::dyn_cast<NNTensorType>(value.getType());
  if (depth == 8 || !type || !llvm::isa<mlir::IntegerType>(type.getElementType()))
    return false;
  auto isCovered = [&](mlir::Value other) { return isNeverNegative(other, depth + 1); };
  if (auto argument = llvm::dyn_cast<mlir::BlockArgument>(value)) {
    auto loop = llvm::dyn_cast<ForOp>(argument.getOwner()->getParentOp());
    return loop ? isCovered(loop.getLower())
                : getCountBound(argument, std::ldexp(1.0, 63), 0) <= countLimit;
  }
  mlir::Operation *op = value.getDefiningOp();
  if (auto size = llvm::dyn_cast<SizeOp>(op))
    return llvm::all_of(Dim(size.getDim()).getPolynomial(),
                        [](const auto &term) { return term.second >= 0; });
  if (auto convert = llvm::dyn_cast<ConvertOp>(op))
    return convert.getA().getType().isBool() || isCovered(convert.getA());
  if (llvm::isa<IotaOp, ArgMaxOp, ArgSortOp>(op))
    return true;
  if (llvm::isa<MaxOp>(op))
    return llvm::any_of(op->getOperands(), isCovered);
  if (llvm::isa<ModOp>(op))
    return isCovered(op->getOperand(1));
  if (llvm::isa<SelectOp>(op))
    return llvm::all_of(llvm::drop_begin(op->getOperands()), isCovered);
  // Sums, products, quotients; elements that move.
  bool isMonotone =
      llvm::isa<AddOp, MulOp, MinOp, FloorDivOp, BroadcastOp, ReshapeOp, TransposeOp, SliceOp>(op);
  return isMonotone && llvm::all_of(op->getOperands(), isCovered);
}

mlir::Value Emitter::countFromEnd(mlir::Value places, Dim size, Span span) {
  if (isNeverNegative(places))
    return places;
  auto type = llvm::cast<NNTensorType>(places.getType());
  mlir::Location loc = getLoc(span);
  auto fill = [&](mlir::Value number) {
    return broadcastTo(convertTo(number, type.getElementType()), type.getShape());
  };
  mlir::Value zero = fill(constantInt(0)),
              end = fill(SizeOp::create(builder, loc, size.toAttribute()));
  mlir::Value back = AddOp::create(builder, loc, type, places, end);
  mlir::Value counts = AndOp::create(builder, loc, LtOp::create(builder, loc, places, zero),
                                     GeOp::create(builder, loc, back, zero));
  return SelectOp::create(builder, loc, type, counts, back, places);
}

bool Emitter::checkDivisor(mlir::Value divisor, Span span) {
  auto type = llvm::cast<NNTensorType>(divisor.getType());
  if (mlir::DenseIntElementsAttr constant = getConstant(divisor)) {
    if (llvm::none_of(constant, [](const llvm::APInt &number) { return number.isZero(); }))
      return true;
    error(diag::DivisionByZero, span);
    return false;
  }
  mlir::Location loc = getLoc(span);
  mlir::Value zero = broadcastTo(constant(0, type.getElementType()), type.getShape());
  mlir::Value holds = NeOp::create(builder, loc, divisor, zero);
  if (!type.isScalar())
    holds = ReduceOp::create(builder, loc, holds, ReduceKind::And,
                             llvm::to_vector(llvm::seq<int64_t>(0, type.getRank())));
  emitCheck(holds, "division by zero", span);
  return true;
}

bool Emitter::checkNotEmpty(Dim size, StringRef what, Span span) {
  if (size.isStatic() && size.getStatic() > 0)
    return true;
  if (size.isStatic()) {
    error(diag::WrongArgument, span, ("what " + what + " is taken of").str(),
          "at least one element", "an axis of size 0");
    return false;
  }
  Value holds = elementwise(">", {Value::ofSize(size), Value::ofInt(0)}, span);
  emitCheck(holds.getRuntime(), ("there is no " + what + " of nothing: the axis has size 0").str(),
            span);
  return true;
}

bool Emitter::checkIndexable(Dim size, StringRef what, Span span) {
  constexpr int64_t most = int64_t(1) << 31;
  if (size.isStatic() && size.getStatic() <= most)
    return true;
  if (size.isStatic()) {
    error(diag::WrongArgument, span, ("the size of " + what).str(),
          "at most 2147483648, as its numbers have 32 bits", std::to_string(size.getStatic()));
    return false;
  }
  Value number = Value::ofSize(size);
  Value holds = elementwise("<=", {number, Value::ofInt(most)}, span);
  emitCheck(holds.getRuntime(),
            {("the size of " + what + " is ").str(),
             "; its numbers have 32 bits, so it can be at most 2147483648"},
            {number}, span);
  return true;
}
