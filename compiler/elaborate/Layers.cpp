//===- Layers.cpp - making layers, and finding what a layer holds ----------===//

#include "compiler/elaborate/Layers.h"
#include "compiler/elaborate/Coverage.h"
#include "compiler/elaborate/Observer.h"
#include "compiler/elaborate/Types.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

//===-- Params and state --------------------------------------------------------------===//

/// What an initialiser draws for a tensor: it is called with the shape. It draws f32, which adapts
/// to the declared type.
static Value drawInitial(Interpreter &e, const ast::Initialiser &init, NNTensorType tensor) {
  Values shape;
  for (Dim dim : tensor.getShape())
    shape.push_back(Value::ofSize(dim));
  Span span = init.expr->span;
  auto draw = [&] {
    return e.call(e.evaluateStage(init.expr), {{"", Value::list(shape), span}}, span);
  };
  // Some initialisers, such as orthogonal, need numbers, which sizes that stand for all values are
  // not.
  if (e.isChecking && !tensor.hasStaticShape()) {
    DiagnosticCapture unreported(e.engine);
    Value value = draw();
    return value.isPoison()
               ? Value::of(e.broadcastTo(e.constant(0, tensor.getElementType()), tensor.getShape()))
               : value;
  }
  Value value = draw();
  if (value.isTensor() && value.getTensorType().isFloat())
    value = Value::of(e.convertTo(value.getRuntime(), tensor.getElementType()));
  return value;
}

void elaborate::declareParam(Interpreter &e, const ast::Identifier &name, const ast::Type *type,
                             const std::optional<ast::Initialiser> &init) {
  Binding binding;
  binding.span = name.span;
  binding.isUsed = true;
  auto poison = [&] { e.define(name, binding); };
  if (!type || !init) {
    e.error(diag::MissingInitialiser, name.span, name.name);
    return poison();
  }
  NNTensorType tensor = resolveTensorType(e, *type, /*forParameter=*/true);
  if (!tensor)
    return poison();
  if (!tensor.isFloat()) {
    e.error(diag::TypeMismatch, type->span, "the param '" + name.name + "'", "real numbers",
            tensor.str())
        .hint("what is carried but not trained is a state");
    return poison();
  }
  std::string symbol = e.getPathOf(name.name);
  Value value = init->draws ? drawInitial(e, *init, tensor) : e.evaluate(init->expr);
  if (value.isPoison())
    return poison();
  value = matchType(e, value, *type, init->expr->span, true,
                    "the initial value of '" + name.name + "'");
  mlir::Value initial = value.isPoison()
                            ? mlir::Value()
                            : e.toElementType(value, tensor.getElementType(), init->expr->span);
  if (!initial)
    return poison();
  binding.variable = e.makeVariable(symbol, VariableKind::Param, tensor, name.span, name.name);
  e.assignVariable(*binding.variable, e.broadcastTo(initial, tensor.getShape()));
  e.define(name, binding);
}

/// The initial value as what the state is stored as; null after an error.
static mlir::Value toInitialState(Interpreter &e, const Value &value, const ast::Type *type,
                                  Span span) {
  if (value.isString())
    return e.toRuntimeString(value, span);
  if (!type) {
    Value tensor =
        value.is(Value::Int) ? Value::of(e.constantInt(value.getInt())) : e.toTensor(value, span);
    return tensor.isPoison() ? mlir::Value() : tensor.getRuntime();
  }
  NNTensorType tensor = resolveTensorType(e, *type, true);
  mlir::Value initial =
      tensor ? e.toElementType(value, tensor.getElementType(), span) : mlir::Value();
  return initial ? e.broadcastTo(initial, tensor.getShape()) : initial;
}

/// The initial value of a state of that symbol; poison after an error.
static Value evaluateState(Interpreter &e, const ast::Identifier &name, const ast::Type *type,
                           const ast::Initialiser &init, const std::string &symbol) {
  if (!init.draws) {
    // An object's own state is called after it.
    Restore<std::string> place(e.path, symbol);
    return e.evaluate(init.expr);
  }
  if (!type)
    return e.fail(diag::MissingInitialiser, name.span, name.name);
  NNTensorType tensor = resolveTensorType(e, *type, true);
  return tensor ? drawInitial(e, init, tensor) : Value();
}

