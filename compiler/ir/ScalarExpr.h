//===- ScalarExpr.h - arithmetic on scalars, written as formulas ----------------===//
//
// Scalar wraps a scalar SSA value and gives it operators and functions that emit `arith` and `math`
// operations fitting its type, so that an operation's scalar body is a formula in its TableGen
// record.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_SCALAR_EXPR_H
#define NNC_IR_SCALAR_EXPR_H

#include "mlir/IR/Builders.h"
#include "llvm/ADT/SmallVector.h"

namespace nnc::ir {

class Scalar {
public:
  Scalar(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value)
      : builder(&builder), loc(loc), value(value) {}
  static llvm::SmallVector<Scalar, 3> wrap(mlir::OpBuilder &builder, mlir::Location loc,
                                           mlir::ValueRange values);

  mlir::Value getValue() const { return value; }
  mlir::Type getType() const { return value.getType(); }
  mlir::OpBuilder &getBuilder() const { return *builder; }
  mlir::Location getLoc() const { return loc; }
  bool isFloat() const { return llvm::isa<mlir::FloatType>(getType()); }
  bool isBool() const { return getType().isInteger(1); }
  /// A constant of this scalar's type.
  Scalar constant(double number) const;
  Scalar with(mlir::Value other) const { return Scalar(*builder, loc, other); }

private:
  mlir::OpBuilder *builder;
  mlir::Location loc;
  mlir::Value value;
};

Scalar operator+(Scalar a, Scalar b);
Scalar operator-(Scalar a, Scalar b);
Scalar operator*(Scalar a, Scalar b);
Scalar operator/(Scalar a, Scalar b);
Scalar operator-(Scalar a);
// Comparisons give i1; of NaN all but != are false.
Scalar operator==(Scalar a, Scalar b);
Scalar operator!=(Scalar a, Scalar b);
Scalar operator<(Scalar a, Scalar b);
Scalar operator<=(Scalar a, Scalar b);
Scalar operator>(Scalar a, Scalar b);
Scalar operator>=(Scalar a, Scalar b);
// Of i1.
Scalar operator&(Scalar a, Scalar b);
Scalar operator|(Scalar a, Scalar b);
Scalar operator!(Scalar a);

Scalar select(Scalar condition, Scalar onTrue, Scalar onFalse);
/// NaN where either is; the larger or smaller otherwise.
Scalar maximum(Scalar a, Scalar b);
Scalar minimum(Scalar a, Scalar b);
Scalar abs(Scalar a);
Scalar sign(Scalar a);
Scalar floor(Scalar a);
Scalar ceil(Scalar a);
/// Halves to even.
Scalar round(Scalar a);
/// floor(a / b); for integers exact, division by zero gives 0.
Scalar floorDiv(Scalar a, Scalar b);
/// a - b * floorDiv(a, b).
Scalar mod(Scalar a, Scalar b);
Scalar exp(Scalar a);
Scalar log(Scalar a);
Scalar sqrt(Scalar a);
Scalar tanh(Scalar a);
Scalar erf(Scalar a);
Scalar sigmoid(Scalar a);
Scalar sin(Scalar a);
Scalar cos(Scalar a);
Scalar pow(Scalar a, Scalar b);
/// As nn.convert: to a float, integer or bool type.
Scalar convert(Scalar a, mlir::Type type);

} // namespace nnc::ir

#endif // NNC_IR_SCALAR_EXPR_H
