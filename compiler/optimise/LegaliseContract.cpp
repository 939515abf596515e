//===- LegaliseContract.cpp - transposes that matrix products need -------------------===//

#include "compiler/ir/Origin.h"
#include "compiler/optimise/ContractLayout.h"
#include "compiler/optimise/Passes.h"

using namespace mlir;
using namespace nnc::ir;
using namespace nnc::optimise;

namespace nnc::optimise {
#define GEN_PASS_DEF_LEGALISECONTRACT
#include "compiler/optimise/Passes.h.inc"
} // namespace nnc::optimise

namespace {

using Axes = llvm::SmallVector<int64_t>;

/// Elements that one product of a sum of products should have along its summed axis.
constexpr int64_t smallestSummed = 4;

struct LegaliseContract : nnc::optimise::impl::LegaliseContractBase<LegaliseContract> {
  void runOnOperation() override {
    getOperation()->walk([](ContractOp op) { legalise(op); });
  }

  /// Brings an operand into the order batch, free, contract; gives the new axis numbers.
  static void reorder(ContractOp op, bool isLhs) {
    OpOperand &operand = isLhs ? op.getLhsMutable() : op.getRhsMutable();
    Axes batch(isLhs ? op.getLhsBatch() : op.getRhsBatch());
    Axes contract(isLhs ? op.getLhsContract() : op.getRhsContract());
    Axes free = isLhs ? op.getLhsFree() : op.getRhsFree(), order;
    for (int64_t &axis : batch)
      if (axis >= 0) {
        order.push_back(axis);
        axis = order.size() - 1;
      }
    llvm::append_range(order, free);
    for (int64_t &axis : contract) {
      order.push_back(axis);
      axis = order.size() - 1;
    }
    if (llvm::is_sorted(order))
      return;
    OpBuilder builder(op);
    operand.set(TransposeOp::create(builder, getScheduleLocation(op), operand.get(), order));
    isLhs ? op.setLhsBatch(batch) : op.setRhsBatch(batch);
    isLhs ? op.setLhsContract(contract) : op.setRhsContract(contract);
  }

  /// Whether the operands can be used as they lie, and not as a sum of products of a few elements
  /// each, where packing them would cost more than a transpose.
  static bool isGood(ContractOp op) {
    std::optional<ContractLayout> layout = getContractLayout(op);
    return layout && (layout->sum.isStatic(1) || !layout->k.isStatic() ||
                      layout->k.getStatic() >= smallestSummed);
  }

  static void legalise(ContractOp op) {
    if (isGood(op))
      return;
    // The pairs of summed axes in the order that lhs has them; rhs must follow it.
    llvm::SmallVector<std::pair<int64_t, int64_t>> pairs;
    for (auto [left, right] : llvm::zip_equal(op.getLhsContract(), op.getRhsContract()))
      pairs.emplace_back(left, right);
    llvm::sort(pairs);
    op.setLhsContract(llvm::to_vector(llvm::make_first_range(pairs)));
    op.setRhsContract(llvm::to_vector(llvm::make_second_range(pairs)));
    // One operand may be enough: the smaller one, where that can be told.
    auto getCount = [](Value value) {
      return llvm::cast<NNTensorType>(value.getType()).getCount();
    };
    Dim difference = getCount(op.getLhs()) - getCount(op.getRhs());
    bool lhsFirst = difference.isStatic() && difference.getStatic() < 0;
    for (bool isLhs : {lhsFirst, !lhsFirst})
      if (!isGood(op))
        reorder(op, isLhs);
    if (getContractLayout(op))
      return;
    // Axes that one operand or the other lacks, in turns: repeat what is the same.
    for (bool isLhs : {true, false})
      repeat(op, isLhs);
  }

  /// Gives an operand that is in the order batch, free, contract all axes of the batch.
  static void repeat(ContractOp op, bool isLhs) {
    OpOperand &operand = isLhs ? op.getLhsMutable() : op.getRhsMutable();
    auto type = llvm::cast<NNTensorType>(operand.get().getType());
    llvm::ArrayRef<int64_t> batch = isLhs ? op.getLhsBatch() : op.getRhsBatch();
    int64_t lacking = llvm::count(batch, -1), present = batch.size() - lacking;
    if (lacking == 0)
      return;
    llvm::SmallVector<Dim> shape(llvm::ArrayRef(op.getType().getShape()).take_front(batch.size()));
    llvm::append_range(shape, llvm::ArrayRef(type.getShape()).drop_front(present));
    Axes axes, contract(isLhs ? op.getLhsContract() : op.getRhsContract());
    for (auto [i, axis] : llvm::enumerate(batch))
      if (axis >= 0)
        axes.push_back(i);
    llvm::append_range(axes, llvm::seq<int64_t>(batch.size(), shape.size()));
    for (int64_t &axis : contract)
      axis += lacking;
    OpBuilder builder(op);
    operand.set(BroadcastOp::create(builder, getScheduleLocation(op), type.withShape(shape),
                                    operand.get(), axes));
    Axes all = llvm::to_vector(llvm::seq<int64_t>(0, batch.size()));
    isLhs ? op.setLhsBatch(all) : op.setRhsBatch(all);
    isLhs ? op.setLhsContract(contract) : op.setRhsContract(contract);
  }
};

} // namespace
