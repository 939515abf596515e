//===- Calls.cpp - calls of functions, layers and built-ins -----------------------===//
//
// Functions are inlined: each call elaborates the body anew, specialised to its arguments.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Elaborator.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

bool Elaborator::isFunctionValue(const Value &value) {
  return value.is(Value::Function) && value.getCallable()->kind != Callable::Class;
}

bool Elaborator::isCallable(const Value &value) {
  return value.is(Value::Function) ||
         (value.is(Value::Object) && value.getInstance()->methods.count("forward"));
}

std::vector<Argument> Elaborator::evaluateArguments(const ast::Call *call) {
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

Value Elaborator::evaluateCall(const ast::Call *node) {
  if (mappingValues)
    if (auto raw = mappingValues->find(node); raw != mappingValues->end())
      return Value::of(raw->second);
  // Methods of data sets take typed fields and pieces that are not values: ask the member first.
  if (auto *member = llvm::dyn_cast<ast::Member>(node->callee)) {
    Value base = evaluate(member->base);
    if (base.isPoison())
      return base;
    if (base.is(Value::Data))
      return datasetMethod(base.getDataset(), member->name, node);
    if (base.is(Value::Object) && base.getInstance()->item->flavour == ast::LayerItem::Optimizer &&
        member->name.name == "step")
      return step(base.getInstance(), node);
    Value callee = getMember(base, member->name, node->callee->span);
    if (callee.isPoison())
      return callee;
    return call(callee, evaluateArguments(node), node->span, node);
  }
  auto *calleeName = llvm::dyn_cast<ast::Name>(node->callee);
  Binding *mode = library.scope.findHere("training");
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
    return callee.getCallable()->builtin->evaluate(*this, special);
  }
  if (node->generator) {
    Fold fold = getFold(callee);
    Span span = node->arguments[0].value->span;
    Value value = evaluateComprehension(node->arguments[0].value, *node->generator, fold, span);
    return fold == Fold::List ? call(callee, {{"", value, span}}, node->span, node) : value;
  }
  return call(callee, evaluateArguments(node), node->span, node);
}

Value Elaborator::call(Value callee, std::vector<Argument> arguments, Span span,
                       const ast::Call *syntax) {
  if (callee.isPoison())
    return callee;
  for (const Argument &argument : arguments)
    if (argument.value.isPoison())
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
    return instantiate(*callable.module, *callable.layer, std::move(arguments), span);
  case Callable::BuiltinFunction:
    return callBuiltin(
        *callable.builtin,
        BuiltinCall{callable.builtin->name, span, std::move(arguments), syntax, {}, {}});
  case Callable::Composition: {
    if (arguments.size() != 1 || !arguments[0].name.empty())
      return fail(diag::WrongArgumentCount, span, "a composition (f >> g)", arguments.size());
    Value value = arguments[0].value;
    for (const Value &part : callable.parts) {
      value = call(part, {{"", value, arguments[0].span}}, span);
      if (value.isPoison())
        return value;
    }
    return value;
  }
  case Callable::Partial: {
    std::vector<Argument> all = std::move(arguments);
    all.insert(all.end(), callable.arguments.begin(), callable.arguments.end());
    return call(callable.callee, std::move(all), span);
  }
  }
  llvm_unreachable("every callable is handled");
}

Value Elaborator::callMethod(std::shared_ptr<Instance> self, StringRef method,
                             std::vector<Argument> arguments, Span span) {
  auto found = self->methods.find(method);
  if (found == self->methods.end())
    return fail(diag::NoMember, span, self->item->name.name, method);
  return callFunction(*self->module, *found->second, self, std::move(arguments), span);
}

bool Elaborator::bindParameters(llvm::ArrayRef<ast::Parameter> parameters,
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
      value = matchType(value, *parameter.type, span, !argument,
                        ("argument '" + parameter.name.name + "' of " + what).str());
    if (value.isPoison()) {
      // Defaults of the parameters after it may name it.
      into.set(parameter.name.name, Binding::fixed(Value(), parameter.name.span));
      good = false;
      continue;
    }
    // A value that the body differentiates with respect to must be a tensor, not a compile-time
    // number.
    if (frame && frame->differentiated.contains(parameter.name.name) &&
        (value.is(Value::Float) || value.is(Value::List)))
      value = toTensor(value, span);
    Binding binding;
    binding.value = value;
    binding.isUsed = true;
    binding.span = parameter.name.span;
    into.set(parameter.name.name, binding);
  }
  return good;
}

