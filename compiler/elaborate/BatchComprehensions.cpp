//===- BatchComprehensions.cpp - comprehensions over data sets and their batches ------------===//
//
// Such a comprehension is a loop over batches that adds up in a variable, or fills a tensor whose
// length is known once the data set is.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Comprehensions.h"
#include "compiler/elaborate/Data.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

namespace {

class BatchComprehension {
public:
  BatchComprehension(Interpreter &e, const Comprehension &c, const Batches &batches)
      : e(e), c(c), batches(batches), outerDepth(e.runtimeDepth) {}

  Value run(bool counted);

private:
  std::shared_ptr<const Variable> makeBefore(NNTensorType type, const char *name,
                                             llvm::function_ref<Value()> initial);
  Value getIdentityOf(mlir::Type type);
  void takeTurn(Dim rows);
  void takeElement(Dim rows);
  bool canAccumulate(const Value &tensor);
  void accumulate(Value tensor, Dim rows);
  Value weigh(Value tensor, Dim rows);
  void collect(Value tensor, Dim rows);
  Dim countTurns();
  Value binary(ast::BinaryOp op, Value a, Value b) {
    return e.binary(op, a, b, c.span, c.span, c.span);
  }

  Interpreter &e;
  const Comprehension &c;
  const Batches &batches;
  unsigned outerDepth; // of run-time control

  mlir::Operation *loop = nullptr;
  std::shared_ptr<const Variable> result, count;
  mlir::Type element; // of the values, where the result is kept more precisely
  bool failed = false;
};

} // namespace

/// A variable that the loop changes, and its value before the loop.
std::shared_ptr<const Variable>
BatchComprehension::makeBefore(NNTensorType type, const char *name,
                               llvm::function_ref<Value()> initial) {
  std::string place = e.path.empty() ? "comprehension" : e.path;
  auto variable = e.makeVariable(place + "." + name, VariableKind::Var, type, c.span, name);
  if (initial) {
    mlir::OpBuilder::InsertionGuard guard(e.builder);
    e.builder.setInsertionPoint(loop);
    e.assignVariable(*variable, e.broadcastTo(initial().getRuntime(), type.getShape()));
  }
  return variable;
}

Value BatchComprehension::getIdentityOf(mlir::Type type) {
  bool isLarge = c.fold == Fold::Max || c.fold == Fold::Min;
  auto whole = llvm::dyn_cast<mlir::IntegerType>(type);
  if (!whole || !isLarge)
    return Value::of(e.toElementType(getIdentity(c.fold), type, c.span));
  unsigned width = whole.getWidth();
  llvm::APInt number = c.fold == Fold::Max ? llvm::APInt::getSignedMinValue(width)
                                           : llvm::APInt::getSignedMaxValue(width);
  return Value::of(ConstantOp::create(
      e.builder, e.getLoc(c.span),
      mlir::DenseElementsAttr::get(mlir::RankedTensorType::get({}, type), number)));
}

/// Whether values of that type can be combined; reports where not.
bool BatchComprehension::canAccumulate(const Value &tensor) {
  NNTensorType type = tensor.getTensorType();
  Span span = c.element->span;
  if (std::string inner = e.findInnerSize(type, outerDepth); !inner.empty()) {
    e.error(diag::NotSupported, span,
            "combining tensors whose size '" + inner + "' changes from batch to batch")
        .hint("reduce them first, e.g. sum(sum(x) for …)");
    return false;
  }
  bool isLogic = c.fold == Fold::All || c.fold == Fold::Any, isMean = c.fold == Fold::Mean;
  if (type.isBool() == isLogic && (!isMean || type.isFloat()))
    return true;
  e.error(diag::WrongArgument, span, "an element of the comprehension",
          isLogic  ? "true or false"
          : isMean ? "a real number"
                   : "a number",
          describe(tensor));
  return false;
}

/// The tensor times the number of rows that it stands for, which are counted.
Value BatchComprehension::weigh(Value tensor, Dim rows) {
  mlir::Type f64 = e.builder.getF64Type();
  count = makeBefore(getScalarType(f64), "count", [&] { return Value::of(e.constant(0, f64)); });
  Value size = Value::ofSize(batches.size ? rows : Dim::get(e.context, 1));
  Value weight = Value::of(e.convertTo(e.toTensor(size, c.span).getRuntime(), f64));
  mlir::Type kept = tensor.getTensorType().getElementType();
  Value weighed =
      binary(ast::BinaryOp::Mul, tensor, Value::of(e.convertTo(weight.getRuntime(), kept)));
  Value next = combine(e, Fold::Sum, Value::of(e.readVariable(*count)), weight, c.span);
  e.assignVariable(*count, next.getRuntime());
  return weighed;
}

void BatchComprehension::accumulate(Value tensor, Dim rows) {
  mlir::Type kept;
  {
    Restore<unsigned> outside(e.runtimeDepth, outerDepth);
    failed = !canAccumulate(tensor);
    if (failed)
      return;
    NNTensorType type = tensor.getTensorType();
    element = type.getElementType();
    // Many real numbers are added up in double precision.
    bool isSum = c.fold == Fold::Sum || c.fold == Fold::Mean;
    if (isSum && type.isFloat() && type.isScalar())
      type = type.withElementType(e.builder.getF64Type());
    kept = type.getElementType();
    result = makeBefore(type, "result", [&] { return getIdentityOf(kept); });
  }
  Restore<unsigned> inside(e.runtimeDepth, outerDepth + 1);
  tensor = Value::of(e.convertTo(tensor.getRuntime(), kept));
  if (c.fold == Fold::Mean)
    tensor = weigh(tensor, rows);
  Value next = combine(e, c.fold, Value::of(e.readVariable(*result)), tensor, c.span);
  e.assignVariable(*result, next.getRuntime());
}

