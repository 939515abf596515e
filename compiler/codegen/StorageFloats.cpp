//===- StorageFloats.cpp - bf16 is stored, f32 is computed with ---------------------------===//
//
// Arithmetic on bf16, of which the language leaves only sums of gradients, becomes arithmetic on
// f32 between conversions, and conversions become operations on bits: LLVM would call functions
// that no library of ours has.
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nnc::codegen {
#define GEN_PASS_DEF_EXPANDSTORAGEFLOATS
#include "compiler/codegen/Passes.h.inc"

using namespace mlir;

namespace {

bool isStored(Type type) { return type.isBF16(); }

/// What is stored are 16 bits: LLVM would choose among bf16s, and has to call a function for that.
struct StoreBits : OpRewritePattern<LLVM::StoreOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(LLVM::StoreOp op, PatternRewriter &rewriter) const override {
    if (!isStored(op.getValue().getType()))
      return failure();
    Value bits =
        arith::BitcastOp::create(rewriter, op.getLoc(), rewriter.getI16Type(), op.getValue());
    rewriter.modifyOpInPlace(op, [&] { op.getValueMutable().assign(bits); });
    return success();
  }
};

struct ExpandStorageFloats : impl::ExpandStorageFloatsBase<ExpandStorageFloats> {
  void runOnOperation() override {
    WalkResult found = getOperation()->walk([&](Operation *op) {
      bool has = llvm::any_of(op->getResultTypes(), isStored) ||
                 llvm::any_of(op->getOperandTypes(), isStored);
      return has ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (!found.wasInterrupted())
      return;
    MLIRContext *context = &getContext();
    TypeConverter converter;
    arith::populateEmulateUnsupportedFloatsConversions(converter, {BFloat16Type::get(context)},
                                                       Float32Type::get(context));
    RewritePatternSet emulation(context), bits(context);
    arith::populateEmulateUnsupportedFloatsPatterns(emulation, converter);
    ConversionTarget target(*context);
    arith::populateEmulateUnsupportedFloatsLegality(target, converter);
    if (failed(applyPartialConversion(getOperation(), target, std::move(emulation))))
      return signalPassFailure();
    arith::populateExpandBFloat16Patterns(bits);
    bits.add<StoreBits>(context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(bits))))
      signalPassFailure();
  }
};

} // namespace
} // namespace nnc::codegen
