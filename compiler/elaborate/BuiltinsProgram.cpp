//===- BuiltinsProgram.cpp - built-in functions of training, randomness and output -----===//

#include "compiler/elaborate/Paths.h"
#include "compiler/elaborate/Training.h"
#include "compiler/elaborate/WrittenFiles.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

//===-- Gradients, modes, weights -----------------------------------------------------===//

static Value grad(Interpreter &e, BuiltinCall &c, bool isJacobian) {
  const auto &arguments = c.syntax->arguments;
  if (arguments.size() != 2 || arguments[0].name || arguments[1].name)
    return e.fail(diag::WrongArgumentCount, c.span, isJacobian ? "jacobian" : "grad",
                  arguments.size());
  return gradient(e, arguments[0].value, arguments[1].value, c.span, isJacobian);
}

/// training(E), evaluation(E).
static Value inMode(Interpreter &e, BuiltinCall &c, bool training) {
  const auto &arguments = c.syntax->arguments;
  if (arguments.size() != 1 || arguments[0].name)
    return e.fail(diag::WrongArgumentCount, c.span, training ? "training" : "evaluation",
                  arguments.size());
  Restore<bool> mode(e.training, training);
  Restore<bool> chosen(e.choseEvaluation, !training);
  return e.evaluate(arguments[0].value);
}

/// An optimizer in the value, not in a layer, that has trained nothing so far, or null.
static const Instance *findUnused(const Unit &unit, const Value &value) {
  if (value.is(Value::Object))
    for (const OptimizerUse &use : unit.optimizers)
      if (use.optimizer == value.getInstance() && use.slots.empty())
        return use.optimizer.get();
  if (value.is(Value::Tuple) || value.is(Value::List))
    for (const Value &element : value.getElements())
      if (const Instance *found = findUnused(unit, element))
        return found;
  return nullptr;
}

static Value getWeights(Interpreter &e, BuiltinCall &c) {
  auto weights = std::make_shared<Weights>();
  if (const Instance *unused = findUnused(e.unit, c.matched[0]))
    return e.fail(diag::WrongArgument, c.span, "the argument of get_weights",
                  "an optimizer that has taken a step above", unused->item->name.name);
  for (Reached &one : collectHeld(e.unit, resolveArgument(e, c, "net")))
    weights->leaves.push_back({one.path, one.variable->symbol, e.readVariable(*one.variable)});
  if (weights->leaves.empty())
    return e.fail(diag::NothingToTrain, c.span, describe(c.matched[0]));
  return Value::of(weights);
}

static Value setWeights(Interpreter &e, BuiltinCall &c) {
  std::vector<Reached> reached = collectHeld(e.unit, resolveArgument(e, c, "net"));
  if (!c.matched[1].is(Value::WeightsKind))
    return e.fail(diag::WrongArgument, c.span, "the second argument of set_weights",
                  "what get_weights gives", describe(c.matched[1]));
  // By order, since paths differ between networks that are made in different ways; weights without
  // state by path.
  const Weights &weights = *c.matched[1].getWeights();
  llvm::SmallVector<mlir::Value> leaves;
  for (const Weights::Leaf &leaf : weights.leaves)
    leaves.push_back(leaf.value);
  if (weights.leaves.size() != reached.size()) {
    std::vector<std::string> paths, symbols;
    for (const Reached &one : reached) {
      paths.push_back(one.path);
      symbols.push_back(one.variable->symbol);
    }
    auto paired = e.pairLeaves(weights, paths, symbols);
    if (!paired)
      return e.fail(diag::DifferentStructures, c.span);
    leaves = std::move(*paired);
  }
  for (auto [one, leaf] : llvm::zip_equal(reached, leaves))
    if (leaf && one.variable->type != leaf.getType())
      return e.fail(diag::DifferentStructures, c.span);
  for (auto [one, leaf] : llvm::zip_equal(reached, leaves))
    if (leaf)
      e.assignVariable(*one.variable, leaf);
  return Value::unit();
}

static bool isReal(mlir::Value value) {
  auto type = llvm::dyn_cast<NNTensorType>(value.getType());
  return type && type.isFloat();
}

