//===- Finite.cpp - which values are surely finite ----------------------------------------===//

#include "compiler/ir/Finite.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;

namespace nnc::ir {

std::optional<double> getUniform(Value value) {
  while (auto broadcast = value.getDefiningOp<BroadcastOp>())
    value = broadcast.getA();
  DenseElementsAttr constant;
  if (!matchPattern(value, m_Constant(&constant)) || !constant.isSplat())
    return std::nullopt;
  if (llvm::isa<FloatType>(constant.getElementType()))
    return constant.getSplatValue<APFloat>().convertToDouble();
  return std::nullopt;
}

static Knowledge ofConstant(DenseElementsAttr elements) {
  Knowledge all{true, true, true, true};
  if (!llvm::isa<FloatType>(elements.getElementType()))
    return {};
  for (const APFloat &number : elements.getValues<APFloat>()) {
    all.isFinite &= number.isFinite();
    all.isNonNegative &= number.isZero() || !number.isNegative();
    all.isNonPositive &= number.isZero() || number.isNegative();
    all.isNonZero &= !number.isZero();
  }
  return all;
}

static Knowledge ofSum(Knowledge a, Knowledge b) {
  Knowledge sum{a.isFinite && b.isFinite, a.isNonNegative && b.isNonNegative,
                a.isNonPositive && b.isNonPositive, false};
  sum.isNonZero = (sum.isNonNegative || sum.isNonPositive) && (a.isNonZero || b.isNonZero);
  return sum;
}

static Knowledge negate(Knowledge a) {
  std::swap(a.isNonNegative, a.isNonPositive);
  return a;
}

static Knowledge ofProduct(Knowledge a, Knowledge b, bool isSquare) {
  bool same = (a.isNonNegative && b.isNonNegative) || (a.isNonPositive && b.isNonPositive);
  bool opposite = (a.isNonNegative && b.isNonPositive) || (a.isNonPositive && b.isNonNegative);
  // A product of what is not 0 may underflow.
  return {a.isFinite && b.isFinite, same || isSquare, opposite && !isSquare, false};
}

static Knowledge ofQuotient(Knowledge a, Knowledge b) {
  Knowledge quotient = ofProduct(a, b, false);
  quotient.isFinite &= b.isNonZero;
  return quotient;
}

/// What holds for both.
static Knowledge join(Knowledge a, Knowledge b) {
  return {a.isFinite && b.isFinite, a.isNonNegative && b.isNonNegative,
          a.isNonPositive && b.isNonPositive, a.isNonZero && b.isNonZero};
}

/// The reduction of `a`, along some axes, that `value` repeats; null where it is something else.
static ReduceOp findReductionOf(Value a, Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (auto reduce = llvm::dyn_cast<ReduceOp>(op))
      return reduce.getA() == a ? reduce : ReduceOp();
    if (!llvm::isa<StopGradientOp, BroadcastOp, ReshapeOp>(op))
      return {};
    value = op->getOperand(0);
  }
  return {};
}

/// Whether `shift` is the largest element of `a`, along some axes, repeated: a - shift <= 0.
static bool isLargestOf(Value shift, Value a) {
  ReduceOp reduce = findReductionOf(a, shift);
  return reduce && reduce.getKind() == ReduceKind::Max;
}

/// What holds for sums: of ones where elements attain their own extremum there is at least one.
static Knowledge ofReduction(ReduceOp reduce, Knowledge elements, FiniteValues &values) {
  elements.isNonZero &= elements.isNonNegative || elements.isNonPositive;
  auto convert = reduce.getA().getDefiningOp<ConvertOp>();
  auto equal = convert ? convert.getA().getDefiningOp<EqOp>() : EqOp();
  ReduceOp extremum = equal ? findReductionOf(equal.getA(), equal.getB()) : ReduceOp();
  if (extremum && extremum.getKind() != ReduceKind::Sum && extremum.getAxes() == reduce.getAxes() &&
      values.isFinite(equal.getA()))
    return {true, true, false, true};
  return elements;
}

Knowledge FiniteValues::get(Value value) {
  if (auto found = known.find(value); found != known.end())
    return found->second;
  Knowledge knowledge = find(value);
  return known[value] = knowledge;
}

/// What holds for a power: finite for exponents that are whole and not negative, and for positive
/// bases.
static Knowledge ofPower(Knowledge base, Knowledge exponent, Value exponentValue) {
  std::optional<double> number = getUniform(exponentValue);
  if (auto sub = exponentValue.getDefiningOp<SubOp>()) {
    // One less than an exponent, in a gradient.
    std::optional<double> left = getUniform(sub.getA()), right = getUniform(sub.getB());
    if (left && right)
      number = *left - *right;
  }
  if (number)
    exponent = {std::isfinite(*number), *number >= 0, *number <= 0, *number != 0};
  bool isWhole = number && std::floor(*number) == *number;
  bool isEven = isWhole && std::fmod(*number, 2) == 0;
  bool isFinite =
      base.isFinite && exponent.isFinite &&
      (base.isPositive() || (exponent.isNonNegative && (isWhole || base.isNonNegative)));
  return {isFinite, base.isNonNegative || isEven, false, false};
}

