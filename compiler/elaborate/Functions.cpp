//===- Functions.cpp - a function, loss or layer by itself, for tools ----------------------===//
//
// It becomes an nn.func whose arguments have the sizes that its types name. A layer is made first,
// with the arguments with which the program makes it.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Elaborator.h"
#include "compiler/elaborate/Observer.h"
#include "compiler/elaborate/SymbolicArguments.h"
#include "llvm/ADT/SetVector.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

static bool needsArguments(const ast::LayerItem &item) {
  return llvm::any_of(item.parameters, [](const ast::Parameter &p) { return !p.defaultValue; });
}

namespace {

/// Notes the arguments with which a layer is made first.
class FirstArguments : public Observer {
public:
  FirstArguments(const ast::LayerItem &item) : item(item) {}
  void made(const ast::LayerItem &layer, const std::vector<Argument> &given) override {
    if (&layer == &item && !arguments)
      arguments = given;
  }
  std::optional<std::vector<Argument>> arguments;

private:
  const ast::LayerItem &item;
};

/// A function under construction.
class FunctionBuilder {
public:
  FunctionBuilder(Interpreter &e, StringRef name) : e(e), name(name) {}

  bool run(bool withGradient);

private:
  bool resolve();
  std::optional<std::vector<Argument>> findArguments(const ast::LayerItem &item);
  bool fill(mlir::Block &block, bool withGradient);
  /// The arguments of the function, as those of the block; nothing after an error.
  std::optional<std::vector<Argument>> addArguments(mlir::Block &block, Scope &around);
  bool addGradient(mlir::Block &block, llvm::SmallVectorImpl<mlir::Value> &results);
  bool isUsedBy(const Variable &variable, mlir::Block &block, mlir::Value value);

  Interpreter &e;
  StringRef name;
  Callable *callable = nullptr;
  const ast::Function *function = nullptr;
  std::vector<Argument> makes; // of a layer, what it is made with
};

} // namespace

/// The arguments with which the program's layers that can be made without any make a layer first;
/// nothing where none does, or with values that exist at run time only.
std::optional<std::vector<Argument>> FunctionBuilder::findArguments(const ast::LayerItem &item) {
  FirstArguments first(item);
  Restore<Observer *> watch(e.observer, &first);
  Module &program = e.modules.program;
  for (auto &[name, binding] : program.scope.names) {
    const Value &value = binding.value;
    bool isClass = value.is(Value::Function) && value.getCallable()->kind == Callable::Class;
    if (!isClass || needsArguments(*value.getCallable()->layer) ||
        value.getCallable()->layer->flavour == ast::LayerItem::Optimizer || first.arguments)
      continue;
    Span span = value.getCallable()->layer->name.span;
    Activation top(e, name, program, program.scope);
    runOutside(e, span, [&] { return e.call(value, {}, span); });
  }
  auto isStatic = [](const Argument &argument) {
    const Value &value = argument.value;
    return value.isStaticNumber() || value.is(Value::Bool) || value.is(Value::Str) ||
           value.is(Value::List) ||
           (value.is(Value::Function) && !value.getCallable()->self &&
            value.getCallable()->parts.empty());
  };
  if (first.arguments && !llvm::all_of(*first.arguments, isStatic))
    first.arguments.reset();
  return first.arguments;
}

/// Finds what the name stands for. False after an error.
bool FunctionBuilder::resolve() {
  Binding *binding = e.modules.program.scope.find(name);
  if (binding && binding->value.is(Value::Function)) {
    callable = binding->value.getCallable().get();
    if (callable->kind == Callable::UserFunction)
      function = callable->function;
    if (callable->kind == Callable::Class) {
      for (const ast::LayerMember *member : callable->layer->members)
        if (member->kind == ast::LayerMember::Method && member->method->name.name == "forward")
          function = member->method;
      if (needsArguments(*callable->layer)) {
        std::optional<std::vector<Argument>> found = findArguments(*callable->layer);
        if (!found) {
          e.error(diag::LayerNeedsArguments, callable->layer->name.span, name);
          return false;
        }
        makes = std::move(*found);
      }
    }
  }
  if (!function)
    e.error(diag::NoSuchFunction, {}, name);
  return function;
}