static Value norm(Emitter &e, BuiltinCall &c) {
  std::vector<mlir::Value> tensors;
  if (c.matched[0].is(Value::WeightsKind)) {
    for (const Weights::Leaf &leaf : c.matched[0].getWeights()->leaves)
      if (isReal(leaf.value)) // counters are not measured
        tensors.push_back(leaf.value);
  } else {
    Value tensor = e.toTensor(c.matched[0], c.span);
    if (tensor.isPoison())
      return tensor;
    tensors.push_back(tensor.getRuntime());
  }
  Value total = Value::ofFloat(0);
  for (mlir::Value tensor : tensors) {
    Value square = e.elementwise("*", {Value::of(tensor), Value::of(tensor)}, c.span);
    if (square.isPoison())
      return square;
    llvm::SmallVector<int64_t> axes =
        llvm::to_vector(llvm::seq<int64_t>(0, square.getTensorType().getRank()));
    mlir::Value sum =
        ReduceOp::create(e.builder, e.getLoc(c.span), square.getRuntime(), ReduceKind::Sum, axes);
    total = total.isTensor() ? e.elementwise("+", {total, Value::of(sum)}, c.span) : Value::of(sum);
  }
  // The gradient at 0 is taken as 0, one of the subgradients there; that of the root is infinite.
  // What stands for the root there is constant, so that all later gradients are 0, too.
  Value isZero = e.elementwise("==", {total, Value::ofInt(0)}, c.span);
  Value root = e.elementwise("sqrt", {e.select(isZero, Value::ofInt(1), total, c.span)}, c.span);
  return e.select(isZero, Value::ofFloat(0), root, c.span);
}

//===-- Random numbers ------------------------------------------------------------------===//

static Value draw(Emitter &e, BuiltinCall &c, Distribution distribution) {
  std::optional<llvm::SmallVector<Dim>> shape = e.toShape(c.matched[0], c.span);
  if (!shape)
    return Value();
  mlir::Value stream =
      c.given[3] ? e.toRuntimeInt(c.matched[3], c.span, "stream") : e.nextStream(c.span);
  if (!stream)
    return Value();
  NNTensorType type = NNTensorType::get(*shape, e.getReal());
  Value standard = Value::of(RandomOp::create(e.builder, e.getLoc(c.span), type, stream,
                                              distribution, e.getPlace(c.span)));
  // uniform: low + (high - low) * u; normal: mean + deviation * z.
  bool isUniform = distribution == Distribution::Uniform;
  Value first = c.given[1] ? c.matched[1] : Value::ofInt(0),
        second = c.given[2] ? c.matched[2] : Value::ofInt(1);
  Value scale =
      isUniform ? e.binary(ast::BinaryOp::Sub, second, first, c.span, c.span, c.span) : second;
  bool scales = !(scale.is(Value::Int) && scale.getInt() == 1);
  bool shifts = !(first.is(Value::Int) && first.getInt() == 0);
  Value result =
      scales ? e.binary(ast::BinaryOp::Mul, standard, scale, c.span, c.span, c.span) : standard;
  return shifts ? e.binary(ast::BinaryOp::Add, result, first, c.span, c.span, c.span) : result;
}

static Value batchRows(Interpreter &e, BuiltinCall &) {
  return Value::ofSize(e.batchRows.value_or(ir::Dim::get(e.context, 1)));
}

llvm::ArrayRef<Builtin> elaborate::getTrainingBuiltins() {
  static const Builtin builtins[] = {
      {"grad", "", [](Interpreter &e, BuiltinCall &c) { return grad(e, c, false); }, true, true},
      {"jacobian", "", [](Interpreter &e, BuiltinCall &c) { return grad(e, c, true); }, true, true},
      {"training", "", [](Interpreter &e, BuiltinCall &c) { return inMode(e, c, true); }, true},
      {"evaluation", "", [](Interpreter &e, BuiltinCall &c) { return inMode(e, c, false); }, true},
      {"batch_rows", "", batchRows, true},
      {"get_weights", "net", getWeights, false},
      {"set_weights", "net weights", setWeights, false},
      {"norm", "x", norm},
      {"uniform", "shape low? high? stream?",
       [](Emitter &e, BuiltinCall &c) { return draw(e, c, Distribution::Uniform); }},
      {"normal", "shape mean? deviation? stream?",
       [](Emitter &e, BuiltinCall &c) { return draw(e, c, Distribution::Normal); }},
  };
  return builtins;
}

