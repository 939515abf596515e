//===- ScalarExpr.h - arithmetic on scalars, written as formulas ----------------===//
//
// Scalar wraps a scalar SSA value. Its operators and functions (Expression.h) emit `arith` and
// `math` operations that fit its type: the bodies of kernels, and what the elaborator folds.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_SCALAR_EXPR_H
#define NNC_IR_SCALAR_EXPR_H

#include "compiler/ir/Expression.h"

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

  /// The scalar body of an element-wise operation.
  template <typename Op> static Scalar call(llvm::ArrayRef<Scalar> operands) {
    llvm::SmallVector<mlir::Value, 3> values;
    for (const Scalar &operand : operands)
      values.push_back(operand.getValue());
    const Scalar &first = operands.front();
    return first.with(Op::emitScalar(*first.builder, first.loc, values));
  }

private:
  mlir::OpBuilder *builder;
  mlir::Location loc;
  mlir::Value value;
};

/// As nn.convert: to a float, integer or bool type.
Scalar convert(Scalar a, mlir::Type type);

} // namespace nnc::ir

#endif // NNC_IR_SCALAR_EXPR_H
