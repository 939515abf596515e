//===- Layers.cpp - making layers, variables, and finding what a layer holds ----------===//

#include "compiler/elaborate/Elaborator.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

//===-- Variables --------------------------------------------------------------------===//

std::shared_ptr<Variable> Elaborator::makeVariable(StringRef wanted, VariableKind kind,
                                                   mlir::Type type, Span span, StringRef name) {
  auto variable = std::make_shared<Variable>();
  variable->symbol = wanted.str();
  for (unsigned i = 1; !symbols.insert(variable->symbol).second; ++i)
    variable->symbol = (wanted + "." + std::to_string(i)).str();
  variable->kind = kind;
  variable->type = type;
  variable->span = span;
  variable->name = name.str();
  for (Frame *f = frame; f; f = f->parent)
    if (f->callSite)
      variable->madeAt = f->callSite;
  mlir::OpBuilder::InsertionGuard guard(builder);
  // Variables stand first in the unit, in order.
  mlir::Block &block = unit->getRegion(0).front();
  if (variableAnchor)
    builder.setInsertionPointAfter(variableAnchor);
  else
    builder.setInsertionPointToStart(&block);
  variableAnchor = VariableOp::create(builder, getLoc(span), variable->symbol, kind, type);
  variables.push_back(variable);
  return variable;
}

mlir::Value Elaborator::readVariable(Variable &variable) {
  variable.isRead = true;
  auto found = known.find(variable.symbol);
  if (found != known.end() && found->second.block == builder.getInsertionBlock())
    return found->second.value;
  mlir::Location loc = mlir::NameLoc::get(builder.getStringAttr(variable.symbol),
                                          getLoc(currentSpan ? currentSpan : variable.span));
  mlir::Value value = ReadOp::create(builder, loc, variable.type, variable.symbol);
  known[variable.symbol] = {builder.getInsertionBlock(), value};
  return value;
}

void Elaborator::assignVariable(Variable &variable, mlir::Value value) {
  AssignOp::create(builder, getLoc(currentSpan ? currentSpan : variable.span), variable.symbol,
                   value);
  // A gradient asks for what a place was read as: only of a `var` is the assigned value itself
  // handed on.
  if (variable.kind == VariableKind::Var)
    known[variable.symbol] = {builder.getInsertionBlock(), value};
  else
    known.erase(variable.symbol);
}

/// What an initialiser draws for a tensor: it is called with the shape. It draws f32, which adapts
/// to the declared type.
Value Elaborator::drawInitial(const ast::Initialiser &init, NNTensorType tensor) {
  Values shape;
  for (Dim dim : tensor.getShape())
    shape.push_back(Value::ofSize(dim));
  Span span = init.expr->span;
  Value value = call(evaluateStage(init.expr), {{"", Value::list(shape), span}}, span);
  if (value.isTensor() && value.getTensorType().isFloat())
    value = Value::of(convertTo(value.getRuntime(), tensor.getElementType()));
  return value;
}

void Elaborator::declareParam(const ast::Identifier &name, const ast::Type *type,
                              const std::optional<ast::Initialiser> &init, Span span) {
  Binding binding;
  binding.span = name.span;
  binding.isUsed = true;
  auto poison = [&] { define(name, binding); };
  if (!type || !init) {
    error(diag::MissingInitialiser, name.span, name.name);
    return poison();
  }
  NNTensorType tensor = resolveTensorType(*type, /*forParameter=*/true);
  if (!tensor)
    return poison();
  if (!tensor.isFloat()) {
    error(diag::TypeMismatch, type->span, "the param '" + name.name + "'", "real numbers",
          tensor.str())
        .hint("what is carried but not trained is a state");
    return poison();
  }
  std::string symbol = path.empty() ? name.name : path + "." + name.name;
  Value value = init->draws ? drawInitial(*init, tensor) : evaluate(init->expr);
  if (value.isPoison())
    return poison();
  value =
      matchType(value, *type, init->expr->span, true, "the initial value of '" + name.name + "'");
  mlir::Value initial = value.isPoison()
                            ? mlir::Value()
                            : toElementType(value, tensor.getElementType(), init->expr->span);
  if (!initial)
    return poison();
  binding.variable = makeVariable(symbol, VariableKind::Param, tensor, name.span, name.name);
  assignVariable(*binding.variable, broadcastTo(initial, tensor.getShape()));
  define(name, binding);
}

