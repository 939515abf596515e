//===- BuiltinsReduce.cpp - built-in functions that reduce tensors ---------------------===//

#include "compiler/elaborate/Builtins.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

/// The axes that `along` names (all without it), increasing; nothing after an error.
static std::optional<llvm::SmallVector<int64_t>> getAxes(Emitter &e, const Value &along, bool given,
                                                         int64_t rank, Span span) {
  llvm::SmallVector<int64_t> axes;
  if (!given) {
    llvm::append_range(axes, llvm::seq<int64_t>(0, rank));
    return axes;
  }
  Values wanted =
      along.is(Value::List) || along.is(Value::Tuple) ? along.getElements() : Values{along};
  for (const Value &value : wanted) {
    std::optional<int64_t> axis = e.resolveAxis(value, rank, span);
    if (!axis)
      return std::nullopt;
    if (!llvm::is_contained(axes, *axis))
      axes.push_back(*axis);
  }
  llvm::sort(axes);
  return axes;
}

static Value reduceTensor(Emitter &e, BuiltinCall &c, ReduceKind kind, bool isMean,
                          llvm::StringRef name);

/// Reduces weights or gradients over all their tensors; state that is not calculated with, such as
/// counters, is left out.
static Value reduceWeights(Emitter &e, BuiltinCall &c, ReduceKind kind, llvm::StringRef name) {
  Value total;
  bool isLogical = kind == ReduceKind::And || kind == ReduceKind::Or;
  for (const Weights::Leaf &leaf : c.matched[0].getWeights()->leaves) {
    auto type = llvm::dyn_cast<NNTensorType>(leaf.value.getType());
    if (!type || (isLogical ? !type.isBool() : !type.isFloat()))
      continue;
    BuiltinCall part = c;
    part.matched[0] = Value::of(leaf.value);
    Value reduced = reduceTensor(e, part, kind, false, name);
    llvm::StringRef combine = kind == ReduceKind::Sum   ? "+"
                              : kind == ReduceKind::And ? "and"
                              : kind == ReduceKind::Or  ? "or"
                              : kind == ReduceKind::Max ? "max"
                                                        : "min";
    total = total.isPoison() ? reduced : e.elementwise(combine, {total, reduced}, c.span);
    if (total.isPoison())
      return total;
  }
  if (total.isPoison())
    return e.fail(diag::WrongArgument, c.span, ("the argument of " + name).str(),
                  isLogical ? "truth values" : "real numbers", describe(c.matched[0]));
  return total;
}

static Value reduceTensor(Emitter &e, BuiltinCall &c, ReduceKind kind, bool isMean,
                          llvm::StringRef name) {
  if (c.matched[0].is(Value::WeightsKind) && !isMean && !c.given[1])
    return reduceWeights(e, c, kind, name);
  Value value = e.toTensor(c.matched[0], c.span);
  if (value.isPoison())
    return value;
  NNTensorType type = value.getTensorType();
  bool isLogical = kind == ReduceKind::And || kind == ReduceKind::Or;
  if (isLogical != type.isBool()) {
    DiagnosticBuilder report =
        e.error(diag::WrongArgument, c.span, ("the argument of " + name).str(),
                isLogical ? "truth values" : "numbers", type.str());
    if (!isLogical)
      report.hint("i32(x) makes 1 of true and 0 of false; any(x) and all(x) take truth values");
    return Value();
  }
  if (isMean && !type.isFloat())
    return e.fail(diag::WrongArgument, c.span, "the argument of mean",
                  "real numbers (f32(x) converts)", type.str());
  std::optional<llvm::SmallVector<int64_t>> axes =
      getAxes(e, c.matched[1], c.given[1], type.getRank(), c.span);
  if (!axes)
    return Value();
  bool keep = false;
  if (c.given[2]) {
    if (!c.matched[2].is(Value::Bool))
      return e.fail(diag::NotStatic, c.span, "keep", describe(c.matched[2]));
    keep = c.matched[2].getBool();
  }
  if (kind == ReduceKind::Max || kind == ReduceKind::Min)
    for (int64_t axis : *axes)
      if (!e.checkNotEmpty(type.getDim(axis), name, c.span))
        return Value();
  mlir::Location loc = e.getLoc(c.span);
  mlir::Value operand = value.getRuntime();
  if (kind == ReduceKind::Sum && type.isInteger())
    operand = e.convertTo(operand, e.builder.getI64Type()); // a sum of many needs more digits
  mlir::Value result = ReduceOp::create(e.builder, loc, operand, kind, *axes);
  if (isMean) {
    llvm::SmallVector<Dim> reduced;
    for (int64_t axis : *axes)
      reduced.push_back(type.getDim(axis));
    Value mean = e.elementwise(
        "/", {Value::of(result), Value::ofSize(getProduct(e.context, reduced))}, c.span);
    if (mean.isPoison())
      return mean;
    result = mean.getRuntime();
  }
  if (keep) {
    llvm::SmallVector<Dim> shape = type.getShape();
    for (int64_t axis : *axes)
      shape[axis] = Dim::get(e.context, 1);
    type = llvm::cast<NNTensorType>(result.getType());
    result = ReshapeOp::create(e.builder, loc, type.withShape(shape), result);
  }
  return Value::of(result);
}

