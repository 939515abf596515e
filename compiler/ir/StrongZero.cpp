//===- StrongZero.cpp - gradients of what a selection left out ----------------------------===//

#include "compiler/ir/StrongZero.h"

using namespace mlir;

namespace nnc::ir {

static bool isFloat(Value value) {
  auto type = llvm::dyn_cast<NNTensorType>(value.getType());
  return type && type.isFloat();
}

static bool isZero(Value value) { return getUniform(value) == 0.0; }

/// Whether a condition is known when the program is compiled, such as that of a constant exponent.
static bool isStatic(Value condition) {
  Operation *op = condition.getDefiningOp();
  return op && op->getNumOperands() != 0 && llvm::all_of(op->getOperands(), [](Value operand) {
           return getUniform(operand).has_value();
         });
}

bool SelectedValues::get(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || !isFloat(value))
    return false;
  if (auto [found, isNew] = known.try_emplace(value, false); !isNew)
    return found->second;
  auto of = [&](unsigned operand) { return get(op->getOperand(operand)); };
  bool result = llvm::isa<StrongMulOp, StrongDivOp>(op);
  if (auto select = llvm::dyn_cast<SelectOp>(op))
    result = isZero(select.getOnTrue()) || isZero(select.getOnFalse()) || of(1) || of(2);
  else if (llvm::isa<DivOp, NegOp, BroadcastOp, ReshapeOp, TransposeOp>(op))
    result = of(0);
  else if (llvm::isa<MulOp>(op))
    result = of(0) || of(1);
  else if (llvm::isa<AddOp, SubOp>(op))
    result = of(0) && of(1);
  return known[value] = result;
}

/// Whether the operations, or those in them, select or know strong zeros.
static bool selects(llvm::ArrayRef<Operation *> emitted) {
  return llvm::any_of(emitted, [](Operation *op) {
    return op
        ->walk([](Operation *inside) {
          auto select = llvm::dyn_cast<SelectOp>(inside);
          bool isOne = select ? isFloat(select) && !isStatic(select.getCondition())
                              : llvm::isa<StrongMulOp, StrongDivOp>(inside);
          return isOne ? WalkResult::interrupt() : WalkResult::advance();
        })
        .wasInterrupted();
  });
}

namespace {
/// Follows masked cotangents through what a rule emitted, and gives their products strong zeros.
/// Rules are linear in cotangents: of two factors at most one comes from one.
class StrongProducts {
public:
  StrongProducts(OpBuilder &builder, FiniteValues &finite, SelectedValues &selected)
      : builder(builder), finite(finite), selected(selected) {}

  void add(Value cotangent) { linear.insert(cotangent); }
  bool contains(Value value) const { return linear.contains(value); }
  void visit(Operation *op);

private:
  void visitScan(ScanOp scan);
  /// Replaces a product or quotient by a strong one.
  template <typename Strong> void replace(Operation *op, Value cotangent, Value factor) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(op);
    Value strong = Strong::create(builder, op->getLoc(), cotangent.getType(), cotangent, factor);
    linear.erase(op->getResult(0));
    linear.insert(strong);
    replaced[op->getResult(0)] = strong;
    op->getResult(0).replaceAllUsesWith(strong);
    dead.push_back(op);
  }

  OpBuilder &builder;
  FiniteValues &finite;
  SelectedValues &selected;
  llvm::DenseSet<Value> linear;

public:
  llvm::DenseMap<Value, Value> replaced;
  llvm::SmallVector<Operation *> dead;
};
} // namespace

void StrongProducts::visit(Operation *op) {
  if (auto scan = llvm::dyn_cast<ScanOp>(op))
    return visitScan(scan);
  if (op->getNumResults() == 1 && replaced.contains(op->getResult(0)))
    return;
  auto mul = llvm::dyn_cast<MulOp>(op);
  bool isMasked = llvm::any_of(op->getOperands(), [&](Value operand) { return contains(operand); });
  // In a later derivative, what is 0 where nothing was selected may be the other factor.
  bool isLeftSelected = mul && selected.get(mul.getA()),
       isRightSelected = mul && selected.get(mul.getB());
  if (!isMasked && !isLeftSelected && !isRightSelected)
    return;
  for (Value result : op->getResults())
    if (isFloat(result))
      linear.insert(result);
  if (mul) {
    bool isLeft = isMasked ? contains(mul.getA()) : isRightSelected;
    Value cotangent = isLeft ? mul.getA() : mul.getB(), factor = isLeft ? mul.getB() : mul.getA();
    bool isFactorSelected = isLeft ? isRightSelected : isLeftSelected;
    if (!(isMasked && contains(factor)) &&
        (!finite.isFinite(factor) || (isFactorSelected && !finite.isFinite(cotangent))))
      replace<StrongMulOp>(op, cotangent, factor);
  } else if (auto div = llvm::dyn_cast<DivOp>(op)) {
    Knowledge divisor = finite.get(div.getB());
    if (contains(div.getA()) && !(divisor.isFinite && divisor.isNonZero))
      replace<StrongDivOp>(op, div.getA(), div.getB());
  }
}

