//===- Formulas.cpp - what element-wise operations compute, in double precision ---------===//

#include "Formulas.h"
#include "compiler/ir/Number.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace nnc::ir;

namespace nnc::test {

Formula findFormula(Operation &op) {
  static const llvm::StringMap<Formula> formulas = [] {
    llvm::StringMap<Formula> all;
    forEachFormula([&]<typename Op>() {
      all[Op::getOperationName()] = [](llvm::ArrayRef<double> elements) {
        llvm::SmallVector<Number, 3> numbers;
        for (double element : elements)
          numbers.emplace_back(element);
        return Op::template formula<Number>(numbers).getValue();
      };
    });
    return all;
  }();
  return formulas.lookup(op.getName().getStringRef());
}

double convert(double value, Type type) {
  if (type.isInteger(1))
    return value != 0;
  if (llvm::isa<FloatType>(type))
    return value;
  double limit = std::ldexp(1, type.getIntOrFloatBitWidth() - 1);
  return std::isnan(value) ? 0 : std::clamp(std::trunc(value), -limit, limit - 1);
}

} // namespace nnc::test
