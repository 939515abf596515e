//===- Evaluation.h - the state of one run of the evaluator ---------------------------===//
//
// Shared by Evaluator.cpp (what each tensor operation is) and EvaluatorControl.cpp (blocks, loops,
// branches, variables). An operation's result is computed from values that are set already.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_OPS_EVALUATION_H
#define NNC_TEST_UNIT_OPS_EVALUATION_H

#include "Evaluator.h"
#include "Formulas.h"

namespace nnc::test {

/// How a block ended.
enum class Flow { Next, Break, Continue };

class Evaluation {
public:
  Evaluation(const Sizes &sizes, Rounding rounding) : sizes(sizes), rounding(rounding) {}

  void set(mlir::Value value, Tensor tensor);
  const Tensor &get(mlir::Value value) const { return values.find(value)->second; }
  /// The value of an operation with one result.
  mlir::FailureOr<Tensor> compute(mlir::Operation &op);
  /// All operations of a block.
  mlir::FailureOr<Flow> run(mlir::Block &block);

private:
  mlir::FailureOr<Tensor> arrange(mlir::Operation &op);
  mlir::FailureOr<Flow> step(mlir::Operation &op);
  mlir::LogicalResult scan(ir::ScanOp op);
  mlir::LogicalResult loop(ir::ForOp op);
  mlir::LogicalResult loop(ir::WhileOp op);
  void assignRows(ir::AssignRowsOp op);
  int64_t size(ir::Dim dim) { return getValue(dim, sizes); }
  Tensor resultOf(mlir::Operation &op) {
    return Tensor(getShape(llvm::cast<ir::NNTensorType>(op.getResult(0).getType()), sizes));
  }
  /// Computes each element of the result.
  Tensor fill(mlir::Operation &op, llvm::function_ref<double(Index &)> element) {
    Tensor result = resultOf(op);
    forEachIndex(result.shape, [&](Index &index) { result.at(index) = element(index); });
    return result;
  }
  Tensor elementwise(mlir::Operation &op, Formula formula);
  Tensor constant(ir::ConstantOp op);
  Tensor concat(ir::ConcatOp op);
  Tensor pad(ir::PadOp op);
  Tensor reduce(ir::ReduceOp op);
  Tensor contract(ir::ContractOp op);
  Tensor argsort(ir::ArgSortOp op);
  /// Where gather reads, and scatter_add adds, for an index of gather's result.
  Index getGathered(const Tensor &indices, int64_t batch, const Index &index);

  const Sizes &sizes;
  Rounding rounding;
  llvm::DenseMap<mlir::Value, Tensor> values;
  llvm::StringMap<Tensor> variables;
};

} // namespace nnc::test

#endif // NNC_TEST_UNIT_OPS_EVALUATION_H