void Elaborator::declareState(const ast::Identifier &name, const ast::Type *type,
                              const std::optional<ast::Initialiser> &init, Span span) {
  Binding binding;
  binding.span = name.span;
  binding.isUsed = true;
  binding.isVar = true;
  if (!init) {
    error(diag::MissingInitialiser, name.span, name.name);
    define(name, binding);
    return;
  }
  std::string symbol = path.empty() ? name.name : path + "." + name.name;
  Value value;
  if (!init->draws) {
    // An object's own state is called after it.
    Restore<std::string> place(path, symbol);
    value = evaluate(init->expr);
  } else if (!type)
    error(diag::MissingInitialiser, name.span, name.name);
  else if (NNTensorType tensor = resolveTensorType(*type, true))
    value = drawInitial(*init, tensor);
  if (value.is(Value::WeightsKind)) {
    for (const Weights::Leaf &leaf : value.getWeights()->leaves) {
      auto variable = makeVariable(symbol + "." + leaf.path, VariableKind::Slot,
                                   leaf.value.getType(), name.span, name.name);
      assignVariable(*variable, leaf.value);
      binding.weightsPaths.push_back(leaf.path);
      binding.weightsSymbols.push_back(leaf.symbol);
      binding.weightsVariables.push_back(variable);
    }
    define(name, binding);
    return;
  }
  if (!value.isPoison() && type)
    value =
        matchType(value, *type, init->expr->span, true, "the initial value of '" + name.name + "'");
  if (value.isPoison() || value.is(Value::Object)) {
    // An object such as a vocabulary: what it holds is state by itself.
    binding.value = value;
    binding.isVar = false;
    define(name, binding);
    return;
  }
  mlir::Value initial;
  if (value.isString()) {
    initial = toRuntimeString(value, init->expr->span);
  } else if (type) {
    NNTensorType tensor = resolveTensorType(*type, true);
    if (tensor)
      initial = toElementType(value, tensor.getElementType(), init->expr->span);
    if (initial)
      initial = broadcastTo(initial, tensor.getShape());
  } else {
    Value tensor = value.is(Value::Int) ? Value::of(constantInt(value.getInt()))
                                        : toTensor(value, init->expr->span);
    if (!tensor.isPoison())
      initial = tensor.getRuntime();
  }
  if (initial) {
    binding.variable =
        makeVariable(symbol, VariableKind::State, initial.getType(), name.span, name.name);
    assignVariable(*binding.variable, initial);
  }
  define(name, binding);
}

//===-- Instances ------------------------------------------------------------------------===//

/// What a layer demands of its arguments is checked where it is made: now, or when the program gets
/// there if a flag or data decide.
void Elaborator::checkMember(const ast::LayerMember *member) {
  Value condition = evaluate(member->value);
  if (condition.isPoison() || (condition.is(Value::Bool) && condition.getBool()))
    return;
  Value message = member->message
                      ? evaluate(member->message)
                      : Value::ofString(member->value->span.getText().str() + " does not hold");
  if (!message.isPoison() && !message.isString())
    error(diag::WrongArgument, member->message->span, "the message of an assertion", "text",
          describe(message));
  if (!message.isString())
    return;
  if (condition.is(Value::Bool)) {
    if (message.is(Value::Str))
      error(diag::LayerAssertion, member->span, message.getString());
    else
      error(diag::NotStatic, member->message->span,
            "the message of an assertion that is known to fail", describe(message));
    return;
  }
  mlir::Value holds = toRuntimeBool(condition, member->value->span, "an assertion");
  if (!holds)
    return;
  auto op = AssertOp::create(builder, getLoc(member->span), holds, /*check=*/false);
  emitRegion(op.getMessage(), {}, [&](mlir::ValueRange) {
    YieldOp::create(builder, getLoc(member->span), toRuntimeString(message, member->span));
    blockEnded = true;
  });
}

