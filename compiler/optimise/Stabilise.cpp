//===- Stabilise.cpp - formulas computed as they are meant --------------------------------===//
//
// The pass --nn-stabilise: 1 / (1 + exp(-x)), log(sum(exp(x))) and their like overflow or cancel if
// taken literally; where one is written, what StableRules.h says is computed instead. Before
// gradients are expanded, so that these are stable, too. A value that a gradient is asked for must
// stay what the scalar is computed from: no formula is matched across one.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/Finite.h"
#include "compiler/ir/Origin.h"
#include "compiler/ir/TensorExpr.h"
#include "compiler/optimise/FormulaPattern.h"
#include "compiler/optimise/Passes.h"
#include "compiler/optimise/StableRules.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace nnc::optimise {
#define GEN_PASS_DEF_STABILISE
#include "compiler/optimise/Passes.h.inc"

using namespace mlir;
using namespace nnc::ir;

namespace {

bool isAskedFor(Value value) {
  return llvm::any_of(value.getUsers(),
                      [](Operation *user) { return llvm::isa<GradOp, JacobianOp>(user); });
}

/// The operation of that kind that computes the value, if it may be looked into.
template <typename Op> Op find(Value value) {
  return isAskedFor(value) ? Op() : value.getDefiningOp<Op>();
}

/// Whether `broadcast` repeats what a sum of elements comes to along the sum's own axes, so that it
/// stands beside the elements. Axes of size 1 may be anywhere.
bool repeats(BroadcastOp broadcast, ReduceOp sum) {
  auto getLongAxes = [](NNTensorType type) {
    llvm::SmallVector<Dim> shape = type.getShape();
    llvm::erase_if(shape, [](Dim size) { return size.isStatic(1); });
    return shape;
  };
  NNTensorType type = broadcast.getType();
  if (sum.getKind() != ReduceKind::Sum || sum.getA().getType() != type ||
      getLongAxes(sum.getType()) != getLongAxes(broadcast.getA().getType()))
    return false;
  return llvm::all_of(llvm::seq(type.getRank()), [&](int64_t axis) {
    return type.getDim(axis).isStatic(1) ||
           llvm::is_contained(sum.getAxes(), axis) != llvm::is_contained(broadcast.getAxes(), axis);
  });
}

/// The sum of which `divisor` repeats the elements along the sum's own axes; null where it is
/// something else.
ReduceOp findRepeatedSum(Value divisor) {
  auto broadcast = find<BroadcastOp>(divisor);
  if (!broadcast)
    return {};
  Value value = broadcast.getA();
  while (auto reshape = find<ReshapeOp>(value))
    value = reshape.getA();
  auto sum = find<ReduceOp>(value);
  return sum && repeats(broadcast, sum) ? sum : ReduceOp();
}

/// Whether each element of `value` is the number `count`, or 1 where that is 0.
bool isCount(Value value, Dim count) {
  while (Operation *op = value.getDefiningOp()) {
    if (auto size = llvm::dyn_cast<SizeOp>(op))
      return Dim(size.getDim()) == count;
    bool isAtLeastOne = llvm::isa<MaxOp>(op) && getUniform(op->getOperand(1)) == 1.0;
    if (!isAtLeastOne && !llvm::isa<BroadcastOp, ConvertOp, ReshapeOp>(op))
      break;
    value = op->getOperand(0);
  }
  return count.isStatic() && getUniform(value) == double(count.getStatic());
}

/// The sum that `value` is, divided by the number of its addends and reshaped; these steps, last
/// first.
ReduceOp findMean(Value value, llvm::SmallVector<Operation *> &steps) {
  DivOp mean;
  while (Operation *op = isAskedFor(value) ? nullptr : value.getDefiningOp()) {
    if (auto sum = llvm::dyn_cast<ReduceOp>(op)) {
      llvm::SmallVector<Dim> summed;
      for (int64_t axis : sum.getAxes())
        summed.push_back(sum.getA().getType().getDim(axis));
      bool isMean = mean && sum.getKind() == ReduceKind::Sum &&
                    isCount(mean.getB(), getProduct(op->getContext(), summed));
      return isMean ? sum : ReduceOp();
    }
    if (auto div = mean ? DivOp() : llvm::dyn_cast<DivOp>(op))
      mean = div;
    else if (!llvm::isa<ReshapeOp>(op))
      return {};
    steps.push_back(op);
    value = op->getOperand(0);
  }
  return {};
}

/// The sum that `value` is, reshaped or multiplied by positive numbers; these steps, last first.
ReduceOp findScaledSum(Value value, FiniteValues &finite, llvm::SmallVector<Operation *> &steps) {
  while (Operation *op = isAskedFor(value) ? nullptr : value.getDefiningOp()) {
    if (auto sum = llvm::dyn_cast<ReduceOp>(op))
      return sum.getKind() == ReduceKind::Sum ? sum : ReduceOp();
    bool isScaled = llvm::isa<MulOp, DivOp>(op) && finite.get(op->getOperand(1)).isPositive();
    if (!isScaled && !llvm::isa<ReshapeOp>(op))
      return {};
    steps.push_back(op);
    value = op->getOperand(0);
  }
  return {};
}

/// The steps, last first, of another value than they were made of.
Value repeat(OpBuilder &builder, llvm::ArrayRef<Operation *> steps, Value value) {
  for (Operation *step : llvm::reverse(steps)) {
    IRMapping mapping;
    mapping.map(step->getOperand(0), value);
    value = builder.clone(*step, mapping)->getResult(0);
  }
  return value;
}

/// Whether `x` is already less a largest element, so that its exponential does not overflow.
bool isShifted(Value x) {
  auto sub = x.getDefiningOp<SubOp>();
  Value shift = sub ? sub.getB() : Value();
  while (shift && shift.getDefiningOp()) {
    Operation *op = shift.getDefiningOp();
    if (auto reduce = llvm::dyn_cast<ReduceOp>(op))
      return reduce.getKind() == ReduceKind::Max;
    if (!llvm::isa<StopGradientOp, BroadcastOp, ReshapeOp, SelectOp>(op))
      return false;
    shift = op->getOperand(llvm::isa<SelectOp>(op) ? 1 : 0);
  }
  return FiniteValues().get(x).isNonPositive;
}

class Stabiliser {
public:
  Stabiliser() {
    for (const StableRule &rule : stableRules)
      patterns.emplace_back(FormulaPattern(rule.written), FormulaPattern(rule.computed));
  }
  void run(Operation *root);

private:
  /// What replaces the operation's result; null where no rule fits.
  Value findReplacement(Operation *op);
  Value applyTable(Operation *op);
  Value logOfSum(LogOp op);
  Value softmax(DivOp op);
  Value logOfQuotient(LogOp op);
  Value norm(SqrtOp op);
  Value squareOfRoot(Value root);
  Value deviation(SubOp op);

