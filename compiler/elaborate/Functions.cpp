//===- Functions.cpp - a function, loss or layer by itself, for tools ----------------------===//

#include "compiler/elaborate/Elaborator.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

static bool needsArguments(const ast::LayerItem &item) {
  return llvm::any_of(item.parameters, [](const ast::Parameter &p) { return !p.defaultValue; });
}

std::optional<std::vector<Argument>> Elaborator::findArguments(const ast::LayerItem &item) {
  watched = &item;
  watchedArguments.reset();
  for (auto &[name, binding] : program.scope.names) {
    const Value &value = binding.value;
    bool isClass = value.is(Value::Function) && value.getCallable()->kind == Callable::Class;
    if (!isClass || needsArguments(*value.getCallable()->layer) ||
        value.getCallable()->layer->flavour == ast::LayerItem::Optimizer || watchedArguments)
      continue;
    Frame top;
    top.what = name;
    Restore<Frame *> inFrame(frame, &top);
    Span span = value.getCallable()->layer->name.span;
    runOutside(span, [&] { return call(value, {}, span); });
  }
  watched = nullptr;
  auto isStatic = [](const Argument &argument) {
    const Value &value = argument.value;
    return value.isStaticNumber() || value.is(Value::Bool) || value.is(Value::Str) ||
           value.is(Value::List) ||
           (value.is(Value::Function) && !value.getCallable()->self &&
            value.getCallable()->parts.empty());
  };
  if (watchedArguments && !llvm::all_of(*watchedArguments, isStatic))
    watchedArguments.reset();
  return watchedArguments;
}

