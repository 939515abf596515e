//===- ExpandMath.cpp - f32 functions into arithmetic ------------------------===//
//
// Replaces elementary functions on scalar f32 by ScalarMath's arithmetic: in loops where they
// stand, for the vectoriser; elsewhere by a call of one function for each, since an optimizer's
// step has a power for every variable. Needs nothing of its input; leaves f64 (but for
// expm1 and log1p, which become calls of libm), vectors and all other functions as they are. Lets
// maximumf and minimumf choose among zeros of different signs: x86 then needs one instruction where
// an operand is a constant and three elsewhere (NaN is still kept), instead of five, in
// element-wise loops and in reductions.
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Passes.h"
#include "compiler/codegen/ScalarMath.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

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
    {math::ExpM1Op::getOperationName(), [](ScalarMath &m, ValueRange x) { return m.expm1(x[0]); }},
    {math::Log1pOp::getOperationName(), [](ScalarMath &m, ValueRange x) { return m.log1p(x[0]); }},
    {math::LogOp::getOperationName(), [](ScalarMath &m, ValueRange x) { return m.log(x[0]); }},
    {math::TanhOp::getOperationName(), [](ScalarMath &m, ValueRange x) { return m.tanh(x[0]); }},
    {math::ErfOp::getOperationName(), [](ScalarMath &m, ValueRange x) { return m.erf(x[0]); }},
    {math::PowFOp::getOperationName(),
     [](ScalarMath &m, ValueRange x) { return m.pow(x[0], x[1]); }},
};

/// What LLVM has no intrinsic for is called in libm: MLIR would compute log(1 + x) as it stands.
struct LibraryFunction {
  llvm::StringRef operation, name;
};
constexpr LibraryFunction libraryFunctions[] = {
    {math::ExpM1Op::getOperationName(), "expm1"},
    {math::Log1pOp::getOperationName(), "log1p"},
};

/// The call of libm that computes what the operation does on f64; null where there is none.
Value callLibrary(OpBuilder &builder, Operation *op, ModuleOp module) {
  const auto *function = llvm::find_if(libraryFunctions, [&](const LibraryFunction &candidate) {
    return candidate.operation == op->getName().getStringRef();
  });
  if (function == std::end(libraryFunctions) || !op->getResult(0).getType().isF64())
    return {};
  auto declared = module.lookupSymbol<func::FuncOp>(function->name);
  if (!declared) {
    OpBuilder atModule = OpBuilder::atBlockEnd(module.getBody());
    Type type = builder.getF64Type();
    declared = func::FuncOp::create(atModule, module.getLoc(), function->name,
                                    builder.getFunctionType({type}, {type}));
    declared.setPrivate();
    declared->setAttr(LLVM::LLVMDialect::getReadnoneAttrName(), builder.getUnitAttr());
  }
  return func::CallOp::create(builder, op->getLoc(), declared, op->getOperands()).getResult(0);
}

/// The expansion of the operation, or null.
const Expansion *getExpansion(Operation *op) {
  const auto *expansion = llvm::find_if(expansions, [&](const Expansion &candidate) {
    return candidate.operation == op->getName().getStringRef();
  });
  bool applies = expansion != std::end(expansions) && op->getResult(0).getType().isF32();
  return applies ? expansion : nullptr;
}

struct ExpandMath : impl::ExpandMathBase<ExpandMath> {
  void runOnOperation() override {
    functions.clear();
    getOperation()->walk([&](Operation *op) {
      if (isa<arith::MaximumFOp, arith::MinimumFOp>(op)) {
        auto math = cast<arith::ArithFastMathInterface>(op);
        auto flags = math.getFastMathFlagsAttr().getValue() | arith::FastMathFlags::nsz;
        op->setAttr(math.getFastMathAttrName(),
                    arith::FastMathFlagsAttr::get(op->getContext(), flags));
      }
      if (isa_and_present<math::MathDialect>(op->getDialect()) && op->getNumResults() == 1)
        replace(op);
    });
  }

private:
  void replace(Operation *op) {
    OpBuilder builder(op);
    Location loc = op->getLoc();
    Type type = op->getResult(0).getType();
    Value result;
    if (isa<math::PowFOp>(op) && (type.isF32() || type.isF64()))
      result = expandConstantPower(builder, loc, op->getOperand(0), op->getOperand(1));
    if (const Expansion *expansion = result ? nullptr : getExpansion(op)) {
      if (op->getParentOfType<LoopLikeOpInterface>()) {
        ScalarMath math(builder, loc);
        result = expansion->emit(math, op->getOperands());
      } else {
        func::FuncOp function = getFunction(*expansion, op);
        result = func::CallOp::create(builder, loc, function, op->getOperands()).getResult(0);
      }
    }
    if (!result)
      result = callLibrary(builder, op, getOperation());
    if (!result)
      return;
    op->getResult(0).replaceAllUsesWith(result);
    op->erase();
  }

  /// The function that computes what the operation does.
  func::FuncOp getFunction(const Expansion &expansion, Operation *op) {
    func::FuncOp &function = functions[&expansion];
    if (function)
      return function;
    OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
    Location loc = builder.getUnknownLoc();
    function =
        func::FuncOp::create(builder, loc, expansion.operation,
                             builder.getFunctionType(op->getOperandTypes(), op->getResultTypes()));
    function.setPrivate();
    function->setAttr("llvm.linkage",
                      LLVM::LinkageAttr::get(builder.getContext(), LLVM::Linkage::Internal));
    function->setAttr("passthrough", builder.getStrArrayAttr({"noinline"}));
    builder.setInsertionPointToEnd(function.addEntryBlock());
    ScalarMath math(builder, loc);
    func::ReturnOp::create(builder, loc, expansion.emit(math, function.getArguments()));
    return function;
  }

  llvm::DenseMap<const Expansion *, func::FuncOp> functions;
};

} // namespace
} // namespace nnc::codegen
