//===- ScalarBody.cpp - the scalar formula of an element-wise operation, run in double -===//

#include "ScalarBody.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace nnc::ir;

namespace nnc::test {

namespace {

/// Operands' elements are the block's arguments.
class ArgumentEmitter : public ElementEmitter {
public:
  ArgumentEmitter(Operation *op, Block &block) : op(op), block(block), builder(op->getContext()) {
    builder.setInsertionPointToEnd(&block);
  }
  OpBuilder &getBuilder() override { return builder; }
  Value getElement(Value tensor, ValueRange) override {
    return block.getArgument(llvm::find(op->getOperands(), tensor) - op->operand_begin());
  }
  Value getSize(Dim) override { llvm::report_fatal_error("an element-wise body asks for a size"); }
  Value checkIndex(Location, Value, Dim) override {
    llvm::report_fatal_error("an element-wise body checks an index");
  }

private:
  Operation *op;
  Block &block;
  OpBuilder builder;
};

bool compare(arith::CmpFPredicate predicate, double a, double b) {
  switch (predicate) {
  case arith::CmpFPredicate::OEQ:
    return a == b;
  case arith::CmpFPredicate::UNE:
    return a != b;
  case arith::CmpFPredicate::OLT:
    return a < b;
  case arith::CmpFPredicate::OLE:
    return a <= b;
  case arith::CmpFPredicate::OGT:
    return a > b;
  case arith::CmpFPredicate::OGE:
    return a >= b;
  default:
    llvm::report_fatal_error("unknown comparison of floating-point numbers");
  }
}

bool compare(arith::CmpIPredicate predicate, double a, double b) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return a == b;
  case arith::CmpIPredicate::ne:
    return a != b;
  case arith::CmpIPredicate::slt:
  case arith::CmpIPredicate::ult:
    return a < b;
  case arith::CmpIPredicate::sle:
  case arith::CmpIPredicate::ule:
    return a <= b;
  case arith::CmpIPredicate::sgt:
  case arith::CmpIPredicate::ugt:
    return a > b;
  case arith::CmpIPredicate::sge:
  case arith::CmpIPredicate::uge:
    return a >= b;
  }
  llvm::report_fatal_error("unknown comparison of integers");
}

double getConstant(TypedAttr value) {
  if (auto real = llvm::dyn_cast<FloatAttr>(value))
    return real.getValueAsDouble();
  auto whole = llvm::cast<IntegerAttr>(value);
  return whole.getType().isInteger(1) ? whole.getValue().getZExtValue() : whole.getInt();
}

/// NaN where either is.
double larger(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? a + b : std::fmax(a, b);
}
double smaller(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? a + b : std::fmin(a, b);
}

double interpret(Operation *op, llvm::ArrayRef<double> x) {
  using namespace arith;
  return llvm::TypeSwitch<Operation *, double>(op)
      .Case([](arith::ConstantOp constant) { return getConstant(constant.getValue()); })
      .Case<AddFOp, AddIOp>([&](auto) { return x[0] + x[1]; })
      .Case<SubFOp, SubIOp>([&](auto) { return x[0] - x[1]; })
      .Case<MulFOp, MulIOp>([&](auto) { return x[0] * x[1]; })
      .Case([&](DivFOp) { return x[0] / x[1]; })
      .Case([&](DivSIOp) { return std::trunc(x[0] / x[1]); })
      .Case([&](NegFOp) { return -x[0]; })
      .Case([&](CmpFOp cmp) { return compare(cmp.getPredicate(), x[0], x[1]); })
      .Case([&](CmpIOp cmp) { return compare(cmp.getPredicate(), x[0], x[1]); })
      .Case([&](AndIOp) { return x[0] != 0 && x[1] != 0; })
      .Case([&](OrIOp) { return x[0] != 0 || x[1] != 0; })
      .Case([&](XOrIOp) { return (x[0] != 0) != (x[1] != 0); })
      .Case([&](arith::SelectOp) { return x[0] != 0 ? x[1] : x[2]; })
      .Case<MaximumFOp, MaxSIOp>([&](auto) { return larger(x[0], x[1]); })
      .Case<MinimumFOp, MinSIOp>([&](auto) { return smaller(x[0], x[1]); })
      .Case<math::AbsFOp, math::AbsIOp>([&](auto) { return std::fabs(x[0]); })
      .Case([&](math::FloorOp) { return std::floor(x[0]); })
      .Case([&](math::CeilOp) { return std::ceil(x[0]); })
      .Case([&](math::RoundEvenOp) { return std::nearbyint(x[0]); })
      .Case([&](math::ExpOp) { return std::exp(x[0]); })
      .Case([&](math::LogOp) { return std::log(x[0]); })
      .Case([&](math::SqrtOp) { return std::sqrt(x[0]); })
      .Case([&](math::TanhOp) { return std::tanh(x[0]); })
      .Case([&](math::ErfOp) { return std::erf(x[0]); })
      .Case([&](math::SinOp) { return std::sin(x[0]); })
      .Case([&](math::CosOp) { return std::cos(x[0]); })
      .Case([&](math::PowFOp) { return std::pow(x[0], x[1]); })
      .Case<ExtFOp, TruncFOp, UIToFPOp, SIToFPOp, ExtUIOp, ExtSIOp, TruncIOp>(
          [&](auto) { return x[0]; })
      .Case([&](FPToSIOp) { return std::trunc(x[0]); })
      .Default([](Operation *other) -> double {
        llvm::report_fatal_error("the evaluator does not know " + other->getName().getStringRef());
      });
}

} // namespace

ScalarBody::ScalarBody(ElementOpInterface op) {
  for (Value operand : op->getOperands())
    block.addArgument(llvm::cast<NNTensorType>(operand.getType()).getElementType(), op.getLoc());
  ArgumentEmitter emitter(op, block);
  result = op.emitElement(emitter, {});
}

double ScalarBody::evaluate(llvm::ArrayRef<double> elements) {
  for (auto [argument, element] : llvm::zip_equal(block.getArguments(), elements))
    values[argument] = element;
  for (Operation &op : block) {
    llvm::SmallVector<double, 3> operands;
    for (Value operand : op.getOperands())
      operands.push_back(values.lookup(operand));
    values[op.getResult(0)] = interpret(&op, operands);
  }
  return values.lookup(result);
}

} // namespace nnc::test