static void declareState(Interpreter &e, const ast::Identifier &name, const ast::Type *type,
                         const std::optional<ast::Initialiser> &init) {
  Binding binding;
  binding.span = name.span;
  binding.isUsed = true;
  binding.isVar = true;
  if (!init) {
    e.error(diag::MissingInitialiser, name.span, name.name);
    e.define(name, binding);
    return;
  }
  std::string symbol = e.getPathOf(name.name);
  Value value = evaluateState(e, name, type, *init, symbol);
  if (value.is(Value::WeightsKind)) {
    e.makeWeightsVariables(binding, symbol, VariableKind::Slot, *value.getWeights(), name.name);
    e.define(name, binding);
    return;
  }
  Span span = init->expr->span;
  if (!value.isPoison() && type)
    value = matchType(e, value, *type, span, true, "the initial value of '" + name.name + "'");
  if (value.isPoison() || value.is(Value::Object)) {
    // An object such as a vocabulary: what it holds is state by itself.
    binding.value = value;
    binding.isVar = false;
  } else if (mlir::Value initial = toInitialState(e, value, type, span)) {
    binding.variable =
        e.makeVariable(symbol, VariableKind::State, initial.getType(), name.span, name.name);
    e.assignVariable(*binding.variable, initial);
  }
  e.define(name, binding);
}

//===-- Instances ------------------------------------------------------------------------===//

/// What a layer demands of its arguments is checked where it is made: now, or when the program gets
/// there if a flag or data decide.
static void checkMember(Interpreter &e, const ast::LayerMember *member) {
  Value condition = e.evaluate(member->value);
  if (condition.isPoison() || (condition.is(Value::Bool) && condition.getBool()))
    return;
  Value message = member->message
                      ? e.evaluate(member->message)
                      : Value::ofString(member->value->span.getText().str() + " does not hold");
  if (!message.isPoison() && !message.isString())
    e.error(diag::WrongArgument, member->message->span, "the message of an assertion", "text",
            describe(message));
  if (!message.isString())
    return;
  if (condition.is(Value::Bool)) {
    if (message.is(Value::Str))
      e.error(diag::LayerAssertion, member->span, message.getString());
    else
      e.error(diag::NotStatic, member->message->span,
              "the message of an assertion that is known to fail", describe(message));
    return;
  }
  mlir::Value holds = e.toRuntimeBool(condition, member->value->span, "an assertion");
  if (!holds)
    return;
  auto op = AssertOp::create(e.builder, e.getLoc(member->span), holds, /*check=*/false);
  e.emitRegion(op.getMessage(), {}, [&](mlir::ValueRange) {
    YieldOp::create(e.builder, e.getLoc(member->span), e.toRuntimeString(message, member->span));
    e.blockEnded = true;
  });
}

/// The real numbers among an optimizer's arguments can be assigned while training.
static void makeAssignable(Interpreter &e, Instance &optimizer) {
  for (const ast::Parameter &parameter : optimizer.item->parameters) {
    Binding *binding = optimizer.scope.findHere(parameter.name.name);
    bool isNumber = binding->value.isScalarTensor() ? binding->value.getTensorType().isFloat()
                                                    : binding->value.isStaticNumber();
    if (!isNumber || !parameter.type || !parameter.type->dims.empty())
      continue;
    mlir::Type element = e.getElementType(parameter.type->name.name);
    if (!llvm::isa_and_nonnull<mlir::FloatType>(element))
      continue;
    mlir::Value initial = e.toElementType(binding->value, element, parameter.span);
    binding->variable = e.makeVariable(e.getPathOf(parameter.name.name), VariableKind::Slot,
                                       initial.getType(), parameter.name.span, parameter.name.name);
    e.assignVariable(*binding->variable, initial);
  }
}

static void elaborateMembers(Interpreter &e, Instance &instance,
                             llvm::ArrayRef<ast::LayerMember *> members) {
  for (const ast::LayerMember *member : members) {
    Restore<Span> here(e.currentSpan, member->span);
    switch (member->kind) {
    case ast::LayerMember::Param:
      declareParam(e, member->name, member->type, member->init);
      break;
    case ast::LayerMember::State:
      // Of an optimizer: one for each param, made when it is first trained.
      if (instance.item->flavour != ast::LayerItem::Optimizer)
        declareState(e, member->name, member->type, member->init);
      break;
    case ast::LayerMember::Let: {
      Value value;
      {
        bool isName = member->pattern->kind == ast::Pattern::Name;
        Restore<std::string> place(e.path,
                                   isName ? e.getPathOf(member->pattern->name.name) : e.path);
        value = e.evaluate(member->value);
      }
      e.bind(member->pattern, value, false, member->type, member->value->span);
      for (auto &[name, binding] : instance.scope.names)
        binding.isUsed = true;
      break;
    }
    case ast::LayerMember::Assert:
      checkMember(e, member);
      break;
    case ast::LayerMember::If: {
      Value condition = e.evaluate(member->value);
      if (condition.is(Value::Bool))
        elaborateMembers(e, instance, condition.getBool() ? member->body : member->elseBody);
      else if (!condition.isPoison())
        e.error(diag::NotStatic, member->value->span, "a condition among the members of a layer",
                describe(condition));
      break;
    }
    case ast::LayerMember::Method:
      if (auto [known, isNew] =
              instance.methods.try_emplace(member->method->name.name, member->method);
          !isNew)
        e.error(diag::DefinedTwice, member->method->name.span, member->method->name.name)
            .note(known->second->name.span, "defined here before");
      break;
    }
  }
}

