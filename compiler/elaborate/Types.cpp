//===- Types.cpp - declared types: checking, adapting, naming dimensions ------------===//

#include "compiler/elaborate/Elaborator.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

mlir::Type Elaborator::getElementType(StringRef name) {
  return llvm::StringSwitch<mlir::Type>(name)
      .Case("f32", getReal())
      .Case("f64", builder.getF64Type())
      .Case("bf16", builder.getBF16Type())
      .Case("i32", builder.getI32Type())
      .Case("i64", builder.getI64Type())
      .Case("bool", builder.getI1Type())
      .Default({});
}

NNTensorType Elaborator::resolveTensorType(const ast::Type &type, bool forParameter) {
  mlir::Type element =
      type.kind == ast::Type::Named ? getElementType(type.name.name) : mlir::Type();
  if (type.kind == ast::Type::Named && type.name.name == "int")
    element = builder.getI64Type();
  if (type.kind == ast::Type::Named && type.name.name == "float")
    element = builder.getF64Type();
  if (!element) {
    error(diag::UnknownType, type.span, type.span.getText());
    return {};
  }
  llvm::SmallVector<Dim> shape;
  for (const ast::DimSpec &spec : type.dims) {
    if (!spec.expr) {
      error(diag::RestInDeclaration, spec.span);
      return {};
    }
    Dim dim = toDim(evaluate(spec.expr), spec.span, forParameter);
    if (!dim)
      return {};
    shape.push_back(dim);
  }
  return NNTensorType::get(shape, element);
}

/// The tensor `value` (of `shape` already known) as a default that stretches.
static bool isTensorName(StringRef name) {
  return name == "f32" || name == "f64" || name == "bf16" || name == "i32" || name == "i64" ||
         name == "bool";
}

