//===- StorageFloats.cpp - bf16 is stored, f32 is computed with ---------------------------===//
//
// Arithmetic on bf16, of which the language leaves only sums of gradients, becomes arithmetic on
// f32 between conversions, conversions become operations on bits, and then all bf16s i16s: LLVM,
// which keeps a bf16 as an f32, would call functions that no library of ours has.
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nnc::codegen {
#define GEN_PASS_DEF_EXPANDSTORAGEFLOATS
#include "compiler/codegen/Passes.h.inc"

using namespace mlir;

namespace {

bool isStored(Type type) { return type.isBF16(); }

/// An f64 becomes a bf16 by way of an f32. So that two roundings are one, the first is to odd: of
/// the two f32s around the number, the one whose last bit is 1 cannot lie halfway between two
/// bf16s.
struct NarrowByF32 : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::TruncFOp op, PatternRewriter &rewriter) const override {
    if (!isStored(op.getType()) || !op.getIn().getType().isF64())
      return failure();
    Location loc = op.getLoc();
    Type i32 = rewriter.getI32Type(), f32 = rewriter.getF32Type(), f64 = rewriter.getF64Type();
    auto number = [&](int64_t value) {
      return arith::ConstantOp::create(rewriter, loc, rewriter.getI32IntegerAttr(value));
    };
    Value nearest = arith::TruncFOp::create(rewriter, loc, f32, op.getIn());
    Value back = arith::ExtFOp::create(rewriter, loc, f64, nearest);
    Value isInexact = // false for a NaN
        arith::CmpFOp::create(rewriter, loc, arith::CmpFPredicate::ONE, back, op.getIn());
    Value zero = arith::ConstantOp::create(rewriter, loc, rewriter.getF64FloatAttr(0));
    Value isAway = arith::XOrIOp::create( // from zero
        rewriter, loc,
        arith::CmpFOp::create(rewriter, loc, arith::CmpFPredicate::OGT, back, op.getIn()),
        arith::CmpFOp::create(rewriter, loc, arith::CmpFPredicate::OLT, op.getIn(), zero));
    Value bits = arith::BitcastOp::create(rewriter, loc, i32, nearest);
    // The one that is nearer to zero; then its last bit is set.
    Value away = arith::ExtUIOp::create(rewriter, loc, i32, isAway);
    Value odd = arith::OrIOp::create(rewriter, loc,
                                     arith::SubIOp::create(rewriter, loc, bits, away), number(1));
    Value chosen = arith::SelectOp::create(rewriter, loc, isInexact, odd, bits);
    Value rounded = arith::BitcastOp::create(rewriter, loc, f32, chosen);
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), rounded);
    return success();
  }
};

/// A bf16 becomes an f64 by way of an f32, exactly.
struct WidenByF32 : OpRewritePattern<arith::ExtFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::ExtFOp op, PatternRewriter &rewriter) const override {
    if (!isStored(op.getIn().getType()) || !op.getType().isF64())
      return failure();
    Value wide = arith::ExtFOp::create(rewriter, op.getLoc(), rewriter.getF32Type(), op.getIn());
    rewriter.replaceOpWithNewOp<arith::ExtFOp>(op, op.getType(), wide);
    return success();
  }
};

/// Where nothing computes with bf16s any more: makes them the i16s that they are stored as.
void retypeAsBits(Operation *module) {
  Type bits = IntegerType::get(module->getContext(), 16);
  auto retype = [&](auto values) {
    for (Value value : values)
      if (isStored(value.getType()))
        value.setType(bits);
  };
  llvm::SmallVector<arith::BitcastOp> casts;
  module->walk([&](Operation *op) {
    retype(op->getResults());
    for (Region &region : op->getRegions())
      for (Block &block : region)
        retype(block.getArguments());
    if (auto constant = llvm::dyn_cast<arith::ConstantOp>(op)) {
      auto number = llvm::dyn_cast<FloatAttr>(constant.getValue());
      if (number && isStored(number.getType()))
        constant.setValueAttr(IntegerAttr::get(bits, number.getValue().bitcastToAPInt()));
    } else if (auto cast = llvm::dyn_cast<arith::BitcastOp>(op)) {
      casts.push_back(cast);
    } else if (auto function = llvm::dyn_cast<func::FuncOp>(op)) {
      auto convert = [&](llvm::ArrayRef<Type> types) {
        return llvm::map_to_vector(types, [&](Type type) { return isStored(type) ? bits : type; });
      };
      FunctionType type = function.getFunctionType();
      function.setType(FunctionType::get(module->getContext(), convert(type.getInputs()),
                                         convert(type.getResults())));
    }
  });
  for (arith::BitcastOp cast : casts)
    if (cast.getIn().getType() == cast.getType()) {
      cast.replaceAllUsesWith(cast.getIn());
      cast.erase();
    }
}

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
    bits.add<NarrowByF32, WidenByF32>(context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(bits))))
      return signalPassFailure();
    retypeAsBits(getOperation());
  }
};

} // namespace
} // namespace nnc::codegen
