//===- ScalarPrimitives.h - what the records of primitive operations emit --------===//
//
// An element-wise operation that is no formula over others says in its record which operations of
// `arith` and `math` compute it. These functions emit them; only the records call them.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_SCALAR_PRIMITIVES_H
#define NNC_IR_SCALAR_PRIMITIVES_H

#include "compiler/ir/ScalarExpr.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace nnc::ir {

/// FloatOp of floating-point operands, IntOp of others.
template <typename FloatOp, typename IntOp = void, typename... Rest>
Scalar emitPrimitive(Scalar a, Rest... rest) {
  if constexpr (!std::is_void_v<IntOp>)
    if (!a.isFloat())
      return a.with(IntOp::create(a.getBuilder(), a.getLoc(), a.getValue(), rest.getValue()...));
  return a.with(FloatOp::create(a.getBuilder(), a.getLoc(), a.getValue(), rest.getValue()...));
}
/// An i1. Bools compare as 0 < 1, that is as if unsigned.
Scalar emitComparison(Scalar a, Scalar b, mlir::arith::CmpFPredicate real,
                      mlir::arith::CmpIPredicate whole);
Scalar emitNegation(Scalar a);
Scalar emitNot(Scalar a);
Scalar emitSelect(Scalar condition, Scalar onTrue, Scalar onFalse);
/// floor(a / b); of integers exact, defined for all operands.
Scalar emitFloorDiv(Scalar a, Scalar b);
/// The remainder of that, from the exact one of division towards zero.
Scalar emitModulo(Scalar a, Scalar b);

/// The same of doubles: NaN where either is, else the larger or smaller.
double getLarger(double a, double b);
double getSmaller(double a, double b);
double getModulo(double a, double b);

} // namespace nnc::ir

#endif // NNC_IR_SCALAR_PRIMITIVES_H
