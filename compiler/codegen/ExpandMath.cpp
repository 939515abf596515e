//===- ExpandMath.cpp - f32 functions into arithmetic ------------------------===//
//
// Replaces elementary functions on scalar f32 by ScalarMath's arithmetic. Needs nothing of its
// input; leaves f64, vectors and all other functions as they are. Lets maximumf and minimumf choose
// among zeros of different signs: x86 then needs one instruction where an operand is a constant and
// three elsewhere (NaN is still kept), instead of five, in element-wise loops and in reductions.
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Passes.h"
#include "compiler/codegen/ScalarMath.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

namespace nnc::codegen {
#define GEN_PASS_DEF_EXPANDMATH
#include "compiler/codegen/Passes.h.inc"

using namespace mlir;

namespace {

/// Powers that a few exact or once rounded operations give; null for others.
Value expandConstantPower(OpBuilder &builder, Location loc, Value x, Value y) {
  FloatAttr exponent;
  if (!matchPattern(y, m_Constant(&exponent)))
    return {};
  double value = exponent.getValueAsDouble();
  if (value == 1)
    return x;
  if (value == 2)
    return arith::MulFOp::create(builder, loc, x, x);
  if (value == 3)
    return arith::MulFOp::create(builder, loc, arith::MulFOp::create(builder, loc, x, x), x);
  if (value == -1) {
    Value one = arith::ConstantOp::create(builder, loc, builder.getFloatAttr(x.getType(), 1.0));
    return arith::DivFOp::create(builder, loc, one, x);
  }
  return {};
}

/// The functions on f32 that have an expansion.
struct Expansion {
  llvm::StringRef operation;
  Value (*emit)(ScalarMath &, ValueRange);
};
const Expansion expansions[] = {
    {math::ExpOp::getOperationName(), [](ScalarMath &m, ValueRange x) { return m.exp(x[0]); }},
    {math::LogOp::getOperationName(), [](ScalarMath &m, ValueRange x) { return m.log(x[0]); }},
    {math::TanhOp::getOperationName(), [](ScalarMath &m, ValueRange x) { return m.tanh(x[0]); }},
    {math::ErfOp::getOperationName(), [](ScalarMath &m, ValueRange x) { return m.erf(x[0]); }},
    {math::PowFOp::getOperationName(),
     [](ScalarMath &m, ValueRange x) { return m.pow(x[0], x[1]); }},
};

/// What replaces the operation; null to keep it.
Value expand(OpBuilder &builder, Operation *op) {
  if (op->getNumResults() != 1)
    return {};
  Type type = op->getResult(0).getType();
  if (isa<math::PowFOp>(op) && (type.isF32() || type.isF64()))
    if (Value power =
            expandConstantPower(builder, op->getLoc(), op->getOperand(0), op->getOperand(1)))
      return power;
  const auto *expansion = llvm::find_if(expansions, [&](const Expansion &candidate) {
    return candidate.operation == op->getName().getStringRef();
  });
  if (expansion == std::end(expansions) || !type.isF32())
    return {};
  ScalarMath math(builder, op->getLoc());
  return expansion->emit(math, op->getOperands());
}

struct ExpandMath : impl::ExpandMathBase<ExpandMath> {
  void runOnOperation() override {
    getOperation()->walk([](Operation *op) {
      if (isa<arith::MaximumFOp, arith::MinimumFOp>(op)) {
        auto math = cast<arith::ArithFastMathInterface>(op);
        auto flags = math.getFastMathFlagsAttr().getValue() | arith::FastMathFlags::nsz;
        op->setAttr(math.getFastMathAttrName(),
                    arith::FastMathFlagsAttr::get(op->getContext(), flags));
      }
      if (!isa_and_present<math::MathDialect>(op->getDialect()))
        return;
      OpBuilder builder(op);
      if (Value result = expand(builder, op)) {
        op->getResult(0).replaceAllUsesWith(result);
        op->erase();
      }
    });
  }
};

} // namespace
} // namespace nnc::codegen
