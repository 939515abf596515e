//===- Calls.cpp - calls of functions, layers and built-ins -----------------------===//
//
// Functions are inlined: each call elaborates the body anew, specialised to its arguments.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Comprehensions.h"
#include "compiler/elaborate/Coverage.h"
#include "compiler/elaborate/Data.h"
#include "compiler/elaborate/Exits.h"
#include "compiler/elaborate/Layers.h"
#include "compiler/elaborate/SyntaxQueries.h"
#include "compiler/elaborate/Training.h"
#include "compiler/elaborate/Types.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

std::vector<Argument> Interpreter::evaluateArguments(const ast::Call *call) {
  std::vector<Argument> arguments;
  std::string base = path;
  for (const ast::Argument &argument : call->arguments) {
    std::string name = argument.name ? argument.name->name : "";
    if (argument.type) {
      arguments.push_back({name, fail(diag::FieldOutsideData, argument.span, name), argument.span});
      continue;
    }
    Restore<std::string> place(path, name.empty() ? base : base + "." + name);
    arguments.push_back({name, evaluate(argument.value), argument.value->span});
  }
  return arguments;
}

Value Interpreter::evaluateCall(const ast::Call *node) {
  if (mappingValues)
    if (auto raw = mappingValues->find(node); raw != mappingValues->end())
      return Value::of(raw->second);
  // Methods of data sets take typed fields and pieces that are not values: ask the member first.
  if (auto *member = llvm::dyn_cast<ast::Member>(node->callee)) {
    Value base = evaluate(member->base);
    if (base.isPoison())
      return base;
    if (base.is(Value::Data))
      return datasetMethod(*this, base.getDataset(), member->name, node);
    if (base.is(Value::Object) && base.getInstance()->item->flavour == ast::LayerItem::Optimizer &&
        member->name.name == "step")
      return step(*this, base.getInstance(), node);
    Value callee = getMember(base, member->name, node->callee->span);
    if (callee.isPoison())
      return callee;
    return call(callee, evaluateArguments(node), node->span, node);
  }
  auto *calleeName = llvm::dyn_cast<ast::Name>(node->callee);
  Binding *mode = modules.library.scope.findHere("training");
  Value callee = calleeName && calleeName->name == "training" && scope->find("training") == mode
                     ? mode->value
                     : evaluate(node->callee);
  if (callee.isPoison()) {
    for (const ast::Argument &argument : node->arguments)
      if (argument.value && !argument.type)
        evaluate(argument.value); // reports what is wrong in there, too
    return callee;
  }
  if (callee.is(Value::Function) && callee.getCallable()->kind == Callable::BuiltinFunction &&
      callee.getCallable()->builtin->isSpecialForm) {
    BuiltinCall special{callee.getCallable()->builtin->name, node->span, {}, node, {}, {}};
    return callee.getCallable()->builtin->interpret(*this, special);
  }
  if (node->generator) {
    Fold fold = getFold(callee);
    Span span = node->arguments[0].value->span;
    Value value =
        evaluateComprehension(*this, {node->arguments[0].value, *node->generator, fold, span});
    return fold == Fold::List ? call(callee, {{"", value, span}}, node->span, node) : value;
  }
  return call(callee, evaluateArguments(node), node->span, node);
}

Value Interpreter::call(Value callee, std::vector<Argument> arguments, Span span,
                        const ast::Call *syntax) {
  if (callee.isPoison())
    return callee;
  for (const Argument &argument : arguments)
    if (argument.value.isPoison() && !argument.isUnknown)
      return Value();
  if (callee.is(Value::Object))
    return callMethod(callee.getInstance(), "forward", std::move(arguments), span);
  if (!callee.is(Value::Function))
    return fail(diag::NotCallable, syntax ? syntax->callee->span : span, describe(callee));
  const Callable &callable = *callee.getCallable();
  switch (callable.kind) {
  case Callable::UserFunction:
    return callFunction(*callable.module, *callable.function, callable.self, std::move(arguments),
                        span);
  case Callable::Class:
    return instantiate(*this, *callable.module, *callable.layer, std::move(arguments), span);
  case Callable::BuiltinFunction:
    return callBuiltin(
        *callable.builtin,
        BuiltinCall{callable.builtin->name, span, std::move(arguments), syntax, {}, {}});
  case Callable::Composition:
    return callComposition(callable, std::move(arguments), span);
  case Callable::Partial: {
    std::vector<Argument> all = std::move(arguments);
    all.insert(all.end(), callable.arguments.begin(), callable.arguments.end());
    return call(callable.callee, std::move(all), span);
  }
  }
  llvm_unreachable("every callable is handled");
}

Value Interpreter::callComposition(const Callable &composition, std::vector<Argument> arguments,
                                   Span span) {
  if (arguments.size() != 1 || !arguments[0].name.empty())
    return fail(diag::WrongArgumentCount, span, "a composition (f >> g)", arguments.size());
  NetworkCall itself{composition.parts, network};
  Restore<const NetworkCall *> inNetwork(network, &itself);
  Value value = arguments[0].value;
  for (auto [i, part] : llvm::enumerate(composition.parts)) {
    // The first stage takes what the caller gives; what a later one does not take is its own
    // mistake.
    Span at = i == 0 ? arguments[0].span : composition.arguments[i].span;
    value = call(part, {{"", value, at}}, span);
    if (value.isPoison())
      return value;
  }
  return value;
}

