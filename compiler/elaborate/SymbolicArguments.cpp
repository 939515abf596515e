//===- SymbolicArguments.cpp - arguments of a function, as its types say -------------===//

#include "compiler/elaborate/SymbolicArguments.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

Dim SymbolicArguments::makeSymbol(StringRef name) {
  std::string symbol = e.makeSizeSymbol(name);
  if (universal)
    e.unit.universalSizes.insert(symbol);
  return Dim::getSymbol(e.context, symbol);
}

Dim SymbolicArguments::nameSize(StringRef name, Span span) {
  Dim dim = makeSymbol(name);
  scope.set(name, Binding::fixed(Value::ofSize(dim), span));
  return dim;
}

/// Whether it is a bare name that means no size yet. A function's name can name a size, too.
bool SymbolicArguments::isNewSize(const ast::DimSpec &spec) {
  auto *bare = llvm::dyn_cast_or_null<ast::Name>(spec.expr);
  Binding *known = bare ? scope.find(bare->name) : nullptr;
  return bare && (!known || (!known->variable &&
                             (known->value.is(Value::Function) || known->value.is(Value::Object))));
}

void SymbolicArguments::nameSizes(llvm::ArrayRef<ast::Parameter> parameters) {
  auto visit = [&](auto &self, const ast::Type *type) -> void {
    if (!type)
      return;
    for (const ast::DimSpec &spec : type->dims)
      if (isNewSize(spec))
        nameSize(llvm::cast<ast::Name>(spec.expr)->name, spec.span);
    for (const ast::Type *element : type->elements)
      self(self, element);
  };
  for (const ast::Parameter &parameter : parameters)
    visit(visit, parameter.type);
}

Value SymbolicArguments::makeSize(const ast::Identifier &name) {
  if (Binding *known = scope.findHere(name.name))
    return known->value;
  return Value::ofSize(nameSize(name.name, name.span));
}

/// The axes of `..`, which has the same ones wherever it has the same name, or none.
void SymbolicArguments::addRest(const ast::DimSpec &spec, llvm::SmallVectorImpl<Dim> &shape) {
  StringRef name = spec.restName ? StringRef(spec.restName->name) : StringRef("n");
  std::string key = ".." + (spec.restName ? name.str() : "");
  if (!scope.findHere(key)) {
    Values sizes;
    for (unsigned i = 0; i < restRank; ++i)
      sizes.push_back(Value::ofSize(makeSymbol(name)));
    scope.set(key, Binding::fixed(Value::list(sizes), spec.span));
  }
  for (const Value &size : scope.findHere(key)->value.getElements())
    shape.push_back(size.getSize());
}

Value SymbolicArguments::makeTensor(const ast::Parameter &parameter, const ast::Type *type,
                                    mlir::Type element) {
  Restore<Scope *> inScope(e.scope, &scope);
  llvm::SmallVector<Dim> shape;
  if (type)
    for (const ast::DimSpec &spec : type->dims) {
      if (!spec.expr) {
        addRest(spec, shape);
        continue;
      }
      shape.push_back(e.toDim(e.evaluate(spec.expr), spec.span, false));
      if (!shape.back())
        return Value();
    }
  mlir::Location loc =
      mlir::NameLoc::get(e.builder.getStringAttr(parameter.name.name), e.getLoc(parameter.span));
  return Value::of(block.addArgument(NNTensorType::get(shape, element), loc));
}

static bool isScalarNamed(const ast::Type *type, StringRef name) {
  return type && type->kind == ast::Type::Named && !type->hasDims && type->name.name == name;
}
bool elaborate::isSize(const ast::Parameter &parameter) {
  return isScalarNamed(parameter.type, "int") && !parameter.defaultValue;
}

bool elaborate::isReal(const ast::Parameter &parameter) {
  return isScalarNamed(parameter.type, "float") && !parameter.defaultValue;
}

bool elaborate::isFlag(const ast::Parameter &parameter) {
  return isScalarNamed(parameter.type, "bool");
}

Value SymbolicArguments::makeValue(const ast::Parameter &parameter, const ast::Type *type,
                                   bool knowsReals) {
  if (!type || type->kind == ast::Type::List)
    return Value();
  if (type->kind == ast::Type::Tuple) {
    Values elements;
    for (const ast::Type *element : type->elements) {
      elements.push_back(makeValue(parameter, element, knowsReals));
      if (elements.back().isPoison())
        return Value();
    }
    return Value::tuple(std::move(elements));
  }
  bool isFloat = isScalarNamed(type, "float");
  if (isFloat && knowsReals)
    return Value::ofFloat(0.5);
  mlir::Type element = isFloat ? e.builder.getF64Type() : e.getElementType(type->name.name);
  return element ? makeTensor(parameter, type, element) : Value();
}

std::vector<Argument> SymbolicArguments::makeAll(llvm::ArrayRef<ast::Parameter> parameters,
                                                 const Assumptions &assumptions, unsigned &flag,
                                                 unsigned &number) {
  std::vector<Argument> arguments;
  auto add = [&](const ast::Parameter &parameter, const Value &value) {
    arguments.push_back({parameter.name.name, value, parameter.span, value.isPoison()});
  };
  auto isKnown = [&](unsigned at) {
    return at < assumptions.numbers.size() && assumptions.numbers[at] != 0;
  };
  // Sizes first: the types may be made of them.
  unsigned firstNumber = number;
  for (const ast::Parameter &parameter : parameters) {
    if (!isSize(parameter) || !isKnown(number++))
      continue;
    Value value = Value::ofInt(assumptions.numbers[number - 1]);
    bind(parameter.name, value);
    add(parameter, value);
  }
  nameSizes(parameters);
  for (const ast::Parameter &parameter : parameters)
    if (isSize(parameter) && !isKnown(firstNumber++))
      add(parameter, makeSize(parameter.name));
  for (const ast::Parameter &parameter : parameters)
    if (isFlag(parameter))
      add(parameter, Value::ofBool(assumptions.flags >> flag++ & 1));
    else if (!isSize(parameter) && !parameter.defaultValue)
      add(parameter, makeValue(parameter, parameter.type, assumptions.knowsReals));
  return arguments;
}
