//===- ScalarMath.cpp - elementary functions as plain arithmetic -------------===//

#include "compiler/codegen/ScalarMath.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace nnc::codegen {

using Predicate = arith::CmpFPredicate;

Value ScalarMath::constant(Value like, double value) {
  auto type = cast<FloatType>(like.getType());
  return arith::ConstantOp::create(builder, loc, builder.getFloatAttr(type, value));
}

Value ScalarMath::bits(Value like, uint64_t value) {
  auto type = cast<IntegerType>(like.getType());
  APInt integer(64, value);
  return arith::ConstantOp::create(builder, loc,
                                   builder.getIntegerAttr(type, integer.trunc(type.getWidth())));
}

Value ScalarMath::abs(Value a) { return math::AbsFOp::create(builder, loc, a); }
Value ScalarMath::floor(Value a) { return math::FloorOp::create(builder, loc, a); }
Value ScalarMath::copySign(Value magnitude, Value sign) {
  return math::CopySignOp::create(builder, loc, magnitude, sign);
}

Value ScalarMath::polynomial(Value x, ArrayRef<double> coefficients) {
  Value sum = constant(x, coefficients.front());
  for (double coefficient : coefficients.drop_front())
    sum = add(mul(sum, x), coefficient);
  return sum;
}

Value ScalarMath::toBits(Value x) {
  Type type = builder.getIntegerType(x.getType().getIntOrFloatBitWidth());
  return arith::BitcastOp::create(builder, loc, type, x);
}

Value ScalarMath::fromBits(Value x) {
  Type type = x.getType().isInteger(32) ? Type(builder.getF32Type()) : builder.getF64Type();
  return arith::BitcastOp::create(builder, loc, type, x);
}

// The order of operands is that of x86's MINPS and MAXPS, `a OP b ? a : b`: one instruction each,
// which gives b, here x, where either is NaN.
Value ScalarMath::clamp(Value x, double low, double high) {
  Value least = constant(x, low), most = constant(x, high);
  x = choose(compare(Predicate::OLT, most, x), most, x);
  return choose(compare(Predicate::OGT, least, x), least, x);
}

// x = n ln 2 + r, |r| <= ln 2 / 2. Adding 1.5 * 2^23 rounds to a whole number and leaves it in the
// low bits of the sum. 2^n is given in two factors, so that results below the normal range are
// rounded once and those above it become infinite.
ScalarMath::Exponential ScalarMath::reduceExponential(Value x) {
  constexpr double magic = 12582912.0; // 1.5 * 2^23
  Value shifted = add(mul(x, 1.44269504088896341), magic);
  Value n = sub(shifted, constant(x, magic));
  // ln 2 in two parts; the product with the first is exact.
  Value r = sub(x, mul(n, 0.693359375));
  r = sub(r, mul(n, -2.12194440e-4));
  Value p = polynomial(r, {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2,
                           1.6666665459e-1, 5.0000001201e-1});
  p = add(mul(p, mul(r, r)), r);

  Value k = toBits(shifted);
  k = arith::SubIOp::create(builder, loc, k, bits(k, 0x4b400000));
  Value half = arith::ShRSIOp::create(builder, loc, k, bits(k, 1));
  Value rest = arith::SubIOp::create(builder, loc, k, half);
  return {p, half, rest};
}

Value ScalarMath::powerOfTwo(Value exponent) {
  Value biased = arith::AddIOp::create(builder, loc, exponent, bits(exponent, 127));
  return fromBits(arith::ShLIOp::create(builder, loc, biased, bits(exponent, 23)));
}

// exp(x) = 2^n exp(r).
Value ScalarMath::exp(Value x) {
  Exponential e = reduceExponential(clamp(x, -104.5, 89.0));
  return mul(mul(add(e.reduced, 1.0), powerOfTwo(e.half)), powerOfTwo(e.rest));
}

// exp(x) - 1 = 2^n (exp(r) - 1) + (2^n - 1), all of it over 2^rest until the end: where n is 0
// nothing cancels, elsewhere the sum is at least a quarter of its parts.
Value ScalarMath::expm1(Value x) {
  Exponential e = reduceExponential(clamp(x, -30.0, 89.0));
  Value scale = powerOfTwo(e.half);
  Value minusRest = arith::SubIOp::create(builder, loc, bits(e.rest, 0), e.rest);
  Value sum = add(mul(e.reduced, scale), sub(scale, powerOfTwo(minusRest)));
  Value y = mul(sum, powerOfTwo(e.rest));
  return choose(compare(Predicate::OEQ, x, 0.0), x, y); // keeps the sign of zero
}