Value Elaborator::instantiate(Module &module, const ast::LayerItem &item,
                              std::vector<Argument> arguments, Span span) {
  if (watched == &item && !watchedArguments)
    watchedArguments = arguments;
  auto instance = std::make_shared<Instance>();
  instance->item = &item;
  instance->module = &module;
  instance->path = path.empty() ? llvm::StringRef(item.name.name).lower() : path;
  instance->scope.parent = &module.scope;
  instance->scope.owner = instance.get();

  Frame callee = makeFrame(item.name.name, item.name.span, span, module);
  if (callee.depth > 200)
    return fail(diag::TooDeep, span, callee.what);
  Restore<Frame *> inFrame(frame, &callee);
  Restore<Scope *> inScope(scope, &instance->scope);
  Restore<Module *> inModule(currentModule, &module);
  if (!bindParameters(item.parameters, std::move(arguments), instance->scope, item.name.name,
                      item.name.span, span))
    return Value();
  Restore<std::string> place(path, instance->path);
  bool isOptimizer = item.flavour == ast::LayerItem::Optimizer;
  if (isOptimizer) {
    // Its real numbers can be assigned while training.
    for (const ast::Parameter &parameter : item.parameters) {
      Binding *binding = instance->scope.findHere(parameter.name.name);
      bool isNumber = binding->value.isScalarTensor() ? binding->value.getTensorType().isFloat()
                                                      : binding->value.isStaticNumber();
      if (!isNumber || !parameter.type || !parameter.type->dims.empty() ||
          !llvm::isa_and_nonnull<mlir::FloatType>(getElementType(parameter.type->name.name)))
        continue;
      mlir::Type element = getElementType(parameter.type->name.name);
      mlir::Value initial = toElementType(binding->value, element, parameter.span);
      binding->variable = makeVariable(path + "." + parameter.name.name, VariableKind::Slot,
                                       initial.getType(), parameter.name.span, parameter.name.name);
      assignVariable(*binding->variable, initial);
    }
  }

  unsigned errorsBefore = engine.getErrorCount();
  auto elaborateMembers = [&](auto &self, llvm::ArrayRef<ast::LayerMember *> members) -> void {
    for (const ast::LayerMember *member : members) {
      switch (member->kind) {
      case ast::LayerMember::Param:
        declareParam(member->name, member->type, member->init, member->span);
        break;
      case ast::LayerMember::State:
        if (!isOptimizer) // of an optimizer: one for each param, made when it is first trained
          declareState(member->name, member->type, member->init, member->span);
        break;
      case ast::LayerMember::Let: {
        std::string base = path;
        if (member->pattern->kind == ast::Pattern::Name)
          path = base + "." + member->pattern->name.name;
        Value value = evaluate(member->value);
        path = base;
        bind(member->pattern, value, false, member->type, member->value->span);
        for (auto &[name, binding] : instance->scope.names)
          binding.isUsed = true;
        break;
      }
      case ast::LayerMember::Assert:
        checkMember(member);
        break;
      case ast::LayerMember::If: {
        Value condition = evaluate(member->value);
        if (condition.is(Value::Bool))
          self(self, condition.getBool() ? member->body : member->elseBody);
        else if (!condition.isPoison())
          error(diag::NotStatic, member->value->span, "a condition among the members of a layer",
                describe(condition));
        break;
      }
      case ast::LayerMember::Method:
        if (auto [known, isNew] =
                instance->methods.try_emplace(member->method->name.name, member->method);
            !isNew)
          error(diag::DefinedTwice, member->method->name.span, member->method->name.name)
              .note(known->second->name.span, "defined here before");
        break;
      }
    }
  };
  elaborateMembers(elaborateMembers, item.members);
  if (engine.getErrorCount() != errorsBefore)
    return Value();
  if (isOptimizer) {
    if (!instance->methods.count("update"))
      return fail(diag::NoUpdate, item.name.span, item.name.name);
    instance->resetPoint = constantInt(0).getDefiningOp();
    optimizers.push_back(instance);
  }
  return Value::of(instance);
}

//===-- What a value holds ------------------------------------------------------------------===//

std::vector<Elaborator::Reached> Elaborator::collectVariables(const Value &value, bool states) {
  std::vector<Reached> reached;
  llvm::StringSet<> seen;
  auto add = [&](const std::string &at, const std::shared_ptr<Variable> &variable) {
    if (seen.insert(variable->symbol).second)
      reached.push_back({at, variable});
  };
  auto visit = [&](auto &self, const Value &v, const std::string &at) -> void {
    auto join = [&](llvm::StringRef name) {
      return at.empty() ? name.str() : at + "." + name.str();
    };
    switch (v.getKind()) {
    case Value::Object:
      for (auto &[name, binding] : v.getInstance()->scope.names) {
        if (binding.variable) {
          if (binding.variable->kind == VariableKind::Param ||
              (states && binding.variable->kind == VariableKind::State))
            add(join(name), binding.variable);
        } else {
          self(self, binding.value, join(name));
        }
      }
      return;
    case Value::Function:
      if (v.getCallable()->self)
        self(self, Value::of(v.getCallable()->self), at);
      for (auto [i, part] : llvm::enumerate(v.getCallable()->parts))
        self(self, part, join(std::to_string(i)));
      if (v.getCallable()->kind == Callable::Partial) {
        self(self, v.getCallable()->callee, at);
        for (const Argument &argument : v.getCallable()->arguments)
          self(self, argument.value, join(argument.name.empty() ? "argument" : argument.name));
      }
      return;
    case Value::Tuple:
    case Value::List:
      for (auto [i, element] : llvm::enumerate(v.getElements()))
        self(self, element, join(std::to_string(i)));
      return;
    default:
      return;
    }
  };
  visit(visit, value, "");
  return reached;
}