void StrongProducts::visitScan(ScanOp scan) {
  for (auto [operands, arguments] :
       {std::pair<ValueRange, ValueRange>(scan.getSources(), scan.getRowArguments()),
        std::pair<ValueRange, ValueRange>(scan.getInits(), scan.getCarriedArguments()),
        std::pair<ValueRange, ValueRange>(scan.getCaptures(), scan.getCaptureArguments())})
    for (auto [operand, argument] : llvm::zip_equal(operands, arguments))
      if (contains(operand))
        linear.insert(argument);
  // A turn's masked cotangents are masked in the next one.
  bool changed = true;
  while (changed) {
    changed = false;
    for (Operation &inside : llvm::make_early_inc_range(scan.getBlock().without_terminator()))
      visit(&inside);
    for (auto [next, argument] : llvm::zip(scan.getNext(), scan.getCarriedArguments()))
      if (contains(next) && linear.insert(argument).second)
        changed = true;
  }
  for (auto [yielded, result] :
       llvm::zip_equal(scan.getBlock().getTerminator()->getOperands(), scan.getResults()))
    if (contains(yielded))
      linear.insert(result);
}

/// The one condition under which a selection takes a cotangent rather than 0; null where there is
/// none for all elements.
static Value getCondition(OpBuilder &builder, Value cotangent) {
  auto select = cotangent ? cotangent.getDefiningOp<SelectOp>() : SelectOp();
  if (!select)
    return {};
  Value condition = select.getCondition();
  if (auto broadcast = condition.getDefiningOp<BroadcastOp>())
    condition = broadcast.getA();
  if (!llvm::cast<NNTensorType>(condition.getType()).isScalar())
    return {};
  if (isZero(select.getOnFalse()))
    return condition;
  return isZero(select.getOnTrue()) ? NotOp::create(builder, select.getLoc(), condition).getResult()
                                    : Value();
}

MaskedCotangents::Condition MaskedCotangents::combine(OpBuilder &builder, Condition a,
                                                      Condition b) {
  if (!a || !b || a == b)
    return a ? a : b;
  return AndOp::create(builder, a.getLoc(), a.getType(), a, b);
}

void MaskedCotangents::noteSum(OpBuilder &builder, Value sum, Value a, Value b) {
  auto left = masked.find(a), right = masked.find(b);
  if (left == masked.end() || right == masked.end())
    return;
  Condition condition;
  if (left->second && right->second)
    condition = left->second == right->second
                    ? left->second
                    : OrOp::create(builder, sum.getLoc(), left->second.getType(), left->second,
                                   right->second)
                          .getResult();
  setMasked(sum, condition);
}

/// What stands in the builder's block after `before`, up to where the builder inserts.
static llvm::SmallVector<Operation *> getEmitted(OpBuilder &builder, Operation *before) {
  llvm::SmallVector<Operation *> emitted;
  Block *block = builder.getInsertionBlock();
  Block::iterator it = before ? std::next(before->getIterator()) : block->begin();
  for (; it != builder.getInsertionPoint(); ++it)
    emitted.push_back(&*it);
  return emitted;
}

void MaskedCotangents::buildGradient(GradientOpInterface op, OpBuilder &builder,
                                     ValueRange cotangents, MutableArrayRef<Value> outgoing) {
  Block *block = builder.getInsertionBlock();
  Block::iterator at = builder.getInsertionPoint();
  Operation *before = at == block->begin() ? nullptr : &*std::prev(at);
  bool hasRegions = op->getNumRegions() != 0;
  llvm::SmallVector<Value> operands(op->getOperands());
  StrongProducts products(builder, finite, selected);
  // Of several results' cotangents one condition holds only if it is that of all.
  llvm::SmallSetVector<Condition, 2> conditions;
  bool isMasked = false;
  for (Value cotangent : cotangents) {
    auto found = cotangent ? masked.find(cotangent) : masked.end();
    if (found != masked.end()) {
      products.add(cotangent);
      isMasked = true;
    }
    if (cotangent)
      conditions.insert(found != masked.end() ? found->second : Condition());
  }
  Condition condition = conditions.size() == 1 ? conditions.front() : Condition();
  op.buildGradient(builder, cotangents, outgoing);
  if (hasRegions)
    forget();
  Emitted emitted = getEmitted(builder, before);
  bool selectsHere = selects(emitted);
  if (!isMasked && !selectsHere &&
      !(llvm::isa<MulOp>(op) &&
        llvm::any_of(operands, [&](Value operand) { return selected.get(operand); })))
    return;
  bool sums = false;
  for (Operation *inside : emitted) {
    sums |= llvm::isa<ContractOp>(inside) || inside->getNumRegions() != 0;
    products.visit(inside);
  }
  for (Value &cotangent : outgoing) {
    if (!cotangent || !isFloat(cotangent))
      continue;
    if (Value strong = products.replaced.lookup(cotangent))
      cotangent = strong;
    if (!selectsHere && !products.contains(cotangent))
      continue;
    Condition own =
        combine(builder, condition, selectsHere ? getCondition(builder, cotangent) : Condition());
    if (sums && condition) {
      auto type = llvm::cast<NNTensorType>(cotangent.getType());
      Value taken = createUniform(builder, op->getLoc(), condition, type);
      Value zero = createFilled(builder, op->getLoc(), type, 0);
      cotangent = SelectOp::create(builder, op->getLoc(), type, taken, cotangent, zero);
    }
    setMasked(cotangent, own);
  }
  // Those here are remembered by whoever sweeps, and erased with all that nothing needed.
  for (Operation *inside : products.dead)
    if (inside->getBlock() != block) {
      inside->erase();
      forget();
    }
}

} // namespace nnc::ir