Value elaborate::instantiate(Interpreter &e, Module &module, const ast::LayerItem &item,
                             std::vector<Argument> arguments, Span span) {
  if (e.observer)
    e.observer->made(item, arguments);
  auto instance = std::make_shared<Instance>();
  instance->item = &item;
  instance->module = &module;
  instance->path = e.path.empty() ? llvm::StringRef(item.name.name).lower() : e.path;
  instance->scope.parent = &module.scope;
  instance->scope.owner = instance.get();

  Activation callee(e, item.name.name, span, module, instance->scope);
  if (callee.isTooDeep())
    return e.fail(diag::TooDeep, span, item.name.name);
  if (!e.bindParameters(item.parameters, std::move(arguments), instance->scope, item.name.name,
                        item.name.span, span))
    return Value();
  if (e.coverage)
    e.coverage->add(item.name.span, item.parameters, instance->scope);
  e.path = instance->path;
  bool isOptimizer = item.flavour == ast::LayerItem::Optimizer;
  if (isOptimizer)
    makeAssignable(e, *instance);

  unsigned errorsBefore = e.engine.getErrorCount();
  elaborateMembers(e, *instance, item.members);
  if (e.engine.getErrorCount() != errorsBefore)
    return Value();
  if (isOptimizer) {
    if (!instance->methods.count("update"))
      return e.fail(diag::NoUpdate, item.name.span, item.name.name);
    e.unit.optimizers.push_back({instance, e.constantInt(0).getDefiningOp(), {}});
  }
  return Value::of(instance);
}

//===-- What a value holds ------------------------------------------------------------------===//

namespace {
/// Finds the variables that a value holds.
class Collector {
public:
  Collector(bool states, const Unit *unit) : states(states), unit(unit) {}
  void visit(const Value &value, const std::string &at);

  std::vector<Reached> reached;

private:
  void add(const std::string &at, const std::shared_ptr<const Variable> &variable) {
    if (seen.insert(variable->symbol).second)
      reached.push_back({at, variable});
  }
  void visitMembers(Instance &instance, const std::string &at);
  void visitCallable(const Callable &callable, const std::string &at);

  bool states;
  const Unit *unit; // whose optimizers' state is taken, or null
  llvm::StringSet<> seen;
};
} // namespace

std::string elaborate::joinPath(const std::string &at, StringRef name) {
  return at.empty() ? name.str() : at + "." + name.str();
}

void Collector::visitMembers(Instance &instance, const std::string &at) {
  bool isOptimizer = unit && instance.item->flavour == ast::LayerItem::Optimizer;
  for (auto &[name, binding] : instance.scope.names) {
    if (states) // weights that it remembers
      for (auto [path, variable] : llvm::zip_equal(binding.weightsPaths, binding.weightsVariables))
        add(joinPath(joinPath(at, name), path), variable);
    if (!binding.variable) {
      visit(binding.value, joinPath(at, name));
      continue;
    }
    VariableKind kind = binding.variable->kind;
    if (kind == VariableKind::Param || (states && kind == VariableKind::State) || isOptimizer)
      add(joinPath(at, name), binding.variable);
  }
  if (!isOptimizer)
    return;
  for (const OptimizerUse &use : unit->optimizers)
    if (use.optimizer.get() == &instance)
      for (auto &[param, slots] : use.slots) {
        add(joinPath(at, param + ".t"), slots.t);
        for (auto &[name, variable] : slots.states)
          add(joinPath(at, param + "." + name), variable);
      }
}

void Collector::visitCallable(const Callable &callable, const std::string &at) {
  if (callable.self)
    visit(Value::of(callable.self), at);
  for (auto [i, part] : llvm::enumerate(callable.parts))
    visit(part, joinPath(at, std::to_string(i)));
  if (callable.kind != Callable::Partial)
    return;
  visit(callable.callee, at);
  for (const Argument &argument : callable.arguments)
    visit(argument.value, joinPath(at, argument.name.empty() ? "argument" : argument.name));
}

void Collector::visit(const Value &value, const std::string &at) {
  switch (value.getKind()) {
  case Value::Object:
    return visitMembers(*value.getInstance(), at);
  case Value::Function:
    return visitCallable(*value.getCallable(), at);
  case Value::Tuple:
  case Value::List:
    for (auto [i, element] : llvm::enumerate(value.getElements()))
      visit(element, joinPath(at, std::to_string(i)));
    return;
  default:
    return;
  }
}

std::vector<Reached> elaborate::collectVariables(const Value &value, bool states) {
  Collector collector(states, nullptr);
  collector.visit(value, "");
  return std::move(collector.reached);
}

std::vector<Reached> elaborate::collectHeld(const Unit &unit, const Value &value) {
  Collector collector(true, &unit);
  collector.visit(value, "");
  return std::move(collector.reached);
}