Value ScalarMath::log(Value x) { return logOfSum(x, constant(x, 0.0)); }

// u = 1 + x is rounded; what it lost is exact, by whichever of 1 and x is the larger (Dekker's fast
// sum), and small enough to be left out from 2^24 on.
Value ScalarMath::log1p(Value x) {
  Value u = add(x, 1.0);
  Value tail = choose(compare(Predicate::OLT, abs(x), 1.0), sub(x, add(u, -1.0)),
                      sub(constant(x, 1.0), sub(u, x)));
  tail = choose(compare(Predicate::OLT, x, 0x1p24), tail, constant(x, 0.0));
  return choose(compare(Predicate::OEQ, x, 0.0), x, logOfSum(u, tail)); // keeps the sign of zero
}

// x = 2^e m, sqrt(1/2) <= m < sqrt(2); log(x) = e ln 2 + log(m). The tail is added to m in the
// same scale; it is 0 where e is too large for that.
Value ScalarMath::logOfSum(Value x, Value tail) {
  Value denormal = compare(Predicate::OLT, x, 0x1p-126);
  Value scaled = choose(denormal, mul(x, 0x1p23), x);
  Value word = toBits(scaled);
  Value exponent = arith::SubIOp::create(builder, loc, word, bits(word, 0x3f3504f3));
  exponent = arith::ShRSIOp::create(builder, loc, exponent, bits(word, 23));
  Value mantissa = arith::ShLIOp::create(builder, loc, exponent, bits(word, 23));
  mantissa = arith::SubIOp::create(builder, loc, word, mantissa);
  Value e = arith::SIToFPOp::create(builder, loc, x.getType(), exponent);
  e = add(e, choose(denormal, constant(x, -23.0), constant(x, 0.0)));
  Value f = add(fromBits(mantissa), -1.0);
  if (!matchPattern(tail, m_AnyZeroFloat())) {
    Value scale =
        arith::SubIOp::create(builder, loc, bits(word, 0x3f800000),
                              arith::ShLIOp::create(builder, loc, exponent, bits(word, 23)));
    Value has = compare(Predicate::ONE, tail, 0.0);
    f = add(f, choose(has, mul(tail, fromBits(scale)), constant(x, 0.0)));
  }

  Value z = mul(f, f);
  Value p = polynomial(f, {7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1,
                           1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1,
                           3.3333331174e-1});
  Value y = mul(mul(p, f), z);
  y = add(y, mul(e, -2.12194440e-4));
  y = sub(y, mul(z, 0.5));
  y = add(add(f, y), mul(e, 0.693359375));

  constexpr double infinity = std::numeric_limits<double>::infinity();
  y = choose(compare(Predicate::OEQ, x, 0.0), constant(x, -infinity), y);
  y = choose(compare(Predicate::ULT, x, 0.0), constant(x, std::nan("")), y); // and NaN
  return choose(compare(Predicate::OEQ, x, infinity), x, y);
}

// Near zero an odd polynomial, elsewhere 1 - 2 / (exp(2 |x|) + 1) with the sign of x.
Value ScalarMath::tanh(Value x) {
  Value magnitude = abs(x);
  Value z = mul(x, x);
  Value p = polynomial(z, {-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1,
                           -3.33332819422e-1});
  Value small = add(mul(mul(p, z), x), x);
  Value power = exp(add(magnitude, magnitude));
  Value large = sub(constant(x, 1.0), div(constant(x, 2.0), add(power, 1.0)));
  return copySign(choose(compare(Predicate::OLT, magnitude, 0.625), small, large), x);
}

// Below 1 an odd polynomial, from there 1 - erfc(|x|) with the sign of x; erfc(a) = exp(-a^2) / a
// times a polynomial in 1 / a^2. From 4 on the result is 1.
Value ScalarMath::erf(Value x) {
  Value z = mul(x, x);
  Value small =
      mul(x, polynomial(z, {7.853861353153693e-5, -8.010193625184903e-4, 5.188327685732524e-3,
                            -2.685381193529856e-2, 1.128358514861418e-1, -3.761262582423300e-1,
                            1.128379165726710e+0}));
  Value magnitude = abs(x);
  Value a = clamp(magnitude, 1.0, 4.0);
  Value q = div(constant(x, 1.0), a), y = mul(q, q);
  Value near = polynomial(y, {2.326819970068386e-2, -1.387039388740657e-1, 3.687424674597105e-1,
                              -5.824733027278666e-1, 6.210004621745983e-1, -4.944515323274145e-1,
                              3.404879937665872e-1, -2.741127028184656e-1, 5.638259427386472e-1});
  Value far = polynomial(y, {-1.047766399936249e+1, 1.297719955372516e+1, -7.495518717768503e+0,
                             2.921019019210786e+0, -1.015265279202700e+0, 4.218463358204948e-1,
                             -2.820767439740514e-1, 5.641895067754075e-1});
  Value p = choose(compare(Predicate::OLT, a, 2.0), near, far);
  Value rest = mul(mul(exp(sub(constant(x, 0.0), mul(a, a))), q), p);
  Value large = copySign(sub(constant(x, 1.0), rest), x);
  return choose(compare(Predicate::OGE, magnitude, 1.0), large, small); // NaN: small
}