Value Interpreter::callMethod(std::shared_ptr<Instance> self, StringRef method,
                              std::vector<Argument> arguments, Span span) {
  auto found = self->methods.find(method);
  if (found == self->methods.end())
    return fail(diag::NoMember, span, self->item->name.name, method);
  return callFunction(*self->module, *found->second, self, std::move(arguments), span);
}

bool Interpreter::bindParameters(llvm::ArrayRef<ast::Parameter> parameters,
                                 std::vector<Argument> arguments, Scope &into, StringRef what,
                                 Span declaration, Span callSpan) {
  std::vector<const Argument *> chosen(parameters.size());
  size_t position = 0;
  bool good = true;
  for (const Argument &argument : arguments) {
    if (argument.name.empty()) {
      if (position >= parameters.size()) {
        error(diag::TooManyArguments, argument.span, what, parameters.size(), arguments.size())
            .note(declaration, "declared here");
        return false;
      }
      chosen[position++] = &argument;
      continue;
    }
    auto found = llvm::find_if(parameters, [&](const ast::Parameter &parameter) {
      return parameter.name.name == argument.name;
    });
    if (found == parameters.end()) {
      error(diag::UnknownArgument, argument.span, what, argument.name)
          .note(declaration, "declared here");
      good = false;
      continue;
    }
    size_t at = found - parameters.begin();
    if (chosen[at]) {
      error(diag::ArgumentTwice, argument.span, argument.name, what);
      good = false;
    }
    chosen[at] = &argument;
  }
  for (auto [parameter, argument] : llvm::zip_equal(parameters, chosen)) {
    Value value;
    Span span = argument ? argument->span : parameter.span;
    if (argument && argument->isUnknown) {
      into.set(parameter.name.name, Binding::fixed(Value(), parameter.name.span));
      continue;
    }
    if (argument) {
      value = argument->value;
    } else if (parameter.defaultValue) {
      value = evaluate(parameter.defaultValue);
    } else {
      error(diag::MissingArgument, callSpan, what, parameter.name.name)
          .note(declaration, "declared here");
      good = false;
      continue;
    }
    if (!value.isPoison() && parameter.type)
      value = matchType(*this, value, *parameter.type, span, !argument,
                        ("argument '" + parameter.name.name + "' of " + what).str());
    if (value.isPoison()) {
      // Defaults of the parameters after it may name it.
      into.set(parameter.name.name, Binding::fixed(Value(), parameter.name.span));
      good = false;
      continue;
    }
    value = settleDifferentiated(*this, parameter.name.name, value, span);
    Binding binding;
    binding.value = value;
    binding.isUsed = true;
    binding.span = parameter.name.span;
    into.set(parameter.name.name, binding);
  }
  return good;
}

/// The values among these that may hold params.
static Values getHolders(const std::shared_ptr<Instance> &self,
                         llvm::ArrayRef<Argument> arguments) {
  Values holders;
  if (self)
    holders.push_back(Value::of(self));
  for (const Argument &argument : arguments)
    for (Value::Kind kind : {Value::Object, Value::Function, Value::Tuple, Value::List})
      if (argument.value.is(kind))
        holders.push_back(argument.value);
  return holders;
}

Value Interpreter::callFunction(Module &module, const ast::Function &function,
                                std::shared_ptr<Instance> self, std::vector<Argument> arguments,
                                Span span) {
  Scope local;
  local.parent = self ? &self->scope : &module.scope;
  Activation callee(*this, (self ? self->item->name.name + "." : "") + function.name.name, span,
                    module, local);
  const std::string &what = callee.frame.what;
  if (callee.isTooDeep())
    return fail(diag::TooDeep, span, what);
  NetworkCall itself{getHolders(self, arguments), network};
  if (!itself.holders.empty())
    network = &itself; // until the activation ends
  if (function.expr)
    collectDifferentiated(function.expr, callee.differentiated);
  else
    collectDifferentiated(*function.block, callee.differentiated);
  for (const ast::CustomGradient &rule : function.customGradients)
    collectDifferentiated(rule.value, callee.differentiated);

  if (!bindParameters(function.parameters, std::move(arguments), local, what, function.name.span,
                      span))
    return Value();
  if (coverage)
    coverage->add(function.name.span, function.parameters, local);
  Value result;
  if (function.expr) {
    Restore<Span> here(currentSpan, function.expr->span);
    result = evaluate(function.expr);
  } else {
    executeStatements(function.block->statements);
    result = takeResult(*this, function.name.span);
    if (result.is(Value::Unit) && function.result)
      return fail(diag::NoReturn, function.name.span, what, "declares a result");
  }
  if (result.isPoison())
    return result;
  if (function.result)
    result = matchType(*this, result, *function.result,
                       function.expr ? function.expr->span : function.name.span, false,
                       "the result of " + what);
  if (function.isLoss && !result.isPoison() && !result.isStaticNumber() && !result.isScalarTensor())
    return fail(diag::LossNotScalar, function.name.span, function.name.name, describe(result));
  if (!function.customGradients.empty())
    result = attachGradient(*this, function, result);
  return callee.dependsOnMode ? noteMode(*this, result, callee.frame) : result;
}

Value Interpreter::callBuiltin(const Builtin &builtin, BuiltinCall call) {
  if (builtin.isSpecialForm && !call.syntax)
    return fail(diag::NotSupported, call.span, ("'" + builtin.name + "' used as a value").str());
  if (!matchArguments(*this, builtin.parameters, call))
    return Value();
  return builtin.emit ? builtin.emit(*this, call) : builtin.interpret(*this, call);
}
