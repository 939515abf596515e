//===- ScalarBody.h - the scalar formula of an element-wise operation, run in double ---===//
//
// Emits the body that the operation's record states (through ElementOpInterface) once, and
// interprets its arith and math operations for each element. Integers and bools are doubles that
// hold them exactly (below 2^53).
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_OPS_SCALAR_BODY_H
#define NNC_TEST_UNIT_OPS_SCALAR_BODY_H

#include "compiler/ir/NN.h"

namespace nnc::test {

class ScalarBody {
public:
  /// `op` is element-wise.
  explicit ScalarBody(ir::ElementOpInterface op);
  /// The result's element for these elements of the operands; ends the program where the body has
  /// an operation that it does not know.
  double evaluate(llvm::ArrayRef<double> elements);

private:
  mlir::Block block;
  mlir::Value result;
  llvm::DenseMap<mlir::Value, double> values;
};

} // namespace nnc::test

#endif // NNC_TEST_UNIT_OPS_SCALAR_BODY_H