/// How many turns the loop has, as a size.
Dim BatchComprehension::countTurns() {
  mlir::OpBuilder::InsertionGuard guard(e.builder);
  e.builder.setInsertionPoint(loop);
  Dim allRows = Dim::getSymbol(e.context, batches.data->getType().getRows());
  mlir::Value size = e.toRuntimeInt(*batches.size, c.span, "the size of batches");
  Value up =
      binary(ast::BinaryOp::Add, Value::ofSize(allRows - Dim::get(e.context, 1)), Value::of(size));
  Value turns = e.elementwise("div", {up, Value::of(size)}, c.span);
  std::string symbol = e.makeSizeSymbol("turns", outerDepth);
  BindSizeOp::create(e.builder, e.getLoc(c.span), turns.getRuntime(), symbol);
  return Dim::getSymbol(e.context, symbol);
}

/// Writes the tensor after what the turns before have written.
void BatchComprehension::collect(Value tensor, Dim rows) {
  NNTensorType type = tensor.getTensorType();
  llvm::SmallVector<Dim> shape = type.getShape();
  bool joins = batches.size && !shape.empty() && shape[0] == rows;
  if (!joins)
    shape.insert(shape.begin(), Dim::get(e.context, 1));
  NNTensorType part = type.withShape(shape);
  if (!joins)
    tensor = Value::of(ReshapeOp::create(e.builder, e.getLoc(c.span), part, tensor.getRuntime()));
  NNTensorType rest = part.withShape(llvm::ArrayRef<Dim>(shape).drop_front());
  if (std::string inner = e.findInnerSize(rest, outerDepth); !inner.empty()) {
    e.error(diag::NotSupported, c.element->span,
            "a list of tensors whose size '" + inner + "' changes from batch to batch");
    failed = true;
    return;
  }
  // As many rows as the data set has, or one for each turn.
  shape[0] = joins || !batches.size ? Dim::getSymbol(e.context, batches.data->getType().getRows())
                                    : countTurns();
  result = makeBefore(type.withShape(shape), "result", nullptr);
  count = makeBefore(getScalarType(e.builder.getI64Type()), "filled",
                     [&] { return Value::of(e.constantInt(0)); });
  Value at = Value::of(e.readVariable(*count));
  AssignRowsOp::create(e.builder, e.getLoc(c.span), result->symbol, at.getRuntime(),
                       tensor.getRuntime());
  Value step = joins ? Value::ofSize(rows) : Value::ofInt(1);
  e.assignVariable(*count, binary(ast::BinaryOp::Add, at, step).getRuntime());
}

void BatchComprehension::takeElement(Dim rows) {
  Value value = e.evaluate(c.element);
  Value tensor = value.isPoison() ? value : e.toTensor(value, c.element->span);
  failed = tensor.isPoison();
  if (failed)
    return;
  if (c.fold == Fold::List)
    collect(tensor, rows);
  else
    accumulate(tensor, rows);
}

void BatchComprehension::takeTurn(Dim rows) {
  const ast::Expr *condition = c.generator.condition;
  if (!condition)
    return takeElement(rows);
  mlir::Value keeps =
      e.toRuntimeBool(e.evaluate(condition), condition->span, "the condition of a comprehension");
  if (!keeps)
    return;
  auto op = IfOp::create(e.builder, e.getLoc(c.span), keeps);
  e.emitRegion(op.getThenRegion(), {}, [&](mlir::ValueRange) { takeElement(rows); });
  e.emitRegion(op.getElseRegion(), {}, [](mlir::ValueRange) {});
}

Value BatchComprehension::run(bool counted) {
  unsigned errorsBefore = e.engine.getErrorCount();
  emitBatches(e, batches, c.generator.pattern, counted, c.span, c.generator.source->span, [&] {
    loop = e.builder.getInsertionBlock()->getParentOp();
    takeTurn(Dim::getSymbol(e.context, llvm::cast<BatchesOp>(loop).getRowsAttr()));
  });
  if (failed || e.engine.getErrorCount() != errorsBefore || !result)
    return Value();
  Value value = Value::of(e.readVariable(*result));
  if (c.fold == Fold::List)
    return value;
  if (c.fold == Fold::Mean) {
    mlir::Type kept = result->getTensorType().getElementType();
    value = binary(ast::BinaryOp::Div, value, Value::of(e.convertTo(e.readVariable(*count), kept)));
  }
  return Value::of(e.convertTo(value.getRuntime(), element));
}

Value elaborate::comprehendBatches(Interpreter &e, const Comprehension &c, const Value &source,
                                   bool counted) {
  Batches batches =
      source.is(Value::Data) ? Batches{source.getDataset(), nullptr} : source.getBatches();
  return BatchComprehension(e, c, batches).run(counted);
}
