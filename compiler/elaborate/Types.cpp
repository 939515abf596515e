//===- Types.cpp - declared types: checking, adapting, naming dimensions ------------===//

#include "compiler/elaborate/Types.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

NNTensorType elaborate::resolveTensorType(Interpreter &e, const ast::Type &type,
                                          bool forParameter) {
  mlir::Type element =
      type.kind == ast::Type::Named ? e.getElementType(type.name.name) : mlir::Type();
  if (type.kind == ast::Type::Named && type.name.name == "int")
    element = e.builder.getI64Type();
  if (type.kind == ast::Type::Named && type.name.name == "float")
    element = e.builder.getF64Type();
  if (!element) {
    e.error(diag::UnknownType, type.span, type.span.getText());
    return {};
  }
  llvm::SmallVector<Dim> shape;
  for (const ast::DimSpec &spec : type.dims) {
    if (!spec.expr) {
      e.error(diag::RestInDeclaration, spec.span);
      return {};
    }
    Dim dim = e.toDim(e.evaluate(spec.expr), spec.span, forParameter);
    if (!dim)
      return {};
    shape.push_back(dim);
  }
  return NNTensorType::get(shape, element);
}

namespace {

/// Matches one value with one declared type.
class TypeMatch {
public:
  TypeMatch(Interpreter &e, const ast::Type &type, Span span, bool isDefault, StringRef what)
      : e(e), type(type), span(span), isDefault(isDefault), what(what) {}

  Value run(const Value &value);

private:
  Value mismatch(const Value &value, StringRef wanted) {
    e.error(diag::TypeMismatch, span, what, wanted, describe(value))
        .note(type.span, "the type is declared here");
    return Value();
  }
  Value mismatch(const Value &value) { return mismatch(value, type.span.getText()); }
  Value matchElements(const Value &value);
  std::optional<Value> matchNamed(const Value &value);
  std::optional<Value> matchNumber(const Value &value, StringRef name);
  bool adapts(const Value &value);
  Value matchScalar(const Value &value);
  Value matchTensor(const Value &value);
  bool matchRank();
  void nameDim(const ast::DimSpec &spec, Dim actual);
  bool nameRest(const ast::DimSpec &spec, llvm::ArrayRef<Dim> sizes);
  bool checkDim(const ast::DimSpec &spec, size_t axis);
  bool refuseDim(const ast::DimSpec &spec, size_t axis, Dim expected);
  Binding *findDimName(const ast::DimSpec &spec);
  int64_t countFixed() const {
    return llvm::count_if(type.dims, [](const ast::DimSpec &spec) { return spec.expr; });
  }
  bool hasRest() const { return countFixed() != static_cast<int64_t>(type.dims.size()); }

  Interpreter &e;
  const ast::Type &type;
  Span span;
  bool isDefault;
  StringRef what;
  mlir::Type element; // of a tensor type

  // While the dimensions of a tensor are matched.
  NNTensorType own;              // its type
  llvm::SmallVector<Dim> shape;  // what it is to have
  std::map<size_t, Dim> checked; // axes whose size is compared when the program runs
};

} // namespace

Value TypeMatch::run(const Value &value) {
  if (value.isPoison())
    return value;
  if (type.kind != ast::Type::Named)
    return matchElements(value);
  if (std::optional<Value> matched = matchNamed(value))
    return *matched;
  element = e.getElementType(type.name.name);
  if (type.dims.empty())
    return matchScalar(value);
  // f32[..] takes a number of either phase as it is.
  bool isNumber = !value.isTensor() && !value.is(Value::List);
  if (countFixed() == 0 && isNumber) {
    if (!adapts(value))
      return mismatch(value);
    for (const ast::DimSpec &spec : type.dims)
      if (spec.restName)
        e.scope->set(spec.restName->name, Binding::fixed(Value::list({}), spec.span));
    return value;
  }
  if (isDefault && isNumber) {
    // A number as a default fills the declared shape.
    if (!adapts(value))
      return mismatch(value);
    NNTensorType full = resolveTensorType(e, type, false);
    if (!full)
      return Value();
    mlir::Value scalar = e.toElementType(value, element, span);
    return scalar ? Value::of(e.broadcastTo(scalar, full.getShape())) : Value();
  }
  return matchTensor(value);
}

/// Of a tuple or list type.
Value TypeMatch::matchElements(const Value &value) {
  bool isTuple = type.kind == ast::Type::Tuple;
  if (!value.is(isTuple ? Value::Tuple : Value::List) ||
      (isTuple && value.getElements().size() != type.elements.size()))
    return mismatch(value);
  Values elements;
  for (auto [i, one] : llvm::enumerate(value.getElements())) {
    elements.push_back(matchType(e, one, *type.elements[isTuple ? i : 0], span, isDefault, what));
    if (elements.back().isPoison())
      return Value();
  }
  return isTuple ? Value::tuple(std::move(elements)) : Value::list(std::move(elements));
}