bool Elaborator::emitFunction(StringRef name, bool withGradient) {
  Binding *binding = program.scope.find(name);
  const ast::Function *function = nullptr;
  bool isLayer = false;
  std::vector<Argument> makes; // of a layer, what it is made with
  if (binding && binding->value.is(Value::Function)) {
    const Callable &callable = *binding->value.getCallable();
    if (callable.kind == Callable::UserFunction)
      function = callable.function;
    if (callable.kind == Callable::Class) {
      isLayer = true;
      for (const ast::LayerMember *member : callable.layer->members)
        if (member->kind == ast::LayerMember::Method && member->method->name.name == "forward")
          function = member->method;
      if (needsArguments(*callable.layer)) {
        std::optional<std::vector<Argument>> found = findArguments(*callable.layer);
        if (!found) {
          error(diag::LayerNeedsArguments, callable.layer->name.span, name);
          return false;
        }
        makes = std::move(*found);
      }
    }
  }
  if (!function) {
    error(diag::NoSuchFunction, {}, name);
    return false;
  }
  Frame top;
  top.what = name.str();
  Scope &home = binding->value.getCallable()->module->scope;
  Restore<Frame *> inFrame(frame, &top);
  builder.setInsertionPointToEnd(module.getBody());
  auto op = FuncOp::create(builder, getLoc(function->name.span), name);
  mlir::Block &block = op.getBody().emplaceBlock();
  beginUnit(op);
  builder.setInsertionPointToEnd(&block);
  Scope local;
  local.parent = &home;
  scope = &home;
  Value callee = binding->value;
  if (isLayer) {
    Restore<std::string> place(path, name.lower());
    callee = call(callee, makes, function->name.span);
    if (callee.is(Value::Object)) // its sizes mean something in the types of forward
      local.parent = &callee.getInstance()->scope;
  }
  scope = &local;

  std::vector<Argument> arguments;
  for (const ast::Parameter &parameter : function->parameters) {
    if (parameter.defaultValue)
      continue;
    mlir::Type element = parameter.type && parameter.type->kind == ast::Type::Named
                             ? getElementType(parameter.type->name.name)
                             : mlir::Type();
    if (!parameter.type)
      element = getReal();
    if (!element) {
      error(diag::FunctionNeedsTypes, parameter.span, name, parameter.name.name);
      return false;
    }
    llvm::SmallVector<Dim> shape;
    if (parameter.type)
      for (const ast::DimSpec &spec : parameter.type->dims) {
        auto *bare = spec.expr ? llvm::dyn_cast<ast::Name>(spec.expr) : nullptr;
        if (!spec.expr) {
          // `..` may be any shape; one axis shows what happens.
          StringRef rest = spec.restName ? StringRef(spec.restName->name) : "n";
          Binding *known = local.findHere(rest);
          shape.push_back(known ? known->value.getSize()
                                : Dim::getSymbol(context, makeSizeSymbol(rest)));
          if (!known)
            local.set(rest, Binding::fixed(Value::ofSize(shape.back()), spec.span));
        } else if (bare && !local.find(bare->name)) {
          shape.push_back(Dim::getSymbol(context, makeSizeSymbol(bare->name)));
          local.set(bare->name, Binding::fixed(Value::ofSize(shape.back()), spec.span));
        } else {
          shape.push_back(toDim(evaluate(spec.expr), spec.span, false));
          if (!shape.back())
            return false;
        }
      }
    mlir::Value argument = block.addArgument(
        NNTensorType::get(shape, element),
        mlir::NameLoc::get(builder.getStringAttr(parameter.name.name), getLoc(parameter.span)));
    arguments.push_back({parameter.name.name, Value::of(argument), parameter.span});
  }
  scope = &home;
  Value result = callee.isPoison() ? callee : call(callee, arguments, function->name.span);
  endUnit();
  if (result.isPoison())
    return false;
  llvm::SmallVector<mlir::Value> results;
  Values parts = result.is(Value::Tuple) ? result.getElements() : Values{result};
  for (const Value &part : parts) {
    Value tensor = toTensor(part, function->name.span);
    if (tensor.isPoison())
      return false;
    results.push_back(tensor.getRuntime());
  }
  if (withGradient) {
    // Of a tensor the gradient of its sum, as tools usually take it.
    mlir::Value scalar = results[0];
    auto type = llvm::cast<NNTensorType>(scalar.getType());
    if (!type.isFloat()) {
      error(diag::NotAScalarLoss, function->name.span, type.str());
      return false;
    }
    if (!type.isScalar())
      scalar = ReduceOp::create(builder, getLoc(function->name.span), scalar, ReduceKind::Sum,
                                llvm::to_vector(llvm::seq<int64_t>(0, type.getRank())));
    llvm::SmallVector<mlir::Value> targets;
    llvm::SmallVector<mlir::Type> targetTypes, variableTypes;
    llvm::SmallVector<mlir::Attribute> variableNames;
    for (mlir::BlockArgument argument : block.getArguments())
      if (llvm::cast<NNTensorType>(argument.getType()).isFloat() && isReached(argument, scalar)) {
        targets.push_back(argument);
        targetTypes.push_back(argument.getType());
      }
    for (const std::shared_ptr<Variable> &variable : variables)
      if (variable->kind == VariableKind::Param &&
          llvm::any_of(op.getOps<ReadOp>(), [&](ReadOp read) {
            return read.getVariable() == variable->symbol && isReached(read.getResult(), scalar);
          })) {
        variableNames.push_back(mlir::FlatSymbolRefAttr::get(context, variable->symbol));
        variableTypes.push_back(variable->type);
      }
    auto gradients =
        GradOp::create(builder, getLoc(function->name.span), targetTypes, variableTypes, scalar,
                       targets, builder.getArrayAttr(variableNames));
    llvm::append_range(results, gradients.getResults());
  }
  ReturnOp::create(builder, getLoc(function->name.span), results);
  return !engine.hasErrors();
}

/// Whether `value` depends on `argument`.
bool Elaborator::isReached(mlir::Value argument, mlir::Value value) {
  llvm::SetVector<mlir::Value> work;
  work.insert(value);
  for (size_t i = 0; i < work.size(); ++i) {
    if (work[i] == argument)
      return true;
    if (mlir::Operation *op = work[i].getDefiningOp())
      work.insert(op->operand_begin(), op->operand_end());
  }
  return false;
}