/// max(a, b) is element-wise, max(x, along = 1) reduces.
static Value extremum(Emitter &e, BuiltinCall &c, ReduceKind kind, llvm::StringRef name) {
  size_t positional = 0;
  for (const Argument &argument : c.arguments)
    positional += argument.name.empty();
  if (positional == 2 && c.arguments.size() == 2)
    return e.elementwise(name, {c.arguments[0].value, c.arguments[1].value}, c.span,
                         {c.arguments[0].span, c.arguments[1].span});
  return reduceTensor(e, c, kind, false, name);
}

static Value argmax(Emitter &e, BuiltinCall &c, bool smallest) {
  Value value = e.toTensor(c.matched[0], c.span);
  if (value.isPoison())
    return value;
  NNTensorType type = value.getTensorType();
  if (type.isBool())
    return e.fail(diag::WrongArgument, c.span, "the argument of argmax", "numbers", type.str());
  if (!c.given[1] && type.getRank() != 1)
    return e.fail(diag::MissingArgument, c.span, "argmax", "along");
  std::optional<int64_t> axis =
      e.resolveAxis(c.given[1] ? c.matched[1] : Value::ofInt(0), type.getRank(), c.span);
  llvm::StringRef name = smallest ? "argmin" : "argmax";
  if (!axis || !e.checkNotEmpty(type.getDim(*axis), name, c.span) ||
      !e.checkIndexable(type.getDim(*axis), name, c.span))
    return Value();
  return Value::of(
      ArgMaxOp::create(e.builder, e.getLoc(c.span), value.getRuntime(), *axis, smallest));
}

llvm::ArrayRef<Builtin> elaborate::getReductionBuiltins() {
  static const Builtin builtins[] = {
      {"sum", "x along? keep?",
       [](Emitter &e, BuiltinCall &c) {
         return reduceTensor(e, c, ReduceKind::Sum, false, "sum");
       }},
      {"mean", "x along? keep?",
       [](Emitter &e, BuiltinCall &c) {
         return reduceTensor(e, c, ReduceKind::Sum, true, "mean");
       }},
      {"all", "x along? keep?",
       [](Emitter &e, BuiltinCall &c) {
         return c.matched[0].is(Value::Bool) ? c.matched[0]
                                             : reduceTensor(e, c, ReduceKind::And, false, "all");
       }},
      {"any", "x along? keep?",
       [](Emitter &e, BuiltinCall &c) {
         return c.matched[0].is(Value::Bool) ? c.matched[0]
                                             : reduceTensor(e, c, ReduceKind::Or, false, "any");
       }},
      {"max", "x along? keep?",
       [](Emitter &e, BuiltinCall &c) { return extremum(e, c, ReduceKind::Max, "max"); }},
      {"min", "x along? keep?",
       [](Emitter &e, BuiltinCall &c) { return extremum(e, c, ReduceKind::Min, "min"); }},
      {"argmax", "x along?", [](Emitter &e, BuiltinCall &c) { return argmax(e, c, false); }},
      {"argmin", "x along?", [](Emitter &e, BuiltinCall &c) { return argmax(e, c, true); }},
  };
  return builtins;
}
