//===- SimplifyStructure.cpp - cheaper and more fusable structure -------------------===//
//
// Needs expanded gradients. What it rewrites is what gradient rules naturally leave behind: a
// gather's transpose where each row has one index, and transposes around matrix products.
//
//===----------------------------------------------------------------------===//

#include "compiler/optimise/Passes.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::optimise {
#define GEN_PASS_DEF_SIMPLIFYSTRUCTURE
#include "compiler/optimise/Passes.h.inc"
} // namespace nnc::optimise

namespace {

using Axes = llvm::SmallVector<int64_t>;

/// scatter_add with one index for each row adds nothing up: result[p.., j, r..] is a[p.., r..]
/// where j is the row's index, else 0.
struct PairedScatter : OpRewritePattern<ScatterAddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ScatterAddOp op, PatternRewriter &rewriter) const override {
    NNTensorType indices = op.getIndices().getType(), type = op.getType();
    int64_t batch = op.getBatch();
    if (indices.getRank() != batch)
      return failure();
    Location loc = op.getLoc();
    Axes rows = llvm::to_vector(llvm::seq<int64_t>(0, batch)), others = rows;
    for (int64_t axis = batch + 1; axis < type.getRank(); ++axis)
      others.push_back(axis);
    NNTensorType indexType = type.withElementType(indices.getElementType());
    Value position = IotaOp::create(rewriter, loc, indexType, batch);
    Value chosen = BroadcastOp::create(rewriter, loc, indexType, op.getIndices(), rows);
    Value isChosen = EqOp::create(rewriter, loc, position, chosen);
    Value spread = BroadcastOp::create(rewriter, loc, type, op.getA(), others);
    Value zero = createFilled(rewriter, loc, type, 0);
    rewriter.replaceOpWithNewOp<SelectOp>(op, type, isChosen, spread, zero);
    return success();
  }
};

/// A transposed operand of a contraction is the operand itself with other axis numbers.
struct TransposeIntoContract : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  /// `axes` of the transpose's result as axes of its operand.
  static Axes mapAxes(TransposeOp transpose, llvm::ArrayRef<int64_t> axes) {
    Axes mapped;
    for (int64_t axis : axes)
      mapped.push_back(axis < 0 ? axis : transpose.getPermutation()[axis]);
    return mapped;
  }

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    auto lhs = op.getLhs().getDefiningOp<TransposeOp>();
    auto rhs = op.getRhs().getDefiningOp<TransposeOp>();
    // The result has the free axes in the operand's order, which must stay.
    if (lhs && !llvm::is_sorted(mapAxes(lhs, op.getLhsFree())))
      lhs = nullptr;
    if (rhs && !llvm::is_sorted(mapAxes(rhs, op.getRhsFree())))
      rhs = nullptr;
    if (!lhs && !rhs)
      return failure();
    auto map = [](TransposeOp transpose, llvm::ArrayRef<int64_t> axes) {
      return transpose ? mapAxes(transpose, axes) : Axes(axes);
    };
    rewriter.replaceOpWithNewOp<ContractOp>(
        op, lhs ? lhs.getA() : op.getLhs(), rhs ? rhs.getA() : op.getRhs(),
        map(lhs, op.getLhsBatch()), map(rhs, op.getRhsBatch()), map(lhs, op.getLhsContract()),
        map(rhs, op.getRhsContract()));
    return success();
  }
};

/// transpose(contract(a, b)) that exchanges the two groups of free axes is contract(b, a).
struct TransposeOfContract : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto contract = op.getA().getDefiningOp<ContractOp>();
    if (!contract || !contract->hasOneUse())
      return failure();
    int64_t batch = contract.getLhsBatch().size(), left = contract.getLhsFree().size(),
            right = contract.getRhsFree().size();
    Axes exchanged = llvm::to_vector(llvm::seq<int64_t>(0, batch));
    llvm::append_range(exchanged, llvm::seq<int64_t>(batch + left, batch + left + right));
    llvm::append_range(exchanged, llvm::seq<int64_t>(batch, batch + left));
    if (op.getPermutation() != llvm::ArrayRef<int64_t>(exchanged))
      return failure();
    rewriter.replaceOpWithNewOp<ContractOp>(op, contract.getRhs(), contract.getLhs(),
                                            contract.getRhsBatch(), contract.getLhsBatch(),
                                            contract.getRhsContract(), contract.getLhsContract());
    return success();
  }
};

struct EmptyReduction : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op, PatternRewriter &rewriter) const override {
    if (!op.getAxes().empty())
      return failure();
    rewriter.replaceOp(op, op.getA());
    return success();
  }
};

struct SimplifyStructure : nnc::optimise::impl::SimplifyStructureBase<SimplifyStructure> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<PairedScatter, TransposeIntoContract, TransposeOfContract, EmptyReduction>(
        &getContext());
    // These alone, and what comes of them: to look at every operation takes longer than all the
    // rest.
    llvm::SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (llvm::isa<ScatterAddOp, TransposeOp, ContractOp, ReduceOp>(op))
        ops.push_back(op);
    });
    if (failed(applyOpPatternsGreedily(ops, std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
