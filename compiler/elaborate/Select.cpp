//===- Select.cpp - one of two values, by a condition of the run ---------------------------===//

#include "compiler/elaborate/Builtins.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

static Value selectText(Emitter &e, const Value &condition, const Value &onTrue,
                        const Value &onFalse, Span span) {
  auto text = e.makeVariable(e.getPathOf("text"), VariableKind::Var, e.builder.getType<StrType>(),
                             span, "text");
  e.assignVariable(*text, e.toRuntimeString(onFalse, span));
  mlir::Value other = e.toRuntimeString(onTrue, span);
  auto op = IfOp::create(e.builder, e.getLoc(span), condition.getRuntime());
  e.emitRegion(op.getThenRegion(), {}, [&](mlir::ValueRange) { e.assignVariable(*text, other); });
  e.emitRegion(op.getElseRegion(), {}, [](mlir::ValueRange) {});
  return Value::of(e.readVariable(*text));
}

/// The element type of the result: that of a tensor with axes, of scalars the widest.
static mlir::Type chooseElement(Emitter &e, const Value &onTrue, const Value &onFalse) {
  if (onTrue.isTensor() &&
      (!onFalse.isTensor() || !onTrue.isScalarTensor() ||
       (onFalse.isScalarTensor() && rankOf(onTrue.getTensorType().getElementType()) >=
                                        rankOf(onFalse.getTensorType().getElementType()))))
    return onTrue.getTensorType().getElementType();
  if (onFalse.isTensor())
    return onFalse.getTensorType().getElementType();
  if (onTrue.is(Value::Bool))
    return e.builder.getI1Type();
  return onTrue.is(Value::Int) && onFalse.is(Value::Int) ? e.builder.getI64Type() : e.getReal();
}

/// Whether the value adapts to the element type.
static bool canBecome(const Value &value, mlir::Type element) {
  if (value.isTensor())
    return value.isScalarTensor() || value.getTensorType().getElementType() == element;
  if (value.is(Value::Float) && !llvm::isa<mlir::FloatType>(element))
    return false;
  return value.is(Value::List) || value.is(Value::Bool) == element.isInteger(1);
}

Value Emitter::select(Value condition, Value onTrue, Value onFalse, Span span) {
  if (condition.isPoison() || onTrue.isPoison() || onFalse.isPoison())
    return Value();
  if (condition.is(Value::Bool))
    return condition.getBool() ? onTrue : onFalse;
  if (condition.is(Value::List)) {
    condition = toTensor(condition, span);
    if (condition.isPoison())
      return condition;
  }
  if (!condition.isTensor() || !condition.getTensorType().isBool())
    return fail(diag::WrongArgument, span, "the condition", "true or false", describe(condition));
  auto isNumeric = [](const Value &v) {
    return v.isTensor() || v.isStaticNumber() || v.is(Value::Size) || v.is(Value::Bool) ||
           v.is(Value::List);
  };
  if (onTrue.isString() && onFalse.isString() && condition.isScalarTensor())
    return selectText(*this, condition, onTrue, onFalse, span);
  bool isSequence = onTrue.is(Value::Tuple) && onFalse.is(Value::Tuple) &&
                    onTrue.getElements().size() == onFalse.getElements().size();
  if (isSequence) {
    Values elements;
    for (auto [a, b] : llvm::zip_equal(onTrue.getElements(), onFalse.getElements())) {
      elements.push_back(select(condition, a, b, span));
      if (elements.back().isPoison())
        return Value();
    }
    return Value::tuple(std::move(elements));
  }
  if (onTrue.is(Value::WeightsKind) && onFalse.is(Value::WeightsKind))
    return mapWeights(
        {onTrue, onFalse}, span,
        [&](Values leaves) { return select(condition, leaves[0], leaves[1], span); },
        /*calculates=*/false);
  if (!isNumeric(onTrue) || !isNumeric(onFalse))
    return fail(diag::RuntimeChoice, span, describe(onTrue), describe(onFalse));
  // A list of numbers adapts to a tensor on the other side, or is a tensor itself.
  for (auto [value, other] : {std::pair(&onTrue, &onFalse), std::pair(&onFalse, &onTrue)})
    if (value->is(Value::List)) {
      *value = toTensor(*value, span,
                        other->isTensor() ? other->getTensorType().getElementType() : mlir::Type());
      if (value->isPoison())
        return *value;
    }
  mlir::Type element = chooseElement(*this, onTrue, onFalse);
  for (const Value &value : {onTrue, onFalse})
    if (!canBecome(value, element))
      return fail(diag::MixedElementTypes, span, describe(onTrue), describe(onFalse));
  llvm::SmallVector<mlir::Value> values = {condition.getRuntime(),
                                           toElementType(onTrue, element, span),
                                           toElementType(onFalse, element, span)};
  if (!values[1] || !values[2])
    return Value();
  std::optional<llvm::SmallVector<Dim>> shape = unifyShapes(values, span, {});
  if (!shape)
    return Value();
  for (mlir::Value &value : values)
    value = broadcastTo(value, *shape);
  return Value::of(SelectOp::create(builder, getLoc(span), values[1].getType(), values[0],
                                    values[1], values[2]));
}
