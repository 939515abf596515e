//===- Elementwise.cpp - element-wise operations of both phases -----------------------===//
//
// Static operands give static results, computed through the operations' own scalar bodies in f64 or
// i64. With a run-time operand the others become tensors: numbers and scalars adapt to a tensor's
// element type, shapes broadcast from the right, where only a literal 1 stretches.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Builtins.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringExtras.h"
#include <deque>

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

//===-- The operations that the language can name ------------------------------------===//

template <typename Op> static void addEntry(std::vector<ElementwiseEntry> &entries) {
  if constexpr (requires {
                  Op::getLanguageName();
                  &Op::emitScalar;
                })
    if (!Op::getLanguageName().empty())
      entries.push_back({Op::getLanguageName(), Op::getOperationName(),
                         Op::template hasTrait<mlir::OpTrait::OneOperand>()           ? 1u
                         : Op::template hasTrait<mlir::OpTrait::NOperands<2>::Impl>() ? 2u
                                                                                      : 3u});
}

template <typename... Ops> static std::vector<ElementwiseEntry> collectEntries() {
  std::vector<ElementwiseEntry> entries;
  (addEntry<Ops>(entries), ...);
  return entries;
}

static const std::vector<ElementwiseEntry> &getEntries() {
  static const std::vector<ElementwiseEntry> entries = collectEntries<
#define GET_OP_LIST
#include "compiler/ir/NNOps.cpp.inc"
      >();
  return entries;
}

const ElementwiseEntry *elaborate::findElementwise(StringRef languageName, unsigned arity) {
  for (const ElementwiseEntry &entry : getEntries())
    if (entry.languageName == languageName && entry.arity == arity)
      return &entry;
  return nullptr;
}

bool elaborate::isElementwiseName(StringRef languageName) {
  return llvm::any_of(getEntries(), [&](const ElementwiseEntry &entry) {
    return entry.languageName == languageName;
  });
}

void elaborate::addElementwiseBuiltins(llvm::function_ref<void(StringRef, const Builtin *)> add) {
  static std::deque<Builtin> builtins;
  static const char *const parameters[] = {"", "a", "a b", "a b c"};
  bool isFirst = builtins.empty();
  if (isFirst)
    for (const ElementwiseEntry &entry : getEntries())
      if (llvm::isAlpha(entry.languageName.front()))
        builtins.push_back(
            {entry.languageName, parameters[entry.arity], [](Emitter &e, BuiltinCall &c) {
               llvm::SmallVector<Span> spans;
               for (const Argument &argument : c.arguments)
                 spans.push_back(argument.span);
               if (c.name == "where")
                 return e.select(c.matched[0], c.matched[1], c.matched[2], c.span);
               return e.elementwise(c.name, c.matched, c.span, spans);
             }});
  for (const Builtin &builtin : builtins)
    add(builtin.name, &builtin);
}

//===-- Static arithmetic -----------------------------------------------------------===//

namespace {
/// Hands an operation its operands' values as constants.
class ConstantEmitter : public ElementEmitter {
public:
  ConstantEmitter(mlir::OpBuilder &builder) : builder(builder) {}
  mlir::OpBuilder &getBuilder() override { return builder; }
  mlir::Value getElement(mlir::Value tensor, mlir::ValueRange) override { return scalars[tensor]; }
  mlir::Value getSize(Dim dim) override {
    return mlir::arith::ConstantIndexOp::create(builder, builder.getUnknownLoc(), dim.getStatic());
  }
  mlir::Value checkIndex(mlir::Location, mlir::Value index, Dim) override { return index; }

  llvm::DenseMap<mlir::Value, mlir::Value> scalars;

private:
  mlir::OpBuilder &builder;
};
} // namespace

/// Creates the operation with its inferred result type.
static mlir::Operation *createElementwise(mlir::OpBuilder &builder, mlir::Location loc,
                                          const ElementwiseEntry &entry,
                                          llvm::ArrayRef<mlir::Value> operands) {
  mlir::OperationName name(entry.operationName, builder.getContext());
  mlir::OperationState state(loc, name);
  state.addOperands(operands);
  llvm::SmallVector<mlir::Type> types;
  auto *infer = name.getInterface<mlir::InferTypeOpInterface>();
  if (!infer || failed(infer->inferReturnTypes(builder.getContext(), std::nullopt, operands, {},
                                               nullptr, {}, types)))
    llvm::report_fatal_error("element-wise operation without a result type");
  state.addTypes(types);
  return builder.create(state);
}