/// Of a type that is none of tensors; nothing where it is one.
std::optional<Value> TypeMatch::matchNamed(const Value &value) {
  StringRef name = type.name.name;
  if (name == "layer" || name == "fn")
    return isCallable(value) || value.is(Value::Object) ? value
                                                        : mismatch(value, "a layer or a function");
  if (name == "dataset")
    return value.is(Value::Data) ? value : mismatch(value, "a data set");
  if (name == "str" || name == "path")
    return value.isString() ? value : mismatch(value, "text");
  if (!type.hasDims)
    if (std::optional<Value> number = matchNumber(value, name))
      return number;
  if (e.getElementType(name))
    return std::nullopt;
  if (!e.scope->find(name))
    return e.fail(diag::UnknownType, type.span, name);
  bool isInstance = value.is(Value::Object) && value.getInstance()->item->name.name == name;
  return isInstance ? value : mismatch(value, name);
}

/// Of `int`, `float`, and `bool` for what is known at compile time.
std::optional<Value> TypeMatch::matchNumber(const Value &value, StringRef name) {
  if (name == "int") {
    if (value.isSizeLike() || (value.isScalarTensor() && value.getTensorType().isInteger()))
      return value;
    if (value.is(Value::Float))
      return e.fail(diag::NotWhole, span, what, describe(value));
    return mismatch(value, "a whole number");
  }
  if (name == "float") {
    if (value.isStaticNumber() || value.is(Value::Size) ||
        (value.isScalarTensor() && !value.getTensorType().isBool()))
      return value;
    return mismatch(value, "a number");
  }
  if (name == "bool" && value.is(Value::Bool))
    return value;
  return std::nullopt;
}

/// Whether a scalar of either phase becomes one of the element type.
bool TypeMatch::adapts(const Value &value) {
  bool isReal = llvm::isa<mlir::FloatType>(element);
  if (value.is(Value::Bool))
    return element.isInteger(1);
  if (value.is(Value::Float))
    return isReal;
  if (value.is(Value::Int) || value.is(Value::Size))
    return !element.isInteger(1);
  if (!value.isScalarTensor())
    return false;
  NNTensorType type = value.getTensorType();
  return type.getElementType() == element || (isReal && !type.isBool()) ||
         (type.isInteger() && !element.isInteger(1));
}

/// A scalar type takes numbers of both phases as they are.
Value TypeMatch::matchScalar(const Value &value) {
  if (!adapts(value))
    return mismatch(value);
  if (llvm::isa<mlir::FloatType>(element) && value.is(Value::Int))
    return Value::ofFloat(value.getFloat());
  return value.isTensor() ? Value::of(e.convertTo(value.getRuntime(), element)) : value;
}

Value TypeMatch::matchTensor(const Value &value) {
  Value tensor = e.toTensor(value, span, element);
  if (tensor.isPoison())
    return tensor;
  if (tensor.isScalarTensor() && adapts(tensor))
    tensor = Value::of(e.convertTo(tensor.getRuntime(), element));
  own = tensor.getTensorType();
  if (own.getElementType() != element) {
    DiagnosticBuilder report =
        e.error(diag::TypeMismatch, span, what, type.span.getText(), own.str());
    report.note(type.span, "the type is declared here");
    if (!own.isBool() || llvm::isa<mlir::FloatType>(element))
      report.hint(type.name.name + "(x) converts the elements");
    return Value();
  }
  if (!matchRank())
    return Value();
  shape = own.getShape();
  size_t restSize = shape.size() - countFixed();
  // Two turns: bare names are bound first, so that f32[2 * n, n] works.
  for (bool bindNames : {true, false}) {
    size_t axis = 0;
    for (const ast::DimSpec &spec : type.dims) {
      if (!spec.expr) {
        if (bindNames && spec.restName &&
            !nameRest(spec, llvm::ArrayRef<Dim>(shape).slice(axis, restSize)))
          return Value();
        axis += restSize;
        continue;
      }
      if (bindNames)
        nameDim(spec, shape[axis]);
      else if (!checkDim(spec, axis))
        return Value();
      ++axis;
    }
  }
  if (!checked.empty()) {
    llvm::SmallVector<Dim> known = own.getShape();
    for (auto [axis, dim] : checked)
      known[axis] = shape[axis] = dim;
    tensor = Value::of(ReshapeOp::create(e.builder, e.getLoc(span), own.withShape(known),
                                         tensor.getRuntime(), /*checked=*/true));
  }
  return Value::of(e.broadcastTo(tensor.getRuntime(), shape));
}

