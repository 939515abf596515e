//===- BatchScans.cpp - work that a scan need not do turn by turn ---------------------------===//
//
// Rewrites, the first three of which make a recurrent network's time mostly that of a few large
// matrix products:
//  * what does not depend on the turn is computed once, before the loop;
//  * a product of a source's row with something from outside is one product of the whole source;
//  * a sum over all turns of products, as for the gradient of a weight matrix, is one product after
//    the loop, of what the turns stack;
//  * any other sum over all turns is compensated (Kahan 1965), so that its error does not grow
//    with their number.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/Origin.h"
#include "compiler/ir/TensorExpr.h"
#include "compiler/optimise/Passes.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::optimise {
#define GEN_PASS_DEF_BATCHSCANS
#include "compiler/optimise/Passes.h.inc"
} // namespace nnc::optimise

namespace {

using Axes = llvm::SmallVector<int64_t>;

Axes shift(llvm::ArrayRef<int64_t> axes) {
  Axes shifted;
  for (int64_t axis : axes)
    shifted.push_back(axis + 1);
  return shifted;
}

class ScanRewrite {
public:
  explicit ScanRewrite(ScanOp op) : op(op) {}

  void run() {
    // Where sizes change from turn to turn, little is the same in all of them.
    if (!op.getBlock().getOps<BindSizeOp>().empty())
      return;
    hoistInvariants();
    batchProducts();
    sumAfterwards();
    compensateSums();
  }

private:
  std::optional<unsigned> getPosition(llvm::ArrayRef<BlockArgument> arguments, Value value) {
    for (auto [i, argument] : llvm::enumerate(arguments))
      if (argument == value)
        return i;
    return std::nullopt;
  }

  /// The operand that the body captures as `inside`; null where it is no capture.
  Value getCaptured(Value inside) {
    std::optional<unsigned> i = getPosition(op.getCaptureArguments(), inside);
    return i ? op.getCaptures()[*i] : Value();
  }

  Value addCapture(Value outside) {
    op.getCapturesMutable().append(outside);
    return op.getBlock().addArgument(outside.getType(), outside.getLoc());
  }

  Value addSource(Value stacked) {
    unsigned at = 1 + op.getSources().size();
    op.getSourcesMutable().append(stacked);
    Type row = ScanOp::getRowType(llvm::cast<NNTensorType>(stacked.getType()));
    return op.getBlock().insertArgument(at, row, stacked.getLoc());
  }

  /// Costs nothing, or would cost memory outside.
  static bool staysInside(Operation *inside) {
    return llvm::isa<ConstantOp, BroadcastOp, IotaOp, SizeOp, RandomOp>(inside) ||
           inside->getNumRegions() != 0 || !isMemoryEffectFree(inside);
  }

  void hoistInvariants() {
    for (Operation &inside : llvm::make_early_inc_range(op.getBlock().without_terminator())) {
      if (staysInside(&inside) || inside.getNumOperands() == 0 ||
          !llvm::all_of(inside.getOperands(),
                        [&](Value operand) { return static_cast<bool>(getCaptured(operand)); }))
        continue;
      llvm::SmallVector<Value> operands;
      for (Value operand : inside.getOperands())
        operands.push_back(getCaptured(operand));
      inside.setOperands(operands);
      inside.moveBefore(op);
      for (Value result : inside.getResults()) {
        llvm::SmallVector<OpOperand *> uses;
        for (OpOperand &use : result.getUses())
          uses.push_back(&use);
        Value capture = addCapture(result);
        for (OpOperand *use : uses)
          use->set(capture);
      }
    }
  }

  /// row @ w for each row is source @ w.
  void batchProducts() {
    for (auto product : llvm::make_early_inc_range(op.getBlock().getOps<ContractOp>())) {
      std::optional<unsigned> row = getPosition(op.getRowArguments(), product.getLhs());
      Value other = getCaptured(product.getRhs());
      if (!row || !other || !product.getLhsBatch().empty())
        continue;
      OpBuilder before(op);
      Value whole = ContractOp::create(before, getScheduleLocation(product), op.getSources()[*row],
                                       other, Axes(), Axes(), shift(product.getLhsContract()),
                                       product.getRhsContract());
      product.replaceAllUsesWith(addSource(whole));
      product.erase();
    }
  }