/// Whether an operation's constraints allow operands of this element type.
static bool accepts(mlir::MLIRContext *context, const ElementwiseEntry &entry,
                    mlir::Type elementType) {
  mlir::Block block;
  mlir::OpBuilder builder(context);
  builder.setInsertionPointToEnd(&block);
  mlir::Location loc = builder.getUnknownLoc();
  llvm::SmallVector<mlir::Value> operands;
  for (unsigned i = 0; i < entry.arity; ++i)
    operands.push_back(block.addArgument(NNTensorType::getScalar(elementType), loc));
  mlir::Operation *op = createElementwise(builder, loc, entry, operands);
  mlir::ScopedDiagnosticHandler quiet(context, [](mlir::Diagnostic &) { return mlir::success(); });
  return op && succeeded(op->getName().verifyInvariants(op));
}

/// Evaluates an operation on static operands (of one type) by folding its scalar body. Poison where
/// it does not fold.
static Value foldStatic(mlir::MLIRContext *context, const ElementwiseEntry &entry,
                        llvm::ArrayRef<Value> operands, mlir::Type type) {
  mlir::Block block;
  mlir::OpBuilder builder(context);
  builder.setInsertionPointToEnd(&block);
  mlir::Location loc = builder.getUnknownLoc();
  ConstantEmitter emitter(builder);
  llvm::SmallVector<mlir::Value> tensors;
  for (const Value &operand : operands) {
    mlir::TypedAttr attribute =
        type.isF64() ? mlir::TypedAttr(builder.getF64FloatAttr(operand.getFloat()))
                     : builder.getIntegerAttr(type, operand.is(Value::Bool) ? operand.getBool()
                                                                            : operand.getInt());
    mlir::Value scalar = mlir::arith::ConstantOp::create(builder, loc, attribute);
    mlir::Value tensor = block.addArgument(NNTensorType::getScalar(type), loc);
    emitter.scalars[tensor] = scalar;
    tensors.push_back(tensor);
  }
  mlir::Operation *op = createElementwise(builder, loc, entry, tensors);
  mlir::Value result = llvm::cast<ElementOpInterface>(op).emitElement(emitter, {});
  // Fold front to back; each operation's operands are constants by then.
  mlir::Attribute folded;
  for (mlir::Operation &inner : llvm::make_early_inc_range(block)) {
    llvm::SmallVector<mlir::OpFoldResult> results;
    if (&inner == op || inner.hasTrait<mlir::OpTrait::ConstantLike>())
      continue;
    llvm::SmallVector<mlir::Attribute> constants;
    for (mlir::Value operand : inner.getOperands()) {
      mlir::Attribute constant;
      if (!matchPattern(operand, mlir::m_Constant(&constant)))
        return Value();
      constants.push_back(constant);
    }
    if (failed(inner.fold(constants, results)) || results.empty())
      return Value();
    mlir::Value replacement = llvm::dyn_cast<mlir::Value>(results[0]);
    if (!replacement) {
      mlir::OpBuilder before(&inner);
      replacement = mlir::arith::ConstantOp::create(
          before, loc, llvm::cast<mlir::TypedAttr>(llvm::cast<mlir::Attribute>(results[0])));
    }
    bool isResult = inner.getResult(0) == result;
    inner.getResult(0).replaceAllUsesWith(replacement);
    if (isResult)
      result = replacement;
  }
  Value value;
  if (matchPattern(result, mlir::m_Constant(&folded))) {
    if (auto real = llvm::dyn_cast<mlir::FloatAttr>(folded))
      value = Value::ofFloat(real.getValueAsDouble());
    else if (auto whole = llvm::dyn_cast<mlir::IntegerAttr>(folded))
      value = whole.getType().isInteger(1) ? Value::ofBool(whole.getValue().getBoolValue())
                                           : Value::ofInt(whole.getInt());
  }
  block.clear();
  return value;
}

//===-- Element-wise operations -------------------------------------------------------===//

/// Which element type wins where scalars meet.
static unsigned rankOf(mlir::Type type) {
  if (auto real = llvm::dyn_cast<mlir::FloatType>(type))
    return 100 + real.getWidth();
  return type.getIntOrFloatBitWidth();
}