//===-- Output -----------------------------------------------------------------------------===//

static Value print(Interpreter &e, BuiltinCall &c, bool newline) {
  Values values = c.given[0] ? c.matched[0].getElements() : Values();
  mlir::Value text;
  if (values.size() == 1 && values[0].isString()) {
    text = e.toRuntimeString(values[0], c.span);
  } else {
    // Several values are separated by blanks.
    std::vector<std::string> pieces(values.size() + 1, " "), specs(values.size());
    pieces.front() = pieces.back() = "";
    text = e.formatValues(e.showValues(values, c.span), pieces, specs, c.span);
  }
  if (!text)
    return Value();
  PrintOp::create(e.builder, e.getLoc(c.span), text, !newline);
  return Value::unit();
}

/// report(epoch, loss, accuracy = a), or table(...): a bare name is its own column.
static Value report(Interpreter &e, BuiltinCall &c, bool isTable) {
  StringRef called = isTable ? "table" : "report";
  llvm::SmallVector<mlir::Value> values;
  std::vector<std::string> names;
  for (const ast::Argument &argument : c.syntax->arguments) {
    if (argument.type)
      return e.fail(diag::FieldOutsideData, argument.span, argument.name->name);
    Value value = e.evaluate(argument.value);
    value = e.showValues(value, argument.span).front();
    if (value.isPoison())
      return value;
    bool isNumber = value.isStaticNumber() || value.is(Value::Size) ||
                    (value.isScalarTensor() && !value.getTensorType().isBool());
    if (!isNumber)
      return e.fail(diag::WrongArgument, argument.span, ("a column of " + called).str(), "a number",
                    describe(value));
    // A number that adapts is shown as it is.
    mlir::Type type = value.is(Value::Float) ? e.builder.getF64Type() : mlir::Type();
    values.push_back(e.toTensor(value, argument.span, type).getRuntime());
    if (std::string name =
            argument.name ? argument.name->name : argument.value->span.getText().str();
        llvm::is_contained(names, name))
      return e.fail(diag::DefinedTwice, argument.span, name);
    names.push_back(argument.name ? argument.name->name : argument.value->span.getText().str());
  }
  if (values.empty())
    return e.fail(diag::WrongArgumentCount, c.span, called, 0);
  llvm::SmallVector<llvm::StringRef> references(names.begin(), names.end());
  ReportOp::create(e.builder, e.getLoc(c.span), values, e.builder.getStrArrayAttr(references),
                   isTable);
  return Value::unit();
}

llvm::ArrayRef<Builtin> elaborate::getProgramBuiltins() {
  static const Builtin builtins[] = {
      {"print", "values*", [](Interpreter &e, BuiltinCall &c) { return print(e, c, true); }, false},
      {"write", "values*", [](Interpreter &e, BuiltinCall &c) { return print(e, c, false); },
       false},
      {"report", "", [](Interpreter &e, BuiltinCall &c) { return report(e, c, false); }, true},
      {"table", "", [](Interpreter &e, BuiltinCall &c) { return report(e, c, true); }, true},
      {"clock", "",
       [](Emitter &e, BuiltinCall &c) {
         NNTensorType type = NNTensorType::get({}, e.builder.getF64Type());
         return Value::of(ClockOp::create(e.builder, e.getLoc(c.span), type));
       },
       true},
      {"save", "net file",
       [](Interpreter &e, BuiltinCall &c) {
         return saveOrLoad(e, resolveArgument(e, c, "net"), c.matched[1], true, c.span);
       },
       false},
      {"load", "net file",
       [](Interpreter &e, BuiltinCall &c) {
         return saveOrLoad(e, resolveArgument(e, c, "net"), c.matched[1], false, c.span);
       },
       false},
  };
  return builtins;
}
