//===- ScalarExpr.cpp - arithmetic on scalars, written as formulas ---------------===//

#include "compiler/ir/ScalarExpr.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
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

template <typename FloatOp, typename IntOp> static Scalar binary(Scalar a, Scalar b) {
  OpBuilder &builder = a.getBuilder();
  if (a.isFloat())
    return a.with(FloatOp::create(builder, a.getLoc(), a.getValue(), b.getValue()));
  return a.with(IntOp::create(builder, a.getLoc(), a.getValue(), b.getValue()));
}
template <typename FloatOp> static Scalar unary(Scalar a) {
  return a.with(FloatOp::create(a.getBuilder(), a.getLoc(), a.getValue()));
}

Scalar operator+(Scalar a, Scalar b) { return binary<arith::AddFOp, arith::AddIOp>(a, b); }
Scalar operator-(Scalar a, Scalar b) { return binary<arith::SubFOp, arith::SubIOp>(a, b); }
Scalar operator*(Scalar a, Scalar b) { return binary<arith::MulFOp, arith::MulIOp>(a, b); }
Scalar operator/(Scalar a, Scalar b) { return binary<arith::DivFOp, arith::DivSIOp>(a, b); }
Scalar operator-(Scalar a) { return a.isFloat() ? unary<arith::NegFOp>(a) : a.constant(0) - a; }

static Scalar compare(Scalar a, Scalar b, arith::CmpFPredicate real, arith::CmpIPredicate whole) {
  if (a.isFloat())
    return a.with(
        arith::CmpFOp::create(a.getBuilder(), a.getLoc(), real, a.getValue(), b.getValue()));
  return a.with(
      arith::CmpIOp::create(a.getBuilder(), a.getLoc(), whole, a.getValue(), b.getValue()));
}
// Bools compare as 0 < 1, that is unsigned.
static arith::CmpIPredicate order(Scalar a, arith::CmpIPredicate isSigned,
                                  arith::CmpIPredicate isUnsigned) {
  return a.isBool() ? isUnsigned : isSigned;
}
using F = arith::CmpFPredicate;
using I = arith::CmpIPredicate;
Scalar operator==(Scalar a, Scalar b) { return compare(a, b, F::OEQ, I::eq); }
Scalar operator!=(Scalar a, Scalar b) { return compare(a, b, F::UNE, I::ne); }
Scalar operator<(Scalar a, Scalar b) { return compare(a, b, F::OLT, order(a, I::slt, I::ult)); }
Scalar operator<=(Scalar a, Scalar b) { return compare(a, b, F::OLE, order(a, I::sle, I::ule)); }
Scalar operator>(Scalar a, Scalar b) { return compare(a, b, F::OGT, order(a, I::sgt, I::ugt)); }
Scalar operator>=(Scalar a, Scalar b) { return compare(a, b, F::OGE, order(a, I::sge, I::uge)); }

Scalar operator&(Scalar a, Scalar b) {
  return a.with(arith::AndIOp::create(a.getBuilder(), a.getLoc(), a.getValue(), b.getValue()));
}
Scalar operator|(Scalar a, Scalar b) {
  return a.with(arith::OrIOp::create(a.getBuilder(), a.getLoc(), a.getValue(), b.getValue()));
}
Scalar operator!(Scalar a) {
  Value one =
      arith::ConstantOp::create(a.getBuilder(), a.getLoc(), a.getBuilder().getBoolAttr(true));
  return a.with(arith::XOrIOp::create(a.getBuilder(), a.getLoc(), a.getValue(), one));
}

Scalar select(Scalar condition, Scalar onTrue, Scalar onFalse) {
  return condition.with(arith::SelectOp::create(condition.getBuilder(), condition.getLoc(),
                                                condition.getValue(), onTrue.getValue(),
                                                onFalse.getValue()));
}
Scalar maximum(Scalar a, Scalar b) { return binary<arith::MaximumFOp, arith::MaxSIOp>(a, b); }
Scalar minimum(Scalar a, Scalar b) { return binary<arith::MinimumFOp, arith::MinSIOp>(a, b); }
Scalar abs(Scalar a) { return a.isFloat() ? unary<math::AbsFOp>(a) : unary<math::AbsIOp>(a); }
Scalar sign(Scalar a) {
  Scalar zero = a.constant(0);
  // a itself where neither above nor below: keeps NaN and the sign of zero.
  return select(a > zero, a.constant(1), select(a < zero, a.constant(-1), a));
}
Scalar floor(Scalar a) { return a.isFloat() ? unary<math::FloorOp>(a) : a; }
Scalar ceil(Scalar a) { return a.isFloat() ? unary<math::CeilOp>(a) : a; }
Scalar round(Scalar a) { return a.isFloat() ? unary<math::RoundEvenOp>(a) : a; }

Scalar floorDiv(Scalar a, Scalar b) {
  if (a.isFloat())
    return floor(a / b);
  // LLVM leaves division by zero and the smallest number by -1 undefined: divide by something safe
  // instead.
  Scalar zero = a.constant(0), one = a.constant(1), minusOne = a.constant(-1);
  Scalar unsafe = (b == zero) | (b == minusOne);
  Scalar divisor = select(unsafe, one, b);
  Scalar quotient = a / divisor;
  Scalar remainder = a - quotient * divisor;
  Scalar roundDown = (remainder != zero) & ((remainder < zero) != (divisor < zero));
  Scalar floored = select(roundDown, quotient - one, quotient);
  return select(b == zero, zero, select(b == minusOne, zero - a, floored));
}
Scalar mod(Scalar a, Scalar b) { return a - b * floorDiv(a, b); }

Scalar exp(Scalar a) { return unary<math::ExpOp>(a); }
Scalar log(Scalar a) { return unary<math::LogOp>(a); }
Scalar sqrt(Scalar a) { return unary<math::SqrtOp>(a); }
Scalar tanh(Scalar a) { return unary<math::TanhOp>(a); }
Scalar erf(Scalar a) { return unary<math::ErfOp>(a); }
Scalar sin(Scalar a) { return unary<math::SinOp>(a); }
Scalar cos(Scalar a) { return unary<math::CosOp>(a); }
Scalar pow(Scalar a, Scalar b) {
  return a.with(math::PowFOp::create(a.getBuilder(), a.getLoc(), a.getValue(), b.getValue()));
}
Scalar sigmoid(Scalar a) {
  // With e = exp(-|a|), which cannot overflow: 1 / (1 + e) for a >= 0, e / (1 + e) below.
  Scalar e = exp(-abs(a));
  Scalar one = a.constant(1);
  return select(a < a.constant(0), e, one) / (one + e);
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