// log2(m) = 2 / ln 2 * atanh(s), s = (m - 1) / (m + 1), by its Taylor series: |s| <= 0.172, so that
// seven terms leave 2e-12 of the value. An f32 is always a normal f64. 0 gives -infinity.
Value ScalarMath::log2Wide(Value x) {
  Value word = toBits(x);
  constexpr uint64_t bias = uint64_t(1024) << 52; // keeps the exponent positive: a logical shift
  Value exponent = arith::AddIOp::create(builder, loc, word, bits(word, bias - 0x3fe6a09e667f3bcd));
  exponent = arith::ShRUIOp::create(builder, loc, exponent, bits(word, 52));
  Value unbiased = arith::SubIOp::create(builder, loc, exponent, bits(word, 1024));
  Value mantissa = arith::SubIOp::create(
      builder, loc, word, arith::ShLIOp::create(builder, loc, unbiased, bits(word, 52)));
  // A small whole number to f64: put it below 2^52 and subtract that.
  Value e = fromBits(arith::OrIOp::create(builder, loc, exponent, bits(word, 0x4330000000000000)));
  e = add(e, -(0x1p52 + 1024));
  Value m = fromBits(mantissa);
  Value s = div(add(m, -1.0), add(m, 1.0));
  constexpr double c = 2 * 1.44269504088896341;
  Value series = polynomial(mul(s, s), {c / 13, c / 11, c / 9, c / 7, c / 5, c / 3, c});
  Value result = add(mul(series, s), e);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  result = choose(compare(Predicate::OEQ, x, 0.0), constant(x, -infinity), result);
  return choose(compare(Predicate::OLT, x, infinity), result, x); // infinity, NaN
}

// 2^x = 2^n exp(r ln 2), |r| <= 1/2, with exp's Taylor series: nine terms leave 3e-10 of the value.
// Limited to exponents just outside the range of f32.
Value ScalarMath::exp2Wide(Value x) {
  constexpr double magic = 0x1.8p52;
  x = clamp(x, -160.0, 140.0);
  Value shifted = add(x, magic);
  Value r = mul(sub(x, sub(shifted, constant(x, magic))), 0.693147180559945309);
  Value p = polynomial(
      r, {1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0, 1.0});
  Value n = toBits(shifted);
  n = arith::AddIOp::create(builder, loc, n, bits(n, 1023));
  return mul(p, fromBits(arith::ShLIOp::create(builder, loc, n, bits(n, 52))));
}

// |x|^y = 2^(y log2 |x|) in f64, then the sign, then C99's special cases.
Value ScalarMath::pow(Value x, Value y) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Value magnitude = abs(x);
  Type wide = builder.getF64Type();
  Value exponent = arith::ExtFOp::create(builder, loc, wide, y);
  Value power = mul(log2Wide(arith::ExtFOp::create(builder, loc, wide, magnitude)), exponent);
  Value result = arith::TruncFOp::create(builder, loc, x.getType(), exp2Wide(power));

  // Infinite and large exponents count as even.
  Value half = mul(y, 0.5);
  Value odd =
      both(compare(Predicate::OEQ, floor(y), y), compare(Predicate::ONE, floor(half), half));
  result = choose(odd, copySign(result, x), result);
  Value undefined =
      both(both(compare(Predicate::OLT, x, 0.0), compare(Predicate::OGT, x, -infinity)),
           compare(Predicate::ONE, floor(y), y));
  result = choose(undefined, constant(x, std::nan("")), result);
  Value one = constant(x, 1.0);
  Value unit =
      both(compare(Predicate::OEQ, magnitude, 1.0), compare(Predicate::OEQ, abs(y), infinity));
  result = choose(unit, one, result);
  result = choose(compare(Predicate::OEQ, x, 1.0), one, result);
  return choose(compare(Predicate::OEQ, y, 0.0), one, result);
}

} // namespace nnc::codegen
