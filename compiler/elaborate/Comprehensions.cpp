//===- Comprehensions.cpp - [e for p in s if c] and f(e for p in s if c) ------------------===//
//
// Over what is known at compile time, a comprehension is carried out here, element by element. Over
// a tensor or a range of run-time length it is a scan that yields. Over a data set or its batches
// it is a loop that fills a tensor, or adds up.
//
// sum, mean, max, min, all and any of a comprehension combine its elements, whatever their shape;
// mean over batches gives each row the same weight. Any other function gets the list.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Elaborator.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

/// Turns of a static range beyond which a comprehension that combines numbers runs as a loop.
static constexpr int64_t unrollLimit = 256;

static bool isStaticRange(const Value &value) {
  return value.is(Value::RangeKind) && value.getRange().lower->is(Value::Int) &&
         value.getRange().upper->is(Value::Int);
}

Fold Elaborator::getFold(const Value &callee) {
  if (!callee.is(Value::Function) || callee.getCallable()->kind != Callable::BuiltinFunction)
    return Fold::List;
  return llvm::StringSwitch<Fold>(callee.getCallable()->builtin->name)
      .Case("sum", Fold::Sum)
      .Case("mean", Fold::Mean)
      .Case("max", Fold::Max)
      .Case("min", Fold::Min)
      .Case("all", Fold::All)
      .Case("any", Fold::Any)
      .Default(Fold::List);
}

Value Elaborator::evaluateComprehension(ast::Expr *element, const ast::Generator &generator,
                                        Fold fold, Span span) {
  Value source = evaluate(generator.source);
  if (source.isPoison())
    return source;
  bool counted = source.is(Value::EnumeratedKind);
  Value walked = counted ? source.getEnumerated() : source;
  if (walked.is(Value::BatchesKind) || walked.is(Value::Data))
    return comprehendBatches(walked, counted, element, generator, fold, span);
  bool isShort = isStaticRange(walked) && (fold == Fold::List || [&] {
                   int64_t turns;
                   return !__builtin_sub_overflow(walked.getRange().upper->getInt(),
                                                  walked.getRange().lower->getInt(), &turns) &&
                          turns <= unrollLimit;
                 }());
  if (isShort || walked.is(Value::List) || walked.is(Value::Tuple))
    return comprehendList(source, element, generator, fold, span);
  if (!walked.is(Value::RangeKind) && !walked.isTensor())
    return fail(diag::NotIterable, generator.source->span, describe(source));
  if (counted)
    return fail(diag::NotSupported, generator.source->span,
                "a comprehension that numbers what is known at run time only");
  return comprehendScan(walked, element, generator, fold, span);
}

//===-- What is known at compile time -----------------------------------------------------===//

/// What combining starts with, and leaves another value as it is.
static Value getIdentity(Fold fold) {
  switch (fold) {
  case Fold::Max:
    return Value::ofFloat(-std::numeric_limits<double>::infinity());
  case Fold::Min:
    return Value::ofFloat(std::numeric_limits<double>::infinity());
  case Fold::All:
    return Value::ofBool(true);
  case Fold::Any:
    return Value::ofBool(false);
  default:
    return Value::ofInt(0);
  }
}

Value Elaborator::combine(Fold fold, Value a, Value b, Span span) {
  switch (fold) {
  case Fold::Max:
    return elementwise("max", {a, b}, span);
  case Fold::Min:
    return elementwise("min", {a, b}, span);
  case Fold::All:
    return binary(ast::BinaryOp::And, a, b, span, span, span);
  case Fold::Any:
    return binary(ast::BinaryOp::Or, a, b, span, span, span);
  default:
    return binary(ast::BinaryOp::Add, a, b, span, span, span);
  }
}