  /// A value of each turn, stacked: the source of a row, or a new result.
  struct Stacked {
    Value source;
    std::optional<unsigned> row;
  };
  /// Nothing for a value that is the same in each turn.
  std::optional<Stacked> stack(Value value, llvm::SmallVectorImpl<Value> &rows) {
    if (std::optional<unsigned> i = getPosition(op.getRowArguments(), value))
      return Stacked{op.getSources()[*i], std::nullopt};
    if (getCaptured(value))
      return std::nullopt;
    auto *known = llvm::find(rows, value);
    unsigned number = known - rows.begin();
    if (known == rows.end())
      rows.push_back(value);
    return Stacked{{}, number};
  }

  /// carried += product of values of the turn, with nothing else reading it.
  struct Sum {
    unsigned carried;
    Operation *term;
    llvm::SmallVector<Operation *> after; // reshapes and transposes of the term, first to last
    Stacked lhs;
    std::optional<Stacked> rhs;
  };

  /// carried += term, with nothing else reading it; null where it is something else.
  AddOp findSum(unsigned i) {
    BlockArgument carried = op.getCarriedArguments()[i];
    auto add = op.getNext()[i].getDefiningOp<AddOp>();
    bool isSum = add && carried.hasOneUse() && add->hasOneUse() && *carried.user_begin() == add;
    return isSum ? add : AddOp();
  }

  std::optional<Sum> match(unsigned i, llvm::SmallVectorImpl<Value> &rows) {
    BlockArgument carried = op.getCarriedArguments()[i];
    AddOp add = findSum(i);
    if (!add)
      return std::nullopt;
    Value term = add.getA() == carried ? add.getB() : add.getA();
    Sum sum{i, nullptr, {}, {}, {}};
    while (term.hasOneUse() && term.getDefiningOp() &&
           llvm::isa<TransposeOp, ReshapeOp>(term.getDefiningOp())) {
      sum.after.insert(sum.after.begin(), term.getDefiningOp());
      term = term.getDefiningOp()->getOperand(0);
    }
    sum.term = term.getDefiningOp();
    if (!sum.term || !term.hasOneUse() || sum.term->getBlock() != &op.getBlock())
      return std::nullopt;
    if (auto product = llvm::dyn_cast<ContractOp>(sum.term)) {
      if (getCaptured(product.getLhs()) || getCaptured(product.getRhs()))
        return std::nullopt;
      sum.lhs = *stack(product.getLhs(), rows);
      sum.rhs = *stack(product.getRhs(), rows);
      return sum;
    }
    auto reduce = llvm::dyn_cast<ReduceOp>(sum.term);
    if (!reduce || reduce.getKind() != ReduceKind::Sum || getCaptured(reduce.getA()))
      return std::nullopt;
    sum.lhs = *stack(reduce.getA(), rows);
    return sum;
  }

  void sumAfterwards() {
    llvm::SmallVector<Value> rows(op.getRows());
    llvm::SmallVector<Sum> sums;
    for (unsigned i = 0; i < op.getInits().size(); ++i)
      if (std::optional<Sum> sum = match(i, rows))
        sums.push_back(std::move(*sum));
    if (sums.empty())
      return;
    // The body yields what is needed afterwards; the sums are carried unchanged, and thus go.
    llvm::SmallVector<Type> types;
    for (Value row : rows)
      types.push_back(
          ScanOp::getStackedType(llvm::cast<NNTensorType>(row.getType()), op.getLengthDim()));
    llvm::SmallVector<Value> yielded(op.getNext());
    for (const Sum &sum : sums)
      yielded[sum.carried] = op.getCarriedArguments()[sum.carried];
    llvm::append_range(yielded, rows);
    OpBuilder builder(op);
    auto larger =
        ScanOp::create(builder, op.getLoc(), op.getFinals().getTypes(), types, op.getLength(),
                       op.getReverseAttr(), op.getSources(), op.getInits(), op.getCaptures());
    op.getBlock().getTerminator()->setOperands(yielded);
    larger.getBody().takeBody(op.getBody());
    for (auto [old, replacement] : llvm::zip(op.getResults(), larger.getResults()))
      old.replaceAllUsesWith(replacement);
    builder.setInsertionPointAfter(larger);
    for (const Sum &sum : sums)
      larger.getFinals()[sum.carried].replaceAllUsesWith(compute(sum, larger, builder));
    op.erase();
    op = larger;
  }