Value Elaborator::matchType(Value value, const ast::Type &type, Span span, bool isDefault,
                            StringRef what) {
  if (value.isPoison())
    return value;
  auto mismatch = [&](StringRef wanted) {
    error(diag::TypeMismatch, span, what, wanted, describe(value))
        .note(type.span, "the type is declared here");
    return Value();
  };
  if (type.kind == ast::Type::Tuple) {
    if (!value.is(Value::Tuple) || value.getElements().size() != type.elements.size())
      return mismatch(type.span.getText());
    Values elements;
    for (auto [element, elementType] : llvm::zip_equal(value.getElements(), type.elements)) {
      elements.push_back(matchType(element, *elementType, span, isDefault, what));
      if (elements.back().isPoison())
        return Value();
    }
    return Value::tuple(std::move(elements));
  }
  if (type.kind == ast::Type::List) {
    if (!value.is(Value::List))
      return mismatch(type.span.getText());
    Values elements;
    for (const Value &element : value.getElements()) {
      elements.push_back(matchType(element, *type.elements[0], span, isDefault, what));
      if (elements.back().isPoison())
        return Value();
    }
    return Value::list(std::move(elements));
  }
  StringRef name = type.name.name;
  if (name == "layer" || name == "fn")
    return isCallable(value) || value.is(Value::Object) ? value : mismatch("a layer or a function");
  if (name == "dataset")
    return value.is(Value::Data) ? value : mismatch("a data set");
  if (name == "str" || name == "path")
    return value.isString() ? value : mismatch("text");
  if (!type.hasDims) {
    if (name == "int") {
      if (value.isSizeLike() || (value.isScalarTensor() && value.getTensorType().isInteger()))
        return value;
      if (value.is(Value::Float))
        return fail(diag::NotWhole, span, what, describe(value));
      return mismatch("a whole number");
    }
    if (name == "float") {
      if (value.isStaticNumber() || value.is(Value::Size) ||
          (value.isScalarTensor() && !value.getTensorType().isBool()))
        return value;
      return mismatch("a number");
    }
    if (name == "bool" && (value.is(Value::Bool)))
      return value;
  }
  if (!isTensorName(name)) {
    if (scope->find(name) && value.is(Value::Object) &&
        value.getInstance()->item->name.name == name)
      return value;
    if (scope->find(name))
      return mismatch(name);
    return fail(diag::UnknownType, type.span, name);
  }

  // A tensor type. A scalar type takes numbers of both phases as they are.
  mlir::Type element = getElementType(name);
  bool isReal = llvm::isa<mlir::FloatType>(element);
  auto adapts = [&](const Value &v) {
    if (v.is(Value::Bool))
      return element.isInteger(1);
    if (v.is(Value::Float))
      return isReal;
    if (v.is(Value::Int) || v.is(Value::Size))
      return !element.isInteger(1);
    if (v.isScalarTensor()) {
      NNTensorType own = v.getTensorType();
      return own.getElementType() == element || (isReal && !own.isBool()) ||
             (own.isInteger() && !element.isInteger(1));
    }
    return false;
  };
  bool isScalarType = type.dims.empty();
  if (isScalarType) {
    if (value.isTensor() ? !value.isScalarTensor() || !adapts(value) : !adapts(value))
      return mismatch(type.span.getText());
    if (isReal && value.is(Value::Int))
      return Value::ofFloat(value.getFloat());
    return value.isTensor() ? Value::of(convertTo(value.getRuntime(), element)) : value;
  }
  int64_t fixed = llvm::count_if(type.dims, [](const ast::DimSpec &spec) { return spec.expr; });
  bool hasRest = fixed != static_cast<int64_t>(type.dims.size());
  // f32[..] takes a number of either phase as it is.
  if (hasRest && fixed == 0 && !value.isTensor() && !value.is(Value::List)) {
    if (!adapts(value))
      return mismatch(type.span.getText());
    for (const ast::DimSpec &spec : type.dims)
      if (spec.restName)
        scope->set(spec.restName->name, Binding::fixed(Value::list({}), spec.span));
    return value;
  }
  if (isDefault && !value.isTensor() && !value.is(Value::List)) {
    // A number as a default fills the declared shape.
    if (!adapts(value))
      return mismatch(type.span.getText());
    NNTensorType full = resolveTensorType(type, false);
    if (!full)
      return Value();
    mlir::Value scalar = toElementType(value, element, span);
    return scalar ? Value::of(broadcastTo(scalar, full.getShape())) : Value();
  }
  Value tensor = toTensor(value, span, element);
  if (tensor.isPoison())
    return tensor;
  NNTensorType own = tensor.getTensorType();
  if (own.isScalar() && adapts(tensor)) {
    tensor = Value::of(convertTo(tensor.getRuntime(), element));
    own = tensor.getTensorType();
  }
  if (own.getElementType() != element) {
    DiagnosticBuilder report =
        error(diag::TypeMismatch, span, what, type.span.getText(), own.str());
    report.note(type.span, "the type is declared here");
    if (!own.isBool() || isReal)
      report.hint((name + "(x) converts the elements").str());
    return Value();
  }
  llvm::SmallVector<Dim> shape = own.getShape();
  if (hasRest ? own.getRank() < fixed : own.getRank() != fixed) {
    error(diag::RankMismatch, span, what, type.span.getText(), own.str())
        .note(type.span, "the type is declared here");
    return Value();
  }
  size_t restSize = shape.size() - fixed, at = 0;
  std::map<size_t, Dim> checked; // axes whose size was compared when the program runs
  // Two turns: bare names are bound first, so that f32[2 * n, n] works.
  for (bool bindNames : {true, false}) {
    at = 0;
    for (const ast::DimSpec &spec : type.dims) {
      if (!spec.expr) {
        if (bindNames && spec.restName) {
          Values sizes;
          for (size_t i = 0; i < restSize; ++i)
            sizes.push_back(Value::ofSize(shape[at + i]));
          Binding *existing = scope->find(spec.restName->name);
          if (!existing) {
            scope->set(spec.restName->name, Binding::fixed(Value::list(sizes), spec.span));
          } else if (existing->value.is(Value::List)) {
            std::optional<llvm::SmallVector<Dim>> expected = toShape(existing->value, spec.span);
            if (!expected)
              return Value();
            if (llvm::ArrayRef<Dim>(*expected) != llvm::ArrayRef<Dim>(shape).slice(at, restSize)) {
              std::string wanted;
              for (Dim dim : *expected)
                wanted += (wanted.empty() ? "" : ", ") + dim.str();
              error(diag::RestMismatch, span, what, own.str(), spec.restName->name, wanted)
                  .note(existing->span, "'" + spec.restName->name + "' was named here");
              return Value();
            }
          }
        }
        at += restSize;
        continue;
      }
      Dim actual = shape[at++];
      auto *bare = llvm::dyn_cast<ast::Name>(spec.expr);
      Binding *existing = bare ? scope->find(bare->name) : nullptr;
      // A function's name can name a dimension, too.
      if (existing && !existing->variable &&
          (existing->value.is(Value::Function) || existing->value.is(Value::Object)))
        existing = nullptr;
      if (bare && !existing) {
        if (bindNames)
          scope->set(bare->name, Binding::fixed(Value::ofSize(actual), spec.span));
        continue;
      }
      if (bindNames)
        continue;
      Dim expected = toDim(evaluate(spec.expr), spec.span, false);
      if (!expected)
        return Value();
      if (expected == actual)
        continue;
      // A stretchable default has 1 where the type has more.
      if (isDefault && actual.isStatic(1)) {
        shape[at - 1] = expected;
        continue;
      }
      // Sizes that only the run knows are compared then.
      if (!actual.isStatic() && !expected.isStatic() && canBeEqual(actual, expected)) {
        checkSizes(
            actual, expected, span,
            (what + " must be " + type.span.getText() + ": axis " + llvm::Twine(at - 1) + " is ")
                .str(),
            ", but should be ");
        checked[at - 1] = expected;
        continue;
      }
      DiagnosticBuilder report =
          error(diag::DimMismatch, span, what, type.span.getText(), own.str(), at - 1,
                bare ? bare->name + " = " + expected.str() : expected.str(), actual.str());
      report.note(type.span, "the type is declared here");
      if (existing && existing->span)
        report.note(existing->span, "'" + bare->name + "' is " + expected.str() + " since here");
      return Value();
    }
  }
  if (!checked.empty()) {
    llvm::SmallVector<Dim> known = own.getShape();
    for (auto [axis, dim] : checked)
      known[axis] = shape[axis] = dim;
    tensor = Value::of(ReshapeOp::create(builder, getLoc(span), own.withShape(known),
                                         tensor.getRuntime(), /*checked=*/true));
  }
  return Value::of(broadcastTo(tensor.getRuntime(), shape));
}

bool elaborate::canBeEqual(Dim a, Dim b) {
  if (a == b)
    return true;
  Dim difference = a - b;
  return !difference.isStatic();
}

void Elaborator::checkSizes(Dim a, Dim b, Span span, const std::string &first,
                            const std::string &second) {
  Value lhs = toTensor(Value::ofSize(a), span), rhs = toTensor(Value::ofSize(b), span);
  Value equal = elementwise("==", {lhs, rhs}, span);
  auto op = AssertOp::create(builder, getLoc(span), equal.getRuntime(), /*check=*/true);
  emitRegion(op.getMessage(), {}, [&](mlir::ValueRange) {
    mlir::Value text = formatValues({lhs, rhs}, {first, second, ""}, {"", ""}, span);
    YieldOp::create(builder, getLoc(span), text);
  });
}