Value Emitter::elementwise(StringRef languageName, Values operands, Span span,
                           llvm::ArrayRef<Span> spans) {
  auto spanOf = [&](size_t i) { return i < spans.size() ? spans[i] : span; };
  for (const Value &operand : operands)
    if (operand.isPoison())
      return operand;
  if (llvm::any_of(operands, [](const Value &v) { return v.is(Value::WeightsKind); }))
    return mapWeights(operands, span, [&](Values leaves) {
      return elementwise(languageName, std::move(leaves), span, spans);
    });
  const ElementwiseEntry *entry = findElementwise(languageName, operands.size());
  if (!entry)
    return fail(diag::WrongArgumentCount, span, languageName, operands.size());

  bool isStatic = llvm::all_of(
      operands, [](const Value &v) { return v.isStaticNumber() || v.is(Value::Bool); });
  if (isStatic) {
    bool allBool = llvm::all_of(operands, [](const Value &v) { return v.is(Value::Bool); });
    bool allInt = llvm::all_of(operands, [](const Value &v) { return v.is(Value::Int); });
    bool anyBool = llvm::any_of(operands, [](const Value &v) { return v.is(Value::Bool); });
    if (anyBool && !allBool)
      return fail(diag::MixedElementTypes, span, describe(operands[0]), describe(operands.back()));
    // Whole numbers stay whole where the operation takes them.
    mlir::Type type = allBool ? builder.getI1Type()
                      : allInt && accepts(context, *entry, builder.getI64Type())
                          ? mlir::Type(builder.getI64Type())
                          : builder.getF64Type();
    if (type.isInteger(64) && (languageName == "div" || languageName == "mod") &&
        operands[1].getInt() == 0)
      return fail(diag::DivisionByZero, span);
    if (accepts(context, *entry, type))
      if (Value result = foldStatic(context, *entry, operands, type); !result.isPoison())
        return result;
    // An operation that does not fold is emitted below.
  }

  // Element type: that of the operands with axes, which must agree; of scalars the widest.
  mlir::Type element;
  bool fromTensor = false;
  std::optional<size_t> elementFrom;
  std::vector<Value> tensors;
  for (auto [i, operand] : llvm::enumerate(operands)) {
    Value tensor = operand;
    if (operand.is(Value::List))
      tensor = operand; // adapts below
    else if (!operand.isStaticNumber())
      tensor = toTensor(operand, spanOf(i));
    if (tensor.isPoison())
      return tensor;
    tensors.push_back(tensor);
    if (!tensor.isTensor())
      continue;
    NNTensorType type = tensor.getTensorType();
    bool hasAxes = !type.isScalar();
    if (hasAxes && fromTensor && type.getElementType() != element)
      return fail(diag::MixedElementTypes, span, operands[*elementFrom].getTensorType().str(),
                  type.str());
    if ((hasAxes && !fromTensor) ||
        (hasAxes == fromTensor && (!element || rankOf(type.getElementType()) > rankOf(element)))) {
      element = type.getElementType();
      fromTensor |= hasAxes;
      elementFrom = i;
    }
  }
  for (auto [i, operand] : llvm::enumerate(operands))
    if (operand.is(Value::List)) {
      tensors[i] =
          toTensor(operand, spanOf(i), element && !element.isInteger(1) ? element : mlir::Type());
      if (tensors[i].isPoison())
        return tensors[i];
      mlir::Type own = tensors[i].getTensorType().getElementType();
      if (fromTensor && own != element)
        return fail(diag::MixedElementTypes, span, operands[*elementFrom].getTensorType().str(),
                    tensors[i].getTensorType().str());
      element = own;
      fromTensor = true;
      elementFrom = i;
      operands[i] = tensors[i];
    }
  if (!element)
    element = llvm::any_of(operands, [](const Value &v) { return v.is(Value::Float); })
                  ? mlir::Type(builder.getF64Type())
                  : builder.getI64Type();

  // A real number makes whole scalars real, but never whole tensors.
  bool anyReal = llvm::any_of(operands, [&](const Value &v) {
    return v.is(Value::Float) || (v.isScalarTensor() && v.getTensorType().isFloat());
  });
  bool isWhole = llvm::isa<mlir::IntegerType>(element);
  if (isWhole && !element.isInteger(1) && anyReal) {
    if (fromTensor) {
      DiagnosticBuilder report =
          error(diag::MixedElementTypes, span, operands[*elementFrom].getTensorType().str(),
                "a real number");
      report.hint("f32(x) converts a tensor of whole numbers");
      return Value();
    }
    element = getReal();
    for (const Value &operand : operands)
      if (operand.isScalarTensor() && operand.getTensorType().isFloat())
        element = operand.getTensorType().getElementType();
  }
  if (llvm::isa<mlir::IntegerType>(element) && !element.isInteger(1) &&
      !accepts(context, *entry, element)) {
    if (fromTensor) {
      error(diag::WrongOperand, span, languageName, operands[*elementFrom].getTensorType().str(),
            "real numbers")
          .hint("f32(x) converts a tensor of whole numbers");
      return Value();
    }
    element = builder.getF64Type();
  }
  if (!accepts(context, *entry, element))
    return fail(diag::WrongOperand, span, languageName, describe(operands[0]),
                element.isInteger(1) ? "numbers" : "truth values");

  llvm::SmallVector<mlir::Value> values;
  for (auto [i, tensor] : llvm::enumerate(tensors)) {
    bool isBool = (tensor.isTensor() && tensor.getTensorType().isBool());
    if (isBool != element.isInteger(1)) {
      size_t other = i == 0 && operands.size() > 1 ? 1 : 0;
      return fail(diag::MixedElementTypes, span, describe(operands[std::min(i, other)]),
                  describe(operands[std::max(i, other)]));
    }
    values.push_back(toElementType(tensor, element, spanOf(i)));
    if (!values.back())
      return Value();
  }
  std::optional<llvm::SmallVector<Dim>> shape = unifyShapes(values, span, spans);
  if (!shape)
    return Value();
  for (mlir::Value &value : values)
    value = broadcastTo(value, *shape);

  // Of tensors a zero divisor gives 0, as the operation says; of one number it is a mistake.
  if ((languageName == "div" || languageName == "mod") && shape->empty() &&
      llvm::isa<mlir::IntegerType>(element))
    checkNotZero(values[1], span);
  return Value::of(createElementwise(builder, getLoc(span), *entry, values)->getResult(0));
}