  /// The sum over all turns, added to what it began with.
  Value compute(const Sum &sum, ScanOp loop, OpBuilder &builder) {
    Location loc = getScheduleLocation(sum.term);
    auto get = [&](const Stacked &stacked) {
      return stacked.row ? loop.getStacked()[*stacked.row] : stacked.source;
    };
    Value total;
    if (auto product = llvm::dyn_cast<ContractOp>(sum.term)) {
      Axes lhs = {0}, rhs = {0};
      llvm::append_range(lhs, shift(product.getLhsContract()));
      llvm::append_range(rhs, shift(product.getRhsContract()));
      total =
          ContractOp::create(builder, loc, get(sum.lhs), get(*sum.rhs),
                             shift(product.getLhsBatch()), shift(product.getRhsBatch()), lhs, rhs);
    } else {
      Axes axes = {0};
      llvm::append_range(axes, shift(llvm::cast<ReduceOp>(sum.term).getAxes()));
      total = ReduceOp::create(builder, loc, get(sum.lhs), ReduceKind::Sum, axes);
    }
    for (Operation *op : sum.after) {
      Operation *clone = builder.clone(*op);
      clone->setOperand(0, total);
      total = clone->getResult(0);
    }
    Value init = loop.getInits()[sum.carried];
    return AddOp::create(builder, getScheduleLocation(sum.term), init.getType(), init, total);
  }

  /// Beside each sum that is left, what its additions have rounded off is carried.
  void compensateSums() {
    llvm::SmallVector<unsigned> sums;
    for (unsigned i = 0; i < op.getInits().size(); ++i)
      if (AddOp add = findSum(i); add && add.getType().isFloat())
        sums.push_back(i);
    if (sums.empty())
      return;
    OpBuilder builder(op);
    llvm::SmallVector<Value> inits(op.getInits()), next(op.getNext()), rows(op.getRows());
    llvm::SmallVector<Type> types(op.getFinals().getTypes());
    unsigned count = inits.size(), at = 1 + op.getSources().size() + count;
    for (unsigned i : sums) {
      AddOp add = findSum(i);
      Value carried = op.getCarriedArguments()[i];
      Value lost = op.getBlock().insertArgument(at++, add.getType(), add.getLoc());
      inits.push_back(createFilled(builder, op.getLoc(), add.getType(), 0));
      types.push_back(add.getType());
      OpBuilder here(add);
      TensorExpr before(here, getScheduleLocation(add), carried);
      TensorExpr term =
          before.with(add.getA() == carried ? add.getB() : add.getA()) + before.with(lost);
      TensorExpr sum = before + term, added = sum - before;
      TensorExpr error = (before - (sum - added)) + (term - added);
      add.replaceAllUsesWith(sum.getValue());
      next[i] = sum.getValue();
      // It is NaN where the sum is infinite.
      next.push_back(select(error == error, error, 0).getValue());
      add.erase();
    }
    llvm::append_range(next, rows);
    auto larger =
        ScanOp::create(builder, op.getLoc(), types, op.getStacked().getTypes(), op.getLength(),
                       op.getReverseAttr(), op.getSources(), inits, op.getCaptures());
    op.getBlock().getTerminator()->setOperands(next);
    larger.getBody().takeBody(op.getBody());
    for (unsigned i = 0; i < count; ++i)
      if (!llvm::is_contained(sums, i))
        op.getFinals()[i].replaceAllUsesWith(larger.getFinals()[i]);
    for (auto [old, replacement] : llvm::zip_equal(op.getStacked(), larger.getStacked()))
      old.replaceAllUsesWith(replacement);
    builder.setInsertionPointAfter(larger);
    for (auto [number, i] : llvm::enumerate(sums)) {
      TensorExpr sum(builder, getScheduleLocation(op), larger.getFinals()[i]);
      TensorExpr lost = sum.with(larger.getFinals()[count + number]);
      op.getFinals()[i].replaceAllUsesWith((sum + lost).getValue());
    }
    op.erase();
    op = larger;
  }

  ScanOp op;
};

struct BatchScans : nnc::optimise::impl::BatchScansBase<BatchScans> {
  void runOnOperation() override {
    // Inner loops first: what leaves them may leave the outer ones, too.
    llvm::SmallVector<ScanOp> scans;
    getOperation()->walk<WalkOrder::PreOrder>([&](ScanOp op) { scans.push_back(op); });
    for (ScanOp op : llvm::reverse(scans))
      ScanRewrite(op).run();
    if (scans.empty())
      return;
    OpPassManager cleanup(getOperation()->getName());
    cleanup.addPass(createCanonicalizerPass());
    cleanup.addPass(createCSEPass());
    if (failed(runPipeline(cleanup, getOperation())))
      signalPassFailure();
  }
};

} // namespace
