//===- ScalarExpr.cpp - arithmetic on scalars, written as formulas ---------------===//

#include "compiler/ir/ScalarExpr.h"
#include "compiler/ir/ScalarPrimitives.h"
#include <cmath>

using namespace mlir;

namespace nnc::ir {

llvm::SmallVector<Scalar, 3> Scalar::wrap(OpBuilder &builder, Location loc, ValueRange values) {
  llvm::SmallVector<Scalar, 3> scalars;
  for (Value value : values)
    scalars.emplace_back(builder, loc, value);
  return scalars;
}

Scalar Scalar::constant(double number) const {
  if (isFloat())
    return with(arith::ConstantOp::create(*builder, loc, builder->getFloatAttr(getType(), number)));
  return with(arith::ConstantOp::create(
      *builder, loc, builder->getIntegerAttr(getType(), static_cast<int64_t>(number))));
}

Scalar emitComparison(Scalar a, Scalar b, arith::CmpFPredicate real, arith::CmpIPredicate whole) {
  using I = arith::CmpIPredicate;
  if (a.isFloat())
    return a.with(
        arith::CmpFOp::create(a.getBuilder(), a.getLoc(), real, a.getValue(), b.getValue()));
  if (a.isBool())
    whole = whole == I::slt   ? I::ult
            : whole == I::sle ? I::ule
            : whole == I::sgt ? I::ugt
            : whole == I::sge ? I::uge
                              : whole;
  return a.with(
      arith::CmpIOp::create(a.getBuilder(), a.getLoc(), whole, a.getValue(), b.getValue()));
}

Scalar emitNegation(Scalar a) {
  return a.isFloat() ? emitPrimitive<arith::NegFOp>(a) : a.constant(0) - a;
}

Scalar emitNot(Scalar a) {
  Value one =
      arith::ConstantOp::create(a.getBuilder(), a.getLoc(), a.getBuilder().getBoolAttr(true));
  return a.with(arith::XOrIOp::create(a.getBuilder(), a.getLoc(), a.getValue(), one));
}

Scalar emitSelect(Scalar condition, Scalar onTrue, Scalar onFalse) {
  return condition.with(arith::SelectOp::create(condition.getBuilder(), condition.getLoc(),
                                                condition.getValue(), onTrue.getValue(),
                                                onFalse.getValue()));
}

Scalar emitFloorDiv(Scalar a, Scalar b) {
  if (a.isFloat())
    return floor(a / b);
  // LLVM leaves division by zero and the smallest number by -1 undefined: divide by something safe
  // instead.
  Scalar zero = a.constant(0), one = a.constant(1), minusOne = a.constant(-1);
  Scalar unsafe = (b == zero) | (b == minusOne);
  Scalar divisor = select(unsafe, one, b);
  Scalar quotient = emitPrimitive<arith::DivSIOp>(a, divisor);
  Scalar remainder = a - quotient * divisor;
  Scalar roundDown = (remainder != zero) & ((remainder < zero) != (divisor < zero));
  Scalar floored = select(roundDown, quotient - one, quotient);
  return select(b == zero, zero, select(b == minusOne, zero - a, floored));
}

Scalar emitModulo(Scalar a, Scalar b) {
  if (!a.isFloat())
    return a - b * emitFloorDiv(a, b);
  Scalar remainder = emitPrimitive<arith::RemFOp>(a, b), zero = a.constant(0);
  Scalar isOpposite = (remainder != zero) & ((remainder < zero) != (b < zero));
  return select(isOpposite, remainder + b, remainder);
}

double getModulo(double a, double b) {
  double remainder = std::fmod(a, b);
  return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
}

double getLarger(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? a + b : std::fmax(a, b);
}
double getSmaller(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? a + b : std::fmin(a, b);
}

Scalar convert(Scalar a, Type type) {
  OpBuilder &builder = a.getBuilder();
  Location loc = a.getLoc();
  Type from = a.getType();
  if (from == type)
    return a;
  if (type.isInteger(1))
    return a != a.constant(0);
  if (auto to = llvm::dyn_cast<FloatType>(type)) {
    if (auto real = llvm::dyn_cast<FloatType>(from)) {
      if (real.getWidth() < to.getWidth())
        return a.with(arith::ExtFOp::create(builder, loc, type, a.getValue()));
      return a.with(arith::TruncFOp::create(builder, loc, type, a.getValue()));
    }
    if (a.isBool())
      return a.with(arith::UIToFPOp::create(builder, loc, type, a.getValue()));
    return a.with(arith::SIToFPOp::create(builder, loc, type, a.getValue()));
  }
  if (a.isFloat()) {
    // Out of range gives the nearest number, NaN gives 0; the conversion itself would be undefined.
    unsigned bits = type.getIntOrFloatBitWidth();
    double limit = std::ldexp(1.0, bits - 1);
    Scalar above = a >= a.constant(limit), below = a < a.constant(-limit);
    Scalar inside = select((above | below) | (a != a), a.constant(0), a);
    Scalar whole = a.with(arith::FPToSIOp::create(builder, loc, type, inside.getValue()));
    auto integer = [&](const llvm::APInt &value) {
      return a.with(arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(type, value)));
    };
    whole = select(above, integer(llvm::APInt::getSignedMaxValue(bits)), whole);
    return select(below, integer(llvm::APInt::getSignedMinValue(bits)), whole);
  }
  if (a.isBool())
    return a.with(arith::ExtUIOp::create(builder, loc, type, a.getValue()));
  if (from.getIntOrFloatBitWidth() < type.getIntOrFloatBitWidth())
    return a.with(arith::ExtSIOp::create(builder, loc, type, a.getValue()));
  return a.with(arith::TruncIOp::create(builder, loc, type, a.getValue()));
}

} // namespace nnc::ir
