//===- LegaliseContract.cpp - transposes that matrix products need -------------------===//

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

struct LegaliseContract : nnc::optimise::impl::LegaliseContractBase<LegaliseContract> {
  void runOnOperation() override {
    getOperation()->walk([](ContractOp op) {
      if (!getContractLayout(op))
        legalise(op);
    });
  }

  /// Brings an operand into the order batch, free, contract; updates the axis numbers.
  static void reorder(OpBuilder &builder, Location loc, OpOperand &operand, Axes &batch,
                      const Axes &free, Axes &contract) {
    Axes order = batch;
    llvm::append_range(order, free);
    llvm::append_range(order, contract);
    operand.set(TransposeOp::create(builder, loc, operand.get(), order));
    batch = llvm::to_vector(llvm::seq<int64_t>(0, batch.size()));
    contract = llvm::to_vector(llvm::seq<int64_t>(batch.size() + free.size(), order.size()));
  }

  static void legalise(ContractOp op) {
    Axes lhsBatch(op.getLhsBatch()), rhsBatch(op.getRhsBatch());
    Axes lhsFree = op.getLhsFree(), rhsFree = op.getRhsFree();
    // The pairs of summed axes in the order that lhs has them; rhs must follow it.
    llvm::SmallVector<std::pair<int64_t, int64_t>> pairs;
    for (auto [left, right] : llvm::zip_equal(op.getLhsContract(), op.getRhsContract()))
      pairs.emplace_back(left, right);
    llvm::sort(pairs);
    Axes lhsContract = llvm::to_vector(llvm::make_first_range(pairs));
    Axes rhsContract = llvm::to_vector(llvm::make_second_range(pairs));
    OpBuilder builder(op);
    if (!getMatrixLayout(op.getLhs().getType(), lhsBatch, lhsFree, lhsContract))
      reorder(builder, op.getLoc(), op.getLhsMutable(), lhsBatch, lhsFree, lhsContract);
    if (!getMatrixLayout(op.getRhs().getType(), rhsBatch, rhsContract, rhsFree))
      reorder(builder, op.getLoc(), op.getRhsMutable(), rhsBatch, rhsFree, rhsContract);
    op.setLhsBatch(lhsBatch);
    op.setRhsBatch(rhsBatch);
    op.setLhsContract(lhsContract);
    op.setRhsContract(rhsContract);
  }
};

} // namespace