bool TypeMatch::matchRank() {
  int64_t fixed = countFixed();
  if (hasRest() ? own.getRank() >= fixed : own.getRank() == fixed)
    return true;
  e.error(diag::RankMismatch, span, what, type.span.getText(), own.str())
      .note(type.span, "the type is declared here");
  return false;
}

/// What the name of a dimension means so far, if it is one. A function's name can name a dimension,
/// too.
Binding *TypeMatch::findDimName(const ast::DimSpec &spec) {
  auto *bare = llvm::dyn_cast<ast::Name>(spec.expr);
  Binding *existing = bare ? e.scope->find(bare->name) : nullptr;
  bool isOther = existing && !existing->variable &&
                 (existing->value.is(Value::Function) || existing->value.is(Value::Object));
  return isOther ? nullptr : existing;
}

/// A new name becomes the size.
void TypeMatch::nameDim(const ast::DimSpec &spec, Dim actual) {
  auto *bare = llvm::dyn_cast<ast::Name>(spec.expr);
  if (bare && !findDimName(spec))
    e.scope->set(bare->name, Binding::fixed(Value::ofSize(actual), spec.span));
}

/// `..s` names the sizes, or has to be the same as before.
bool TypeMatch::nameRest(const ast::DimSpec &spec, llvm::ArrayRef<Dim> sizes) {
  StringRef name = spec.restName->name;
  Binding *existing = e.scope->find(name);
  if (!existing) {
    Values values;
    for (Dim size : sizes)
      values.push_back(Value::ofSize(size));
    e.scope->set(name, Binding::fixed(Value::list(values), spec.span));
    return true;
  }
  if (!existing->value.is(Value::List))
    return true;
  std::optional<llvm::SmallVector<Dim>> expected = e.toShape(existing->value, spec.span);
  if (!expected)
    return false;
  if (llvm::ArrayRef<Dim>(*expected) == sizes)
    return true;
  std::string wanted;
  for (Dim dim : *expected)
    wanted += (wanted.empty() ? "" : ", ") + dim.str();
  e.error(diag::RestMismatch, span, what, own.str(), name, wanted)
      .note(existing->span, ("'" + name + "' was named here").str());
  return false;
}

/// Compares the size of an axis with the declared one.
bool TypeMatch::checkDim(const ast::DimSpec &spec, size_t axis) {
  Dim actual = shape[axis], expected = e.toDim(e.evaluate(spec.expr), spec.span, false);
  if (!expected)
    return false;
  if (expected == actual)
    return true;
  // A stretchable default has 1 where the type has more.
  if (isDefault && actual.isStatic(1)) {
    shape[axis] = expected;
    return true;
  }
  // Sizes that only the run knows are compared then.
  if (!actual.isStatic() && !expected.isStatic() && e.mayBeEqual(actual, expected)) {
    e.checkSizes(
        actual, expected, span,
        (what + " must be " + type.span.getText() + ": axis " + llvm::Twine(axis) + " is ").str(),
        ", but should be ");
    checked[axis] = expected;
    return true;
  }
  return refuseDim(spec, axis, expected);
}

bool TypeMatch::refuseDim(const ast::DimSpec &spec, size_t axis, Dim expected) {
  auto *bare = llvm::dyn_cast<ast::Name>(spec.expr);
  DiagnosticBuilder report = e.error(
      diag::DimMismatch, span, what, type.span.getText(), own.str(), axis,
      bare && bare->name != expected.str() ? bare->name + " = " + expected.str() : expected.str(),
      shape[axis].str());
  report.differing(shape[axis].str(), expected.str());
  report.mayBeRight(e.mayBeEqual(shape[axis], expected));
  report.note(type.span, "the type is declared here");
  Binding *existing = findDimName(spec);
  if (existing && existing->span && bare->name != expected.str())
    report.note(existing->span, "'" + bare->name + "' is " + expected.str() + " since here");
  return false;
}

Value elaborate::matchType(Interpreter &e, Value value, const ast::Type &type, Span span,
                           bool isDefault, StringRef what) {
  return TypeMatch(e, type, span, isDefault, what).run(value);
}

/// Whether it is a list of numbers, or of such lists; else it holds layers or tensors.
static bool isListOfNumbers(const Value &value) {
  return value.is(Value::List) && llvm::all_of(value.getElements(), [](const Value &element) {
           return element.isStaticNumber() || element.is(Value::Bool) || element.is(Value::Size) ||
                  isListOfNumbers(element);
         });
}

Value elaborate::settleDifferentiated(Interpreter &e, llvm::StringRef name, Value value,
                                      Span span) {
  bool isAsked = e.activation && e.activation->differentiated.contains(name);
  bool isStatic = value.is(Value::Float) || isListOfNumbers(value);
  return isAsked && isStatic ? e.toTensor(value, span) : value;
}
