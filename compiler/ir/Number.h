//===- Number.h - formulas computed in double precision --------------------------===//
//
// Number holds a double. Its operators and functions (Expression.h) compute: constants of f64, and
// what tests compare with. Integers and bools are doubles that hold them exactly.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_NUMBER_H
#define NNC_IR_NUMBER_H

#include "compiler/ir/Expression.h"

namespace nnc::ir {

class Number {
public:
  explicit Number(double value) : value(value) {}
  double getValue() const { return value; }
  Number constant(double number) const { return Number(number); }

  /// The operation's formula; of a primitive operation, what its record says of doubles.
  template <typename Op> static Number call(llvm::ArrayRef<Number> operands) {
    if constexpr (requires(llvm::ArrayRef<double> in) { Op::compute(in); }) {
      llvm::SmallVector<double, 3> values;
      for (const Number &operand : operands)
        values.push_back(operand.value);
      return Number(Op::compute(values));
    } else {
      return Op::template formula<Number>(operands);
    }
  }

private:
  double value;
};

} // namespace nnc::ir

#endif // NNC_IR_NUMBER_H
