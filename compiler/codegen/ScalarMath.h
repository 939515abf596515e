//===- ScalarMath.h - elementary functions as plain arithmetic ---------------===//
//
// Emits exp, expm1, log, log1p, tanh, erf and pow on one f32 value as additions, multiplications,
// integer operations on the bits, comparisons and selections: no calls, no branches, nothing that
// is undefined for any input, so that LLVM's loop vectoriser takes a loop around it.
//
// Methods: argument reduction and polynomials of S. Moshier's Cephes library (expf.c, logf.c,
// tanhf.c, ndtrf.c); reconstruction from the exponent's bits as in J.-M. Muller et al., "Handbook
// of Floating-Point Arithmetic", 2nd ed., 2018, section 10. pow works in f64.
//
// Largest errors found in units in the last place, over every 61st f32 (exp, log, tanh, erf) or 40
// million pairs (pow), denormal arguments and results included, against libm's long double
// functions, without and with fused multiply-add (test/codegen/math-accuracy.mlir measures a part
// of them again):
//   exp 0.98 and 1.01, log 0.80 and 0.78, tanh 1.30, erf 2.49, pow 0.51
// Special values (zeros, infinities, NaN, overflow, underflow) are those of C99's annex F; a NaN
// result's sign and payload are unspecified.
//
// Sums and products may be contracted to fused multiply-adds later; nothing here relies on it, or
// on its absence.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_CODEGEN_SCALARMATH_H
#define NNC_CODEGEN_SCALARMATH_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace nnc::codegen {

/// Emits scalar arithmetic at the builder's insertion point.
class ScalarMath {
public:
  using Value = mlir::Value;

  ScalarMath(mlir::OpBuilder &builder, mlir::Location loc) : builder(builder), loc(loc) {}

  /// f32 functions.
  Value exp(Value x);
  Value expm1(Value x);
  Value log(Value x);
  Value log1p(Value x);
  Value tanh(Value x);
  Value erf(Value x);
  Value pow(Value x, Value y);

private:
  /// exp(x) = 2^(half + rest) (1 + reduced).
  struct Exponential {
    Value reduced, half, rest;
  };
  Exponential reduceExponential(Value x);
  /// 2^exponent, of a whole number within the exponents of normal numbers.
  Value powerOfTwo(Value exponent);
  /// log(x + tail), where the tail is far below a unit of x's last place but not to be lost.
  Value logOfSum(Value x, Value tail);
  /// Constants of the type of `like`.
  Value constant(Value like, double value);
  Value bits(Value like, uint64_t value);
  Value add(Value a, Value b) { return mlir::arith::AddFOp::create(builder, loc, a, b); }
  Value sub(Value a, Value b) { return mlir::arith::SubFOp::create(builder, loc, a, b); }
  Value mul(Value a, Value b) { return mlir::arith::MulFOp::create(builder, loc, a, b); }
  Value div(Value a, Value b) { return mlir::arith::DivFOp::create(builder, loc, a, b); }
  Value add(Value a, double b) { return add(a, constant(a, b)); }
  Value mul(Value a, double b) { return mul(a, constant(a, b)); }
  Value abs(Value a);
  Value copySign(Value magnitude, Value sign);
  Value floor(Value a);
  /// Coefficients from the highest power down to the constant.
  Value polynomial(Value x, llvm::ArrayRef<double> coefficients);
  Value compare(mlir::arith::CmpFPredicate predicate, Value a, Value b) {
    return mlir::arith::CmpFOp::create(builder, loc, predicate, a, b);
  }
  Value compare(mlir::arith::CmpFPredicate predicate, Value a, double b) {
    return compare(predicate, a, constant(a, b));
  }
  Value choose(Value condition, Value a, Value b) {
    return mlir::arith::SelectOp::create(builder, loc, condition, a, b);
  }
  Value both(Value a, Value b) { return mlir::arith::AndIOp::create(builder, loc, a, b); }
  /// x limited to [low, high]; NaN stays.
  Value clamp(Value x, double low, double high);
  /// Reinterprets the bits of a float as an integer of its width and back.
  Value toBits(Value x);
  Value fromBits(Value x);
  /// log2 |x| and 2^x in f64, accurate enough for f32 results.
  Value log2Wide(Value x);
  Value exp2Wide(Value x);

  mlir::OpBuilder &builder;
  mlir::Location loc;
};

} // namespace nnc::codegen

#endif // NNC_CODEGEN_SCALARMATH_H