Elaborator::Frame Elaborator::makeFrame(std::string what, Span definition, Span callSite,
                                        const Module &module) {
  Frame callee;
  callee.what = std::move(what);
  callee.firstLine = definition.getBegin().line;
  callee.callSite = callSite;
  callee.inLibrary = module.isLibrary;
  callee.parent = frame;
  callee.depth = frame ? frame->depth + 1 : 1;
  callee.runtimeDepth = runtimeDepth;
  return callee;
}

Value Elaborator::callFunction(Module &module, const ast::Function &function,
                               std::shared_ptr<Instance> self, std::vector<Argument> arguments,
                               Span span) {
  Frame callee = makeFrame((self ? self->item->name.name + "." : "") + function.name.name,
                           function.name.span, span, module);
  if (callee.depth > 200)
    return fail(diag::TooDeep, span, callee.what);
  if (function.expr)
    collectDifferentiated(function.expr, callee.differentiated);
  else
    collectDifferentiated(*function.block, callee.differentiated);
  for (const ast::CustomGradient &rule : function.customGradients)
    collectDifferentiated(rule.value, callee.differentiated);

  Scope local;
  local.parent = self ? &self->scope : &module.scope;
  Restore<Frame *> inFrame(frame, &callee);
  Restore<Scope *> inScope(scope, &local);
  Restore<Module *> inModule(currentModule, &module);
  // Loops of the caller are not this function's: its `break` cannot leave them.
  Restore<Loop> loops(loop, Loop::None);
  Restore<Recurrence *> notOurs(recurrence, nullptr);
  if (!bindParameters(function.parameters, std::move(arguments), local, callee.what,
                      function.name.span, span))
    return Value();
  Value result;
  if (function.expr) {
    result = evaluate(function.expr);
  } else {
    Restore<bool> ended(blockEnded, false);
    size_t raisedBefore = raised.size();
    executeStatements(function.block->statements);
    result = takeResult(callee, raisedBefore, function.name.span);
    if (result.is(Value::Unit) && function.result)
      return fail(diag::NoReturn, function.name.span, callee.what, "declares a result");
  }
  if (result.isPoison())
    return result;
  if (function.result)
    result = matchType(result, *function.result,
                       function.expr ? function.expr->span : function.name.span, false,
                       "the result of " + callee.what);
  if (function.isLoss && !result.isPoison() && !result.isStaticNumber() && !result.isScalarTensor())
    return fail(diag::LossNotScalar, function.name.span, function.name.name, describe(result));
  return function.customGradients.empty() ? result : attachGradient(function, result);
}

Value Elaborator::callBuiltin(const Builtin &builtin, BuiltinCall call) {
  if (builtin.isSpecialForm && !call.syntax)
    return fail(diag::NotSupported, call.span, ("'" + builtin.name + "' used as a value").str());
  return matchArguments(builtin, call) ? builtin.evaluate(*this, call) : Value();
}

bool Elaborator::matchArguments(const Builtin &builtin, BuiltinCall &call) {
  auto refuse = [&](auto &&...arguments) {
    error(arguments...);
    return false;
  };
  llvm::SmallVector<StringRef> names;
  builtin.parameters.split(names, ' ', -1, false);
  call.matched.assign(names.size(), Value());
  call.given.assign(names.size(), false);
  size_t position = 0;
  for (const Argument &argument : call.arguments) {
    size_t at;
    if (argument.name.empty()) {
      if (position < names.size() && names[position].ends_with("*")) {
        // Takes all positional arguments that are left, as a tuple.
        Values rest = call.given[position] ? call.matched[position].getElements() : Values();
        rest.push_back(argument.value);
        call.matched[position] = Value::tuple(std::move(rest));
        call.given[position] = true;
        continue;
      }
      at = position++;
    } else {
      at = llvm::find_if(names, [&](StringRef name) { return name.rtrim("?*") == argument.name; }) -
           names.begin();
      if (at == names.size())
        return refuse(diag::UnknownArgument, argument.span, builtin.name, argument.name);
      if (call.given[at])
        return refuse(diag::ArgumentTwice, argument.span, argument.name, builtin.name);
    }
    if (at >= names.size())
      return refuse(diag::TooManyArguments, argument.span, builtin.name, names.size(),
                    call.arguments.size());
    call.matched[at] = argument.value;
    call.given[at] = true;
  }
  for (auto [name, given] : llvm::zip(names, call.given))
    if (!given && !name.ends_with("?") && !name.ends_with("*"))
      return refuse(diag::MissingArgument, call.span, builtin.name, name);
  return true;
}