  /// The largest elements of x along axes, as a constant; 0 where that is infinite.
  Value findShift(Value x, llvm::ArrayRef<int64_t> axes);
  /// Elements of `sums`, one for each row, beside all of x.
  Value spread(Value sums, Value x, llvm::ArrayRef<int64_t> axes);

  std::vector<std::pair<FormulaPattern, FormulaPattern>> patterns;
  OriginListener origins;
  OpBuilder *builder = nullptr;
  LocationAttr loc;
};

Value Stabiliser::findShift(Value x, llvm::ArrayRef<int64_t> axes) {
  Value most = ReduceOp::create(*builder, loc, x, ReduceKind::Max, axes);
  TensorExpr shift(*builder, loc, StopGradientOp::create(*builder, loc, most.getType(), most));
  TensorExpr infinite = shift.constant(std::numeric_limits<double>::infinity());
  return select(abs(shift) < infinite, shift, 0).getValue();
}

Value Stabiliser::spread(Value sums, Value x, llvm::ArrayRef<int64_t> axes) {
  auto type = llvm::cast<NNTensorType>(x.getType());
  llvm::SmallVector<int64_t> others;
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    if (!llvm::is_contained(axes, axis))
      others.push_back(axis);
  return BroadcastOp::create(*builder, loc, type, sums, others);
}

Value Stabiliser::applyTable(Operation *op) {
  for (auto &[written, computed] : patterns) {
    if (op->getName().getStringRef() != written.getOperation())
      continue;
    // The result itself may be asked for: it is the same afterwards.
    FormulaPattern::Names names;
    auto isHidden = [&](Value value) { return value != op->getResult(0) && isAskedFor(value); };
    if (written.match(op->getResult(0), names, isHidden))
      return computed.emit(*builder, loc, names);
  }
  return {};
}

Value Stabiliser::logOfSum(LogOp op) {
  llvm::SmallVector<Operation *> steps;
  FiniteValues finite;
  ReduceOp sum = findScaledSum(op.getA(), finite, steps);
  auto exp = sum ? find<ExpOp>(sum.getA()) : ExpOp();
  if (!exp || isShifted(exp.getA()))
    return {};
  TensorExpr x(*builder, loc, exp.getA());
  llvm::ArrayRef<int64_t> axes = sum.getAxes();
  Value shift = findShift(exp.getA(), axes);
  TensorExpr shifted = x - x.with(spread(shift, exp.getA(), axes));
  Value total = ReduceOp::create(*builder, loc, ir::exp(shifted).getValue(), ReduceKind::Sum, axes);
  total = repeat(*builder, steps, total);
  if (shift.getType() != total.getType())
    shift = ReshapeOp::create(*builder, loc, total.getType(), shift);
  return (log(x.with(total)) + x.with(shift)).getValue();
}

Value Stabiliser::softmax(DivOp op) {
  auto exp = find<ExpOp>(op.getA());
  ReduceOp sum = findRepeatedSum(op.getB());
  auto summed = sum ? find<ExpOp>(sum.getA()) : ExpOp();
  if (!exp || !summed || !areAlike(summed.getA(), exp.getA(), isAskedFor) || isShifted(exp.getA()))
    return {};
  TensorExpr x(*builder, loc, exp.getA());
  llvm::ArrayRef<int64_t> axes = sum.getAxes();
  Value shift = findShift(exp.getA(), axes);
  TensorExpr e = ir::exp(x - x.with(spread(shift, exp.getA(), axes)));
  Value total = ReduceOp::create(*builder, loc, e.getValue(), ReduceKind::Sum, axes);
  return (e / x.with(spread(total, exp.getA(), axes))).getValue();
}

Value Stabiliser::logOfQuotient(LogOp op) {
  llvm::SmallVector<Operation *> moves;
  Value value = op.getA();
  while (Operation *move = isAskedFor(value) ? nullptr : value.getDefiningOp()) {
    if (!llvm::isa<GatherOp, SliceOp, ReshapeOp, TransposeOp, BroadcastOp, ReverseOp>(move))
      break;
    moves.push_back(move);
    value = move->getOperand(0);
  }
  auto div = find<DivOp>(value);
  auto exp = div ? find<ExpOp>(div.getA()) : ExpOp();
  if (!exp)
    return {};
  // The logarithm of what is repeated is taken before it is.
  auto broadcast = find<BroadcastOp>(div.getB());
  TensorExpr divisor(*builder, loc, broadcast ? broadcast.getA() : div.getB());
  Value logarithm = log(divisor).getValue();
  if (broadcast)
    logarithm =
        BroadcastOp::create(*builder, loc, broadcast.getType(), logarithm, broadcast.getAxes());
  TensorExpr x(*builder, loc, exp.getA());
  return repeat(*builder, moves, (x - x.with(logarithm)).getValue());
}

// The slope of a root at 0 is infinite; that of the length of a vector is taken as 0 there.
Value Stabiliser::norm(SqrtOp op) {
  llvm::SmallVector<Operation *> steps;
  FiniteValues finite;
  ReduceOp sum = findScaledSum(op.getA(), finite, steps);
  auto square = sum ? find<MulOp>(sum.getA()) : MulOp();
  auto power = sum ? find<PowOp>(sum.getA()) : PowOp();
  if ((!square || !areAlike(square.getA(), square.getB(), isAskedFor)) &&
      (!power || getUniform(power.getB()) != 2.0))
    return {};
  TensorExpr total(*builder, loc, op.getA());
  return select(total == 0, 0, sqrt(total)).getValue();
}

// The root of what is not negative may be chosen instead of 0 or another root, where that is 0.
Value Stabiliser::squareOfRoot(Value value) {
  auto isZero = [](Value value) { return getUniform(value) == 0.0; };
  Value total;
  if (auto select = find<SelectOp>(value)) {
    auto equal = find<EqOp>(select.getCondition());
    if (!equal || !isZero(equal.getB()) || !isZero(select.getOnTrue()))
      return {};
    total = equal.getA();
    value = select.getOnFalse();
  }
  auto root = find<SqrtOp>(value);
  if (!root)
    return {};
  Value under = root.getA();
  if (auto select = total ? find<SelectOp>(under) : SelectOp())
    if (auto equal = find<EqOp>(select.getCondition()))
      if (equal.getA() == total && isZero(equal.getB()))
        under = select.getOnFalse();
  if (total && under != total)
    return {};
  FiniteValues values;
  return values.get(under).isNonNegative ? under : Value();
}

// What is left of equal numbers without their mean is as large as the mean's rounding error, which
// a division by their deviation makes large. The numbers less that mean have a mean themselves: it
// is right to many digits, as they have few.
Value Stabiliser::deviation(SubOp op) {
  llvm::SmallVector<Operation *> steps;
  auto broadcast = find<BroadcastOp>(op.getB());
  ReduceOp sum = broadcast ? findMean(broadcast.getA(), steps) : ReduceOp();
  if (!sum || !areAlike(sum.getA(), op.getA(), isAskedFor) || !repeats(broadcast, sum))
    return {};
  TensorExpr x(*builder, loc, op.getA());
  auto stop = [&](Value value) {
    return x.with(StopGradientOp::create(*builder, loc, value.getType(), value));
  };
  Value rest = (x - stop(op.getB())).getValue();
  Value sumOfRest = ReduceOp::create(*builder, loc, rest, ReduceKind::Sum, sum.getAxes());
  TensorExpr mean = stop(broadcast.getA()) + x.with(repeat(*builder, steps, sumOfRest));
  return (x - x.with(BroadcastOp::create(*builder, loc, broadcast.getType(), mean.getValue(),
                                         broadcast.getAxes())))
      .getValue();
}

void Stabiliser::run(Operation *root) {
  llvm::SmallVector<Operation *> ops;
  root->walk([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : ops) {
    OpBuilder here(op->getContext(), &origins);
    here.setInsertionPoint(op);
    builder = &here;
    loc = op->getLoc();
    origins.source = {OriginKind::Forward, 0, op->getLoc()};
    Value replacement = findReplacement(op);
    if (!replacement)
      continue;
    // The formula stands where it was written, and has the name that it had.
    op->getResult(0).replaceAllUsesWith(replacement);
    if (isOpTriviallyDead(op))
      op->erase();
  }
}

Value Stabiliser::findReplacement(Operation *op) {
  if (Value value = applyTable(op))
    return value;
  if (auto div = llvm::dyn_cast<DivOp>(op))
    return softmax(div);
  if (auto root = llvm::dyn_cast<SqrtOp>(op))
    return norm(root);
  if (auto sub = llvm::dyn_cast<SubOp>(op))
    return deviation(sub);
  if (auto mul = llvm::dyn_cast<MulOp>(op))
    return mul.getA() == mul.getB() ? squareOfRoot(mul.getA()) : Value();
  if (auto power = llvm::dyn_cast<PowOp>(op))
    return getUniform(power.getB()) == 2.0 ? squareOfRoot(power.getA()) : Value();
  auto logarithm = llvm::dyn_cast<LogOp>(op);
  if (!logarithm)
    return {};
  Value sum = logOfSum(logarithm);
  return sum ? sum : logOfQuotient(logarithm);
}

struct Stabilise : impl::StabiliseBase<Stabilise> {
  void runOnOperation() override { Stabiliser().run(getOperation()); }
};

} // namespace
} // namespace nnc::optimise
