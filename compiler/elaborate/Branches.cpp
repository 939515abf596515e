//===- Branches.cpp - what is computed under a condition of the run only ------------------===//
//
// Of `if c then a else b`, `c and a` and `c or b` the run needs a or b only sometimes. What merely
// computes is computed in any case and chosen (nn.select), which fuses and has a gradient. What
// could stop the program, not end, or does more than compute (prints, draws, counts, saves) goes
// into an nn.if, and its value into a variable: so it happens only where the program asks for it,
// and its gradient is that of a statement `if`.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Branches.h"
#include "compiler/ir/Effects.h"
#include "compiler/ir/Purification.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

/// Whether it gives what variables hold, and does nothing else.
static bool onlyReads(mlir::Operation *op) {
  auto variables = llvm::dyn_cast<VariableOpInterface>(op);
  return variables && variables.touchesOnlyVariables() &&
         llvm::none_of(variables.getVariableAccesses(),
                       [](const VariableAccess &access) { return access.isWrite(); });
}

/// Whether it, or something in it, must not be carried out where the program does not ask for it.
static bool needsBranch(mlir::Operation *op) {
  return op
      ->walk<mlir::WalkOrder::PreOrder>([](mlir::Operation *inner) {
        // Of most operations with regions it is known by what is in there.
        bool isContainer = inner->getNumRegions() != 0 && !llvm::isa<AssertOp, WhileOp>(inner);
        bool may = isContainer || inner->hasTrait<mlir::OpTrait::IsTerminator>() ||
                   isMovable(inner) || onlyReads(inner);
        return may ? mlir::WalkResult::advance() : mlir::WalkResult::interrupt();
      })
      .wasInterrupted();
}

/// Whether it can go into a branch: what a gradient may pass there, or what none passes anyway. Not
/// what gives sizes their values, which types outside may name.
static bool canBranch(mlir::Operation *op) {
  auto sizes = llvm::dyn_cast<SizeOpInterface>(op);
  if ((sizes && !sizes.getBoundSymbols().empty()) ||
      llvm::any_of(op->getResultTypes(), llvm::IsaPred<DatasetType>))
    return false;
  if (!llvm::isa<IfOp, ForOp, WhileOp>(op))
    return canStand(op) || op->hasTrait<mlir::OpTrait::IsTerminator>() || getEffects(op).opaque;
  return llvm::all_of(op->getRegions(), [](mlir::Region &region) {
    return llvm::all_of(region.getOps(), [](mlir::Operation &inner) { return canBranch(&inner); });
  });
}

/// Whether what the run computes of the value can be kept in variables.
static bool canKeep(const Value &value) {
  if (value.is(Value::List) || value.is(Value::Tuple))
    return llvm::all_of(value.getElements(), canKeep);
  if (value.is(Value::Runtime))
    return llvm::isa<NNTensorType, StrType>(value.getRuntime().getType());
  return value.isStaticNumber() || value.is(Value::Bool) || value.is(Value::Str) ||
         value.is(Value::Size);
}

namespace {
/// A branch that operations move to, and the variables that hold what it gives.
class Branch {
public:
  Branch(Interpreter &e, Span span, bool wanted) : e(e), span(span), wanted(wanted) {}

  /// Moves the operations there; the value as it is known after the branch.
  Value run(mlir::Value condition, llvm::ArrayRef<mlir::Operation *> operations, Value value) {
    llvm::SmallVector<Kept> kept;
    llvm::DenseSet<mlir::Operation *> moved(operations.begin(), operations.end());
    collect(value, moved, kept);
    auto op = IfOp::create(e.builder, e.getLoc(span), condition);
    for (bool isThen : {true, false})
      e.emitRegion(isThen ? op.getThenRegion() : op.getElseRegion(), {}, [&](mlir::ValueRange) {
        if (isThen == wanted)
          for (mlir::Operation *operation : operations)
            operation->moveBefore(e.builder.getInsertionBlock(),
                                  e.builder.getInsertionBlock()->end());
        for (const Kept &one : kept)
          e.assignVariable(*one.variable, isThen == wanted ? one.value : makeOther(one.value));
      });
    llvm::DenseMap<mlir::Value, mlir::Value> after;
    for (const Kept &one : kept)
      after[one.value] = e.readVariable(*one.variable);
    return replace(std::move(value), after);
  }

private:
  struct Kept {
    mlir::Value value;
    std::shared_ptr<const Variable> variable;
  };

  void collect(const Value &value, const llvm::DenseSet<mlir::Operation *> &moved,
               llvm::SmallVectorImpl<Kept> &kept) {
    if (value.is(Value::List) || value.is(Value::Tuple))
      for (const Value &element : value.getElements())
        collect(element, moved, kept);
    if (!value.is(Value::Runtime))
      return;
    mlir::Value number = value.getRuntime();
    bool isNew = llvm::none_of(kept, [&](const Kept &one) { return one.value == number; });
    if (isNew && moved.contains(number.getDefiningOp()))
      kept.push_back({number, e.makeVariable(e.getPathOf("branch"), VariableKind::Var,
                                             number.getType(), span, "branch")});
  }

  mlir::Value makeOther(mlir::Value value) {
    if (auto type = llvm::dyn_cast<NNTensorType>(value.getType()))
      return createFilled(e.builder, e.getLoc(span), type, 0);
    return e.toRuntimeString(Value::ofString(""), span);
  }

  Value replace(Value value, const llvm::DenseMap<mlir::Value, mlir::Value> &after) {
    if (value.is(Value::Runtime)) {
      mlir::Value other = after.lookup(value.getRuntime());
      return other ? Value::of(other) : value;
    }
    if (!value.is(Value::List) && !value.is(Value::Tuple))
      return value;
    Values elements;
    for (const Value &element : value.getElements())
      elements.push_back(replace(element, after));
    return value.is(Value::Tuple) ? Value::tuple(std::move(elements))
                                  : Value::list(std::move(elements));
  }

  Interpreter &e;
  Span span;
  bool wanted; // the value of the condition where the operations are carried out
};
} // namespace

Value elaborate::evaluateWhere(Interpreter &e, const Value &condition, bool wanted,
                               const ast::Expr *expr) {
  if (!condition.isScalarTensor() || !condition.getTensorType().isBool())
    return e.evaluate(expr);
  mlir::Block *block = e.builder.getInsertionBlock();
  auto end = e.builder.getInsertionPoint();
  mlir::Operation *before = end == block->begin() ? nullptr : &*std::prev(end);
  auto known = e.unit.known;
  Value value = e.evaluate(expr);
  if (value.isPoison() || e.builder.getInsertionBlock() != block)
    return value;
  llvm::SmallVector<mlir::Operation *> operations;
  for (auto at = before ? std::next(before->getIterator()) : block->begin();
       at != e.builder.getInsertionPoint(); ++at)
    operations.push_back(&*at);
  if (llvm::none_of(operations, needsBranch) || !llvm::all_of(operations, canBranch) ||
      !canKeep(value))
    return value;
  e.unit.known = std::move(known); // what the branch reads is known only there
  return Branch(e, expr->span, wanted).run(condition.getRuntime(), operations, value);
}
