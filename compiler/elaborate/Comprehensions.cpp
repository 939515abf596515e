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

#include "compiler/elaborate/Comprehensions.h"
#include "compiler/elaborate/Loops.h"
#include "compiler/elaborate/Observer.h"
#include "compiler/elaborate/Recurrence.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

Fold elaborate::getFold(const Value &callee) {
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

Value elaborate::getIdentity(Fold fold) {
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

Value elaborate::combine(Emitter &e, Fold fold, Value a, Value b, Span span) {
  switch (fold) {
  case Fold::Max:
    return e.elementwise("max", {a, b}, span);
  case Fold::Min:
    return e.elementwise("min", {a, b}, span);
  case Fold::All:
    return e.binary(ast::BinaryOp::And, a, b, span, span, span);
  case Fold::Any:
    return e.binary(ast::BinaryOp::Or, a, b, span, span, span);
  default:
    return e.binary(ast::BinaryOp::Add, a, b, span, span, span);
  }
}

//===-- What is known at compile time -----------------------------------------------------===//

namespace {
/// The elements of a comprehension that is carried out turn by turn.
struct Elements {
  Values values;
  Values weights;        // 1 for each that is there, or whether it is
  bool isMasked = false; // the run decides which are there
  bool failed = false;
};
} // namespace

/// Evaluates one turn.
static void addElement(Interpreter &e, const Comprehension &c, const std::string &base,
                       Elements &all) {
  const ast::Expr *condition = c.generator.condition;
  Value keeps = condition ? e.evaluate(condition) : Value::ofBool(true);
  if (keeps.is(Value::Bool) && !keeps.getBool())
    return;
  bool isMask = keeps.isScalarTensor() && keeps.getTensorType().isBool();
  if (!keeps.is(Value::Bool) && !(isMask && c.fold != Fold::List)) {
    if (!keeps.isPoison())
      e.error(diag::NotStatic, condition->span, "the condition of a comprehension", describe(keeps))
          .hint("how long a list is must be known when the program is compiled");
    all.failed = true;
    return;
  }
  Restore<std::string> place(e.path, base + "." + std::to_string(all.values.size()));
  Value value = e.evaluate(c.element);
  if (isMask) {
    all.isMasked = true;
    value = e.select(keeps, value, getIdentity(c.fold), c.span);
  }
  all.failed |= value.isPoison();
  all.values.push_back(value);
  all.weights.push_back(isMask ? Value::of(e.convertTo(keeps.getRuntime(), e.getReal()))
                               : Value::ofInt(1));
}

static Value foldAll(Emitter &e, Fold fold, const Values &values, Span span) {
  Value result = values.front();
  for (const Value &value : llvm::drop_begin(values)) {
    if (result.isPoison())
      break;
    result = combine(e, fold, result, value, span);
  }
  return result;
}

static Value comprehendList(Interpreter &e, const Comprehension &c, Value source) {
  Elements all;
  std::string base = e.path;
  forEach(e, source, c.generator.source->span, c.generator.pattern,
          [&] { addElement(e, c, base, all); });
  if (all.failed)
    return Value();
  if (c.fold == Fold::List)
    return Value::list(std::move(all.values));
  bool isMean = c.fold == Fold::Mean;
  if (all.values.empty() && (isMean || c.fold == Fold::Max || c.fold == Fold::Min))
    return e.fail(diag::FoldOfNothing, c.span);
  if (all.values.empty())
    return getIdentity(c.fold);
  Value result = foldAll(e, c.fold, all.values, c.span);
  if (!isMean || result.isPoison())
    return result;
  Value count =
      all.isMasked ? foldAll(e, c.fold, all.weights, c.span) : Value::ofInt(all.values.size());
  return e.binary(ast::BinaryOp::Div, result, count, c.span, c.span, c.span);
}

//===-- Tensors and ranges of run-time length ---------------------------------------------===//

/// scan p in source { yield e }, or { yield e, condition }.
static Value scanElements(Interpreter &e, const Comprehension &c, Value source) {
  constexpr StringRef hidden = "the source"; // no name of the language
  Scope local;
  local.parent = e.scope;
  local.set(hidden, Binding::fixed(source, {}));
  Restore<Scope *> inScope(e.scope, &local);
  ast::Name name(c.generator.source->span);
  name.name = hidden.str();
  ast::YieldStatement yield(c.element->span);
  yield.values.push_back(c.element);
  if (c.generator.condition)
    yield.values.push_back(c.generator.condition);
  ast::Scan scan(c.span);
  scan.sources.push_back({c.generator.pattern, &name});
  scan.body.span = c.element->span;
  scan.body.statements.push_back(&yield);
  return evaluateScan(e, &scan);
}

static Value comprehendScan(Interpreter &e, const Comprehension &c, Value source) {
  Span span = c.span;
  Value result = scanElements(e, c, source);
  if (c.fold == Fold::List || result.isPoison())
    return result;
  auto reduce = [&](StringRef function, Value tensor) {
    return e.call(e.modules.library.scope.findHere(function)->value,
                  {{"", tensor, span}, {"along", Value::ofInt(0), span}}, span);
  };
  static constexpr StringRef names[] = {"", "sum", "mean", "max", "min", "all", "any"};
  StringRef function = names[static_cast<int>(c.fold)];
  if (!c.generator.condition)
    return reduce(function, result);
  Value tensor = result.getElements()[0], mask = result.getElements()[1];
  if (!mask.isTensor() || !mask.getTensorType().isBool() || mask.getTensorType().getRank() != 1)
    return e.fail(diag::WrongArgument, c.generator.condition->span,
                  "the condition of a comprehension", "true or false", describe(mask));
  llvm::SmallVector<Dim> shape(tensor.getTensorType().getRank(), Dim::get(e.context, 1));
  shape[0] = mask.getTensorType().getDim(0);
  Value wide = Value::of(ReshapeOp::create(
      e.builder, e.getLoc(span), mask.getTensorType().withShape(shape), mask.getRuntime()));
  Value kept = e.select(wide, tensor, getIdentity(c.fold), span);
  if (kept.isPoison() || c.fold != Fold::Mean)
    return kept.isPoison() ? kept : reduce(function, kept);
  Value count = reduce("sum", Value::of(e.convertTo(mask.getRuntime(), e.getReal())));
  return e.binary(ast::BinaryOp::Div, reduce("sum", kept), count, span, span, span);
}

Value elaborate::evaluateComprehension(Interpreter &e, const Comprehension &c) {
  Span sourceSpan = c.generator.source->span;
  Value source = e.evaluate(c.generator.source);
  if (source.isPoison())
    return source;
  bool counted = source.is(Value::EnumeratedKind);
  Value walked = counted ? source.getEnumerated() : source;
  Phase phase = decidePhase(walked, c.fold);
  if (e.observer)
    e.observer->decided(*c.generator.source, phase);
  if (phase.kind == Phase::Unrolled)
    return comprehendList(e, c, source);
  bool isBatches = phase.kind == Phase::Batches;
  if (!isBatches && !walked.is(Value::RangeKind) && !walked.isTensor())
    return e.fail(diag::NotIterable, sourceSpan, describe(source));
  if (!isBatches && counted)
    return e.fail(diag::NotSupported, sourceSpan,
                  "a comprehension that numbers what is known at run time only");
  if (c.generator.condition && c.fold == Fold::List)
    return e.fail(diag::NotSupported, c.generator.condition->span,
                  "a condition that the run decides, in a list,");
  return isBatches ? comprehendBatches(e, c, walked, counted) : comprehendScan(e, c, walked);
}