Knowledge FiniteValues::find(Value value) {
  auto type = llvm::dyn_cast<NNTensorType>(value.getType());
  Operation *op = value.getDefiningOp();
  if (!op || !type)
    return {};
  auto of = [&](unsigned operand) { return get(op->getOperand(operand)); };
  DenseElementsAttr constant;
  if (matchPattern(op, m_Constant(&constant)))
    return ofConstant(constant);
  return llvm::TypeSwitch<Operation *, Knowledge>(op)
      .Case<AddOp>([&](AddOp) { return ofSum(of(0), of(1)); })
      .Case<SubOp>([&](SubOp sub) {
        Knowledge difference = ofSum(of(0), negate(of(1)));
        difference.isNonPositive |= isLargestOf(sub.getB(), sub.getA());
        return difference;
      })
      .Case<MulOp, StrongMulOp>(
          [&](auto mul) { return ofProduct(of(0), of(1), mul.getA() == mul.getB()); })
      .Case<DivOp, StrongDivOp>([&](auto) { return ofQuotient(of(0), of(1)); })
      .Case<PowOp>([&](PowOp pow) { return ofPower(of(0), of(1), pow.getB()); })
      .Case<NegOp>([&](NegOp) { return negate(of(0)); })
      .Case<AbsOp>([&](AbsOp) { return Knowledge{of(0).isFinite, true, false, of(0).isNonZero}; })
      .Case<MaxOp>([&](MaxOp) {
        bool isPositive = of(0).isPositive() || of(1).isPositive();
        return Knowledge{of(0).isFinite && of(1).isFinite,
                         of(0).isNonNegative || of(1).isNonNegative,
                         of(0).isNonPositive && of(1).isNonPositive, isPositive};
      })
      .Case<SelectOp>([&](SelectOp) { return join(of(1), of(2)); })
      .Case<ExpOp>([&](ExpOp) {
        return Knowledge{of(0).isFinite && of(0).isNonPositive, true, false, false};
      })
      .Case<Expm1Op>([&](Expm1Op) {
        return Knowledge{of(0).isFinite && of(0).isNonPositive, of(0).isNonNegative,
                         of(0).isNonPositive, false};
      })
      .Case<LogOp>([&](LogOp) {
        return Knowledge{of(0).isFinite && of(0).isPositive(), false, false, false};
      })
      .Case<Log1pOp>([&](Log1pOp) {
        return Knowledge{of(0).isFinite && of(0).isNonNegative, of(0).isNonNegative, false, false};
      })
      .Case<SqrtOp>([&](SqrtOp) {
        return Knowledge{of(0).isFinite && of(0).isNonNegative, true, false, of(0).isPositive()};
      })
      .Case<SigmoidOp, SoftplusOp>(
          [&](auto) { return Knowledge{of(0).isFinite, true, false, false}; })
      .Case<ModOp, FloorDivOp>(
          [&](auto) { return Knowledge{of(0).isFinite && of(1).isFinite && of(1).isNonZero}; })
      .Case<SizeOp>([&](SizeOp) { return Knowledge{true, true, false, true}; })
      .Case<StopGradientOp, BroadcastOp, ReshapeOp, TransposeOp>([&](auto) { return of(0); })
      .Case<ConvertOp>([&](ConvertOp convert) {
        NNTensorType from = convert.getA().getType();
        return from.isFloat() ? of(0)
                              : Knowledge{true, from.isBool() || of(0).isNonNegative, false,
                                          of(0).isNonZero && !from.isBool()};
      })
      .Case<ReduceOp>([&](ReduceOp reduce) { return ofReduction(reduce, of(0), *this); })
      .Case<PadOp>([&](PadOp pad) {
        return Knowledge{of(0).isFinite && pad.getValue().isFinite(), false, false, false};
      })
      .Case<ScanOp>([&](ScanOp scan) {
        unsigned result = llvm::cast<OpResult>(value).getResultNumber();
        Knowledge turn = get(scan.getBlock().getTerminator()->getOperand(result));
        for (Value operand : op->getOperands())
          turn.isFinite &= get(operand).isFinite;
        return Knowledge{turn.isFinite};
      })
      .Default([&](Operation *) {
        Knowledge all;
        for (Value operand : op->getOperands())
          all.isFinite &= get(operand).isFinite;
        return all;
      });
}

} // namespace nnc::ir