Value Elaborator::comprehendList(Value source, ast::Expr *element, const ast::Generator &generator,
                                 Fold fold, Span span) {
  Values values, weights;
  bool failed = false, isMasked = false;
  std::string base = path;
  forEach(source, generator.source->span, generator.pattern, [&] {
    Value keeps = generator.condition ? evaluate(generator.condition) : Value::ofBool(true);
    if (keeps.is(Value::Bool) && !keeps.getBool())
      return;
    bool isMask = keeps.isScalarTensor() && keeps.getTensorType().isBool();
    if (!keeps.is(Value::Bool) && !(isMask && fold != Fold::List)) {
      if (!keeps.isPoison())
        error(diag::NotStatic, generator.condition->span, "the condition of a comprehension",
              describe(keeps))
            .hint("how long a list is must be known when the program is compiled");
      failed = true;
      return;
    }
    Restore<std::string> place(path, base + "." + std::to_string(values.size()));
    Value value = evaluate(element);
    if (isMask) {
      isMasked = true;
      value = select(keeps, value, getIdentity(fold), span);
    }
    failed |= value.isPoison();
    values.push_back(value);
    weights.push_back(isMask ? Value::of(convertTo(keeps.getRuntime(), getReal()))
                             : Value::ofInt(1));
  });
  if (failed)
    return Value();
  if (fold == Fold::List)
    return Value::list(std::move(values));
  if (values.empty() && (fold == Fold::Mean || fold == Fold::Max || fold == Fold::Min))
    return fail(diag::FoldOfNothing, span);
  if (values.empty())
    return getIdentity(fold);
  auto foldAll = [&](const Values &all) {
    Value result = all.front();
    for (const Value &value : llvm::drop_begin(all)) {
      if (result.isPoison())
        break;
      result = combine(fold, result, value, span);
    }
    return result;
  };
  Value result = foldAll(values);
  if (fold != Fold::Mean || result.isPoison())
    return result;
  Value count = isMasked ? foldAll(weights) : Value::ofInt(values.size());
  return binary(ast::BinaryOp::Div, result, count, span, span, span);
}

//===-- Tensors and ranges of run-time length ---------------------------------------------===//

Value Elaborator::comprehendScan(Value source, ast::Expr *element, const ast::Generator &generator,
                                 Fold fold, Span span) {
  if (generator.condition && fold == Fold::List)
    return fail(diag::NotSupported, generator.condition->span,
                "a condition that the run decides, in a list,");
  // scan p in source { yield e }, or { yield e, condition }.
  constexpr StringRef hidden = "the source"; // no name of the language
  Scope local;
  local.parent = scope;
  local.set(hidden, Binding::fixed(source, {}));
  Restore<Scope *> inScope(scope, &local);
  ast::Name name(generator.source->span);
  name.name = hidden.str();
  ast::YieldStatement yield(element->span);
  yield.values.push_back(element);
  if (generator.condition)
    yield.values.push_back(generator.condition);
  ast::Scan scan(span);
  scan.sources.push_back({generator.pattern, &name});
  scan.body.span = element->span;
  scan.body.statements.push_back(&yield);
  Value result = evaluateScan(&scan);
  if (fold == Fold::List || result.isPoison())
    return result;

  auto reduce = [&](StringRef function, Value tensor) {
    return call(library.scope.findHere(function)->value,
                {{"", tensor, span}, {"along", Value::ofInt(0), span}}, span);
  };
  static constexpr StringRef names[] = {"", "sum", "mean", "max", "min", "all", "any"};
  StringRef function = names[static_cast<int>(fold)];
  if (!generator.condition)
    return reduce(function, result);
  Value tensor = result.getElements()[0], mask = result.getElements()[1];
  if (!mask.isTensor() || !mask.getTensorType().isBool() || mask.getTensorType().getRank() != 1)
    return fail(diag::WrongArgument, generator.condition->span, "the condition of a comprehension",
                "true or false", describe(mask));
  llvm::SmallVector<Dim> shape(tensor.getTensorType().getRank(), Dim::get(context, 1));
  shape[0] = mask.getTensorType().getDim(0);
  Value wide = Value::of(ReshapeOp::create(
      builder, getLoc(span), mask.getTensorType().withShape(shape), mask.getRuntime()));
  Value kept = select(wide, tensor, getIdentity(fold), span);
  if (kept.isPoison() || fold != Fold::Mean)
    return kept.isPoison() ? kept : reduce(function, kept);
  Value count = reduce("sum", Value::of(convertTo(mask.getRuntime(), getReal())));
  return binary(ast::BinaryOp::Div, reduce("sum", kept), count, span, span, span);
}

//===-- Data sets -------------------------------------------------------------------------===//