std::optional<std::vector<Argument>> FunctionBuilder::addArguments(mlir::Block &block,
                                                                   Scope &around) {
  std::vector<Argument> arguments;
  // `..` may be any shape; one axis shows what happens.
  SymbolicArguments symbolic(e, block, around, /*restRank=*/1);
  symbolic.nameSizes(function->parameters);
  for (const ast::Parameter &parameter : function->parameters) {
    if (parameter.defaultValue)
      continue;
    mlir::Type element = !parameter.type ? e.getReal()
                         : parameter.type->kind == ast::Type::Named
                             ? e.getElementType(parameter.type->name.name)
                             : mlir::Type();
    if (!element) {
      e.error(diag::FunctionNeedsTypes, parameter.span, name, parameter.name.name);
      return std::nullopt;
    }
    Value argument = symbolic.makeTensor(parameter, parameter.type, element);
    if (argument.isPoison())
      return std::nullopt;
    arguments.push_back({parameter.name.name, argument, parameter.span});
  }
  return arguments;
}

/// Whether `value` depends on `argument`.
static bool isReached(mlir::Value argument, mlir::Value value) {
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

bool FunctionBuilder::isUsedBy(const Variable &variable, mlir::Block &block, mlir::Value value) {
  return llvm::any_of(block.getOps<ReadOp>(), [&](ReadOp read) {
    return read.getVariable() == variable.symbol && isReached(read.getResult(), value);
  });
}

/// Adds the gradients of the first result with respect to the arguments and params. Of a tensor it
/// is the gradient of its sum, as tools usually take it.
bool FunctionBuilder::addGradient(mlir::Block &block, llvm::SmallVectorImpl<mlir::Value> &results) {
  mlir::Location loc = e.getLoc(function->name.span);
  mlir::Value scalar = results[0];
  auto type = llvm::cast<NNTensorType>(scalar.getType());
  if (!type.isFloat()) {
    e.error(diag::NotAScalarLoss, function->name.span, type.str());
    return false;
  }
  if (!type.isScalar())
    scalar = ReduceOp::create(e.builder, loc, scalar, ReduceKind::Sum,
                              llvm::to_vector(llvm::seq<int64_t>(0, type.getRank())));
  llvm::SmallVector<mlir::Value> targets;
  llvm::SmallVector<mlir::Type> targetTypes, variableTypes;
  llvm::SmallVector<mlir::Attribute> variableNames;
  for (mlir::BlockArgument argument : block.getArguments())
    if (llvm::cast<NNTensorType>(argument.getType()).isFloat() && isReached(argument, scalar)) {
      targets.push_back(argument);
      targetTypes.push_back(argument.getType());
    }
  for (const std::shared_ptr<const Variable> &variable : e.unit.variables)
    if (variable->kind == VariableKind::Param && isUsedBy(*variable, block, scalar)) {
      variableNames.push_back(mlir::FlatSymbolRefAttr::get(e.context, variable->symbol));
      variableTypes.push_back(variable->type);
    }
  auto gradients = GradOp::create(e.builder, loc, targetTypes, variableTypes, scalar, targets,
                                  e.builder.getArrayAttr(variableNames));
  llvm::append_range(results, gradients.getResults());
  return true;
}

bool FunctionBuilder::fill(mlir::Block &block, bool withGradient) {
  Span span = function->name.span;
  Scope *around = e.scope;
  Value callee = e.scope->find(name)->value;
  if (callable->kind == Callable::Class) {
    Restore<std::string> place(e.path, name.lower());
    callee = e.call(callee, makes, span);
    if (callee.is(Value::Object)) // its sizes mean something in the types of forward
      around = &callee.getInstance()->scope;
  }
  std::optional<std::vector<Argument>> arguments = addArguments(block, *around);
  if (!arguments)
    return false;
  Value result = callee.isPoison() ? callee : e.call(callee, *arguments, span);
  finishUnit(e);
  if (result.isPoison())
    return false;
  llvm::SmallVector<mlir::Value> results;
  for (const Value &part : result.is(Value::Tuple) ? result.getElements() : Values{result}) {
    Value tensor = e.toTensor(part, span);
    if (tensor.isPoison())
      return false;
    results.push_back(tensor.getRuntime());
  }
  if (withGradient && !addGradient(block, results))
    return false;
  ReturnOp::create(e.builder, e.getLoc(span), results);
  return !e.engine.hasErrors();
}

bool FunctionBuilder::run(bool withGradient) {
  if (!resolve())
    return false;
  Activation top(e, name.str(), *callable->module, callable->module->scope);
  e.builder.setInsertionPointToEnd(e.module.getBody());
  auto op = FuncOp::create(e.builder, e.getLoc(function->name.span), name);
  mlir::Block &block = op.getBody().emplaceBlock();
  Restore<Unit> inUnit(e.unit, Unit(op));
  e.builder.setInsertionPointToEnd(&block);
  return fill(block, withGradient);
}

bool Elaborator::emitFunction(StringRef name, bool withGradient) {
  return FunctionBuilder(interpreter, name).run(withGradient);
}
