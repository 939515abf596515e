//===- EvaluatorControl.cpp - blocks, loops, branches and variables, interpreted ------===//

#include "Evaluation.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::test {

void Evaluation::set(Value value, Tensor tensor) {
  auto type = llvm::dyn_cast<NNTensorType>(value.getType());
  if (rounding == Rounding::ToF32 && type && type.isFloat())
    for (double &element : tensor.elements)
      element = static_cast<float>(element);
  values.insert_or_assign(value, std::move(tensor));
}

/// Row `i` of a tensor is `count` elements from `i * count` on.
static int64_t getRowCount(const Tensor &stacked) {
  return stacked.shape[0] == 0 ? 0 : stacked.elements.size() / stacked.shape[0];
}

LogicalResult Evaluation::scan(ScanOp op) {
  std::vector<Tensor> carried, stacked;
  for (Value init : op.getInits())
    carried.push_back(get(init));
  for (Value result : op.getStacked())
    stacked.push_back(Tensor(getShape(llvm::cast<NNTensorType>(result.getType()), sizes)));
  for (auto [argument, capture] : llvm::zip_equal(op.getCaptureArguments(), op.getCaptures()))
    set(argument, get(capture));
  int64_t length = size(op.getLengthDim());
  for (int64_t turn = 0; turn < length; ++turn) {
    int64_t index = op.getReverse() ? length - 1 - turn : turn;
    set(op.getIndex(), Tensor({}, index));
    for (auto [argument, source] : llvm::zip_equal(op.getRowArguments(), op.getSources())) {
      const Tensor &from = get(source);
      Tensor row(Shape(from.shape.begin() + 1, from.shape.end()));
      std::copy_n(from.elements.begin() + index * getRowCount(from), getRowCount(from),
                  row.elements.begin());
      set(argument, row);
    }
    for (auto [argument, value] : llvm::zip_equal(op.getCarriedArguments(), carried))
      set(argument, value);
    if (failed(run(op.getBlock())))
      return failure();
    for (auto [value, next] : llvm::zip_equal(carried, op.getNext()))
      value = get(next);
    for (auto [to, row] : llvm::zip_equal(stacked, op.getRows()))
      llvm::copy(get(row).elements, to.elements.begin() + index * getRowCount(to));
  }
  for (auto [result, value] : llvm::zip_equal(op.getFinals(), carried))
    set(result, value);
  for (auto [result, value] : llvm::zip_equal(op.getStacked(), stacked))
    set(result, value);
  return success();
}

LogicalResult Evaluation::loop(ForOp op) {
  int64_t lower = get(op.getLower()).elements[0], upper = get(op.getUpper()).elements[0];
  for (int64_t turn = lower; turn < upper; ++turn) {
    Block &body = op.getBody().front();
    set(body.getArgument(0), Tensor({}, turn));
    FailureOr<Flow> flow = run(body);
    if (failed(flow))
      return failure();
    if (*flow == Flow::Break)
      break;
  }
  return success();
}

LogicalResult Evaluation::loop(WhileOp op) {
  Block &condition = op.getCondition().front();
  while (true) {
    if (failed(run(condition)))
      return failure();
    if (get(condition.getTerminator()->getOperand(0)).elements[0] == 0)
      return success();
    FailureOr<Flow> flow = run(op.getBody().front());
    if (failed(flow))
      return failure();
    if (*flow == Flow::Break)
      return success();
  }
}

void Evaluation::assignRows(AssignRowsOp op) {
  Tensor &variable = variables.find(op.getVariable())->second;
  const Tensor &rows = get(op.getValue());
  int64_t first = get(op.getFirst()).elements[0];
  if (first < 0 || first + rows.shape[0] > variable.shape[0])
    llvm::report_fatal_error("the evaluator writes beyond a tensor");
  llvm::copy(rows.elements, variable.elements.begin() + first * getRowCount(variable));
}

FailureOr<Flow> Evaluation::step(Operation &any) {
  if (auto op = llvm::dyn_cast<ScanOp>(any)) {
    if (failed(scan(op)))
      return failure();
  } else if (auto op = llvm::dyn_cast<ForOp>(any)) {
    if (failed(loop(op)))
      return failure();
  } else if (auto op = llvm::dyn_cast<WhileOp>(any)) {
    if (failed(loop(op)))
      return failure();
  } else if (auto op = llvm::dyn_cast<IfOp>(any)) {
    bool taken = get(op.getCondition()).elements[0] != 0;
    return run(taken ? op.getThenRegion().front() : op.getElseRegion().front());
  } else if (auto op = llvm::dyn_cast<AssignOp>(any)) {
    variables.insert_or_assign(op.getVariable(), get(op.getValue()));
  } else if (auto op = llvm::dyn_cast<AssignRowsOp>(any)) {
    assignRows(op);
  } else if (auto op = llvm::dyn_cast<ReadOp>(any)) {
    set(op.getResult(), variables.find(op.getVariable())->second);
  } else if (auto op = llvm::dyn_cast<AssertOp>(any)) {
    if (get(op.getCondition()).elements[0] == 0)
      return op.emitError("does not hold");
  } else if (auto op = llvm::dyn_cast<VariableOp>(any)) {
    // As the memory of a program starts.
    variables.insert_or_assign(op.getSymName(),
                               Tensor(getShape(llvm::cast<NNTensorType>(op.getType()), sizes)));
  } else {
    FailureOr<Tensor> tensor = compute(any);
    if (failed(tensor))
      return failure();
    set(any.getResult(0), std::move(*tensor));
  }
  return Flow::Next;
}

FailureOr<Flow> Evaluation::run(Block &block) {
  for (Operation &op : block) {
    if (op.hasTrait<OpTrait::IsTerminator>())
      return llvm::isa<BreakOp>(op)      ? Flow::Break
             : llvm::isa<ContinueOp>(op) ? Flow::Continue
                                         : Flow::Next;
    FailureOr<Flow> flow = step(op);
    if (failed(flow) || *flow != Flow::Next)
      return flow;
  }
  return Flow::Next;
}

FailureOr<std::vector<Tensor>> evaluate(FuncOp function, const Sizes &sizes,
                                        llvm::ArrayRef<Tensor> arguments, Rounding rounding) {
  Evaluation evaluation(sizes, rounding);
  Block &body = function.getBody().front();
  for (auto [argument, tensor] : llvm::zip_equal(body.getArguments(), arguments))
    evaluation.set(argument, tensor);
  if (failed(evaluation.run(body)))
    return failure();
  std::vector<Tensor> results;
  for (Value value : body.getTerminator()->getOperands())
    results.push_back(evaluation.get(value));
  return results;
}

} // namespace nnc::test