/// A size of the tensor that only the loop knows; empty if there is none.
std::string Elaborator::findInnerSize(NNTensorType type) {
  for (Dim dim : type.getShape()) {
    llvm::SetVector<mlir::StringAttr> names;
    dim.collectSymbols(names);
    for (mlir::StringAttr name : names)
      if (sizeDepths.lookup(name.getValue()) > runtimeDepth)
        return name.str();
  }
  return "";
}

namespace {
/// What a loop over batches collects.
struct Collected {
  mlir::Operation *loop = nullptr;
  std::shared_ptr<Variable> result, count;
  mlir::Type element; // of the values, where the result is kept more precisely
  bool failed = false;
};
} // namespace

Value Elaborator::comprehendBatches(Value source, bool counted, ast::Expr *element,
                                    const ast::Generator &generator, Fold fold, Span span) {
  if (generator.condition && fold == Fold::List)
    return fail(diag::NotSupported, generator.condition->span,
                "a condition that the run decides, in a list,");
  Batches batches =
      source.is(Value::Data) ? Batches{source.getDataset(), nullptr} : source.getBatches();
  Dim allRows = Dim::getSymbol(context, batches.data->getType().getRows());
  mlir::Type f64 = builder.getF64Type();
  std::string place = path.empty() ? "comprehension" : path;
  unsigned outerDepth = runtimeDepth;
  Collected all;
  // A variable that the loop changes, and its value before the loop.
  auto makeBefore = [&](NNTensorType type, const char *name, llvm::function_ref<Value()> initial) {
    auto variable = makeVariable(place + "." + name, VariableKind::Var, type, span, name);
    if (initial) {
      mlir::OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPoint(all.loop);
      Value value = initial();
      assignVariable(*variable, broadcastTo(value.getRuntime(), type.getShape()));
    }
    return variable;
  };
  auto identityOf = [&](mlir::Type type) {
    bool isLarge = fold == Fold::Max || fold == Fold::Min;
    if (auto whole = llvm::dyn_cast<mlir::IntegerType>(type); whole && isLarge) {
      unsigned width = whole.getWidth();
      llvm::APInt number = fold == Fold::Max ? llvm::APInt::getSignedMinValue(width)
                                             : llvm::APInt::getSignedMaxValue(width);
      return Value::of(ConstantOp::create(
          builder, getLoc(span),
          mlir::DenseElementsAttr::get(mlir::RankedTensorType::get({}, type), number)));
    }
    return Value::of(toElementType(getIdentity(fold), type, span));
  };
  auto accumulate = [&](Value value, Dim rows) {
    Value tensor = toTensor(value, element->span);
    all.failed = tensor.isPoison();
    if (all.failed)
      return;
    NNTensorType type = tensor.getTensorType();
    Restore<unsigned> outside(runtimeDepth, outerDepth);
    if (std::string inner = findInnerSize(type); !inner.empty()) {
      error(diag::NotSupported, element->span,
            "combining tensors whose size '" + inner + "' changes from batch to batch")
          .hint("reduce them first, e.g. sum(sum(x) for …)");
      all.failed = true;
      return;
    }
    bool isLogic = fold == Fold::All || fold == Fold::Any;
    if (type.isBool() != isLogic || (fold == Fold::Mean && !type.isFloat())) {
      error(diag::WrongArgument, element->span, "an element of the comprehension",
            isLogic              ? "true or false"
            : fold == Fold::Mean ? "a real number"
                                 : "a number",
            describe(tensor));
      all.failed = true;
      return;
    }
    all.element = type.getElementType();
    // Many real numbers are added up in double precision.
    bool isSum = fold == Fold::Sum || fold == Fold::Mean;
    if (isSum && type.isFloat() && type.isScalar())
      type = type.withElementType(f64);
    mlir::Type kept = type.getElementType();
    all.result = makeBefore(type, "result", [&] { return identityOf(kept); });
    runtimeDepth = outerDepth + 1;
    tensor = Value::of(convertTo(tensor.getRuntime(), kept));
    if (fold == Fold::Mean) {
      all.count =
          makeBefore(getScalarType(f64), "count", [&] { return Value::of(constant(0, f64)); });
      Value weight = Value::of(convertTo(
          toTensor(Value::ofSize(batches.size ? rows : Dim::get(context, 1)), span).getRuntime(),
          f64));
      tensor = binary(ast::BinaryOp::Mul, tensor, Value::of(convertTo(weight.getRuntime(), kept)),
                      span, span, span);
      Value count = combine(Fold::Sum, Value::of(readVariable(*all.count)), weight, span);
      assignVariable(*all.count, count.getRuntime());
    }
    Value next = combine(fold, Value::of(readVariable(*all.result)), tensor, span);
    assignVariable(*all.result, next.getRuntime());
  };
  auto collect = [&](Value value, Dim rows) {
    Value tensor = toTensor(value, element->span);
    all.failed = tensor.isPoison();
    if (all.failed)
      return;
    NNTensorType type = tensor.getTensorType();
    llvm::SmallVector<Dim> shape = type.getShape();
    bool joins = batches.size && !shape.empty() && shape[0] == rows;
    if (!joins)
      shape.insert(shape.begin(), Dim::get(context, 1));
    NNTensorType part = type.withShape(shape);
    if (!joins)
      tensor = Value::of(ReshapeOp::create(builder, getLoc(span), part, tensor.getRuntime()));
    NNTensorType rest = part.withShape(llvm::ArrayRef<Dim>(shape).drop_front());
    {
      Restore<unsigned> outside(runtimeDepth, outerDepth);
      if (std::string inner = findInnerSize(rest); !inner.empty()) {
        error(diag::NotSupported, element->span,
              "a list of tensors whose size '" + inner + "' changes from batch to batch");
        all.failed = true;
        return;
      }
    }
    // As many rows as the data set has, or one for each turn.
    shape[0] = allRows;
    if (!joins && batches.size) {
      mlir::OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPoint(all.loop);
      mlir::Value size = toRuntimeInt(*batches.size, span, "the size of batches");
      Value up = binary(ast::BinaryOp::Add, Value::ofSize(allRows - Dim::get(context, 1)),
                        Value::of(size), span, span, span);
      Value turns = elementwise("div", {up, Value::of(size)}, span);
      std::string symbol = makeSizeSymbol("turns");
      sizeDepths[symbol] = outerDepth;
      BindSizeOp::create(builder, getLoc(span), turns.getRuntime(), symbol);
      shape[0] = Dim::getSymbol(context, symbol);
    }
    all.result = makeBefore(type.withShape(shape), "result", nullptr);
    all.count = makeBefore(getScalarType(builder.getI64Type()), "filled",
                           [&] { return Value::of(constantInt(0)); });
    Value at = Value::of(readVariable(*all.count));
    AssignRowsOp::create(builder, getLoc(span), all.result->symbol, at.getRuntime(),
                         tensor.getRuntime());
    Value step = joins ? Value::ofSize(rows) : Value::ofInt(1);
    assignVariable(*all.count, binary(ast::BinaryOp::Add, at, step, span, span, span).getRuntime());
  };

  unsigned errorsBefore = engine.getErrorCount();
  emitBatches(batches, generator.pattern, counted, span, generator.source->span, [&] {
    all.loop = builder.getInsertionBlock()->getParentOp();
    Dim rows = Dim::getSymbol(context, llvm::cast<BatchesOp>(all.loop).getRowsAttr());
    auto takeElement = [&] {
      Value value = evaluate(element);
      if (value.isPoison())
        all.failed = true;
      else if (fold == Fold::List)
        collect(value, rows);
      else
        accumulate(value, rows);
    };
    if (!generator.condition)
      return takeElement();
    mlir::Value keeps = toRuntimeBool(evaluate(generator.condition), generator.condition->span,
                                      "the condition of a comprehension");
    if (!keeps)
      return;
    auto op = IfOp::create(builder, getLoc(span), keeps);
    emitRegion(op.getThenRegion(), {}, [&](mlir::ValueRange) { takeElement(); });
    emitRegion(op.getElseRegion(), {}, [](mlir::ValueRange) {});
  });
  if (all.failed || engine.getErrorCount() != errorsBefore || !all.result)
    return Value();
  Value result = Value::of(readVariable(*all.result));
  if (fold == Fold::List)
    return result;
  if (fold == Fold::Mean) {
    mlir::Type kept = all.result->getTensorType().getElementType();
    Value count = Value::of(convertTo(readVariable(*all.count), kept));
    result = binary(ast::BinaryOp::Div, result, count, span, span, span);
  }
  return Value::of(convertTo(result.getRuntime(), all.element));
}