void Emitter::checkNotZero(mlir::Value divisor, Span span) {
  mlir::Value zero = constant(0, llvm::cast<NNTensorType>(divisor.getType()).getElementType());
  emitCheck(NeOp::create(builder, getLoc(span), divisor, zero), "division by zero", span);
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
  if (onTrue.isString() && onFalse.isString() && condition.isScalarTensor()) {
    auto text = makeVariable(getPathOf("text"), VariableKind::Var, builder.getType<StrType>(), span,
                             "text");
    assignVariable(*text, toRuntimeString(onFalse, span));
    mlir::Value other = toRuntimeString(onTrue, span);
    auto op = IfOp::create(builder, getLoc(span), condition.getRuntime());
    emitRegion(op.getThenRegion(), {}, [&](mlir::ValueRange) { assignVariable(*text, other); });
    emitRegion(op.getElseRegion(), {}, [](mlir::ValueRange) {});
    return Value::of(readVariable(*text));
  }
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
    return mapWeights({onTrue, onFalse}, span,
                      [&](Values leaves) { return select(condition, leaves[0], leaves[1], span); });
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
  mlir::Type element;
  if (onTrue.isTensor() &&
      (!onFalse.isTensor() || !onTrue.isScalarTensor() ||
       (onFalse.isScalarTensor() && rankOf(onTrue.getTensorType().getElementType()) >=
                                        rankOf(onFalse.getTensorType().getElementType()))))
    element = onTrue.getTensorType().getElementType();
  else if (onFalse.isTensor())
    element = onFalse.getTensorType().getElementType();
  else
    element = onTrue.is(Value::Bool)                            ? mlir::Type(builder.getI1Type())
              : onTrue.is(Value::Int) && onFalse.is(Value::Int) ? mlir::Type(builder.getI64Type())
                                                                : getReal();
  for (const Value &value : {onTrue, onFalse})
    if ((value.isTensor() && !value.isScalarTensor() &&
         value.getTensorType().getElementType() != element) ||
        (value.is(Value::Float) && !llvm::isa<mlir::FloatType>(element)) ||
        (value.is(Value::Bool) != element.isInteger(1) && !value.isTensor() &&
         !value.is(Value::List)))
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
