//===- TensorExpr.h - arithmetic on tensors, written as formulas -----------------===//
//
// TensorExpr wraps a tensor value. Its operators and functions (Expression.h) emit nn operations:
// gradient rules, and rewriting.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_TENSOR_EXPR_H
#define NNC_IR_TENSOR_EXPR_H

#include "compiler/ir/Expression.h"

namespace nnc::ir {

class TensorExpr {
public:
  TensorExpr(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value)
      : builder(&builder), loc(loc), value(value) {}
  static llvm::SmallVector<TensorExpr, 3> wrap(mlir::OpBuilder &builder, mlir::Location loc,
                                               mlir::ValueRange values);

  mlir::Value getValue() const { return value; }
  NNTensorType getType() const { return llvm::cast<NNTensorType>(value.getType()); }
  TensorExpr with(mlir::Value other) const { return TensorExpr(*builder, loc, other); }
  /// A tensor of this one's type, every element `number`.
  TensorExpr constant(double number) const {
    return with(createFilled(*builder, loc, getType(), number));
  }

  /// The operation itself, of operands of one shape.
  template <typename Op> static TensorExpr call(llvm::ArrayRef<TensorExpr> operands) {
    llvm::SmallVector<mlir::Value, 3> values;
    for (const TensorExpr &operand : operands)
      values.push_back(operand.getValue());
    const TensorExpr &first = operands.front();
    return first.with(Op::create(*first.builder, first.loc, mlir::ValueRange(values)));
  }

private:
  mlir::OpBuilder *builder;
  mlir::Location loc;
  mlir::Value value;
};

} // namespace nnc::ir

#endif // NNC_IR_TENSOR_EXPR_H
