//===- Operators.cpp - arithmetic: phases, element types, broadcasting -------------===//
//
// Static operands give static results, computed through the operations' own scalar bodies in f64 or i64. With
// a run-time operand the others become tensors: numbers and scalars adapt to a tensor's element type, shapes
// broadcast from the right, where only a literal 1 stretches.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Elaborator.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringExtras.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

//===-- The operations that the language can name ------------------------------------===//

template <typename Op> static void addEntry(std::vector<ElementwiseEntry> &entries) {
  if constexpr (requires { Op::getLanguageName(); &Op::emitScalar; })
    if (!Op::getLanguageName().empty())
      entries.push_back({Op::getLanguageName(), Op::getOperationName(),
                         Op::template hasTrait<mlir::OpTrait::OneOperand>()               ? 1u
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
        builtins.push_back({entry.languageName, parameters[entry.arity], [](Elaborator &e, BuiltinCall &c) {
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
  if (!infer || failed(infer->inferReturnTypes(builder.getContext(), std::nullopt, operands, {}, nullptr, {}, types)))
    llvm::report_fatal_error("element-wise operation without a result type");
  state.addTypes(types);
  return builder.create(state);
}

/// Whether an operation's constraints allow operands of this element type.
static bool accepts(mlir::MLIRContext *context, const ElementwiseEntry &entry, mlir::Type elementType) {
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

/// Evaluates an operation on static operands (of one type) by folding its scalar body. Poison where it does not fold.
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

//===-- Conversions -------------------------------------------------------------------===//

mlir::Value Elaborator::constant(double value, mlir::Type elementType) {
  return createFilled(builder, getLoc({}), getScalarType(elementType), value);
}

mlir::Value Elaborator::constantInt(int64_t value) {
  auto type = mlir::RankedTensorType::get({}, builder.getI64Type());
  return ConstantOp::create(builder, getLoc({}), mlir::DenseElementsAttr::get(type, value));
}

/// Flattens a list of static numbers; false where it is ragged or holds something else.
static bool flatten(const Value &value, size_t depth, llvm::SmallVector<int64_t> &shape,
                    std::vector<Value> &leaves) {
  if (value.is(Value::List)) {
    int64_t size = value.getElements().size();
    if (depth == shape.size()) {
      if (!leaves.empty())
        return false;
      shape.push_back(size);
    } else if (shape[depth] != size) {
      return false;
    }
    return llvm::all_of(value.getElements(), [&](const Value &element) {
      return flatten(element, depth + 1, shape, leaves);
    });
  }
  if (depth != shape.size() || !(value.isStaticNumber() || value.is(Value::Bool)))
    return false;
  leaves.push_back(value);
  return true;
}

Value Elaborator::toTensor(Value value, Span span, mlir::Type like) {
  if (value.isPoison() || value.isTensor())
    return value;
  mlir::Type f32 = builder.getF32Type(), i32 = builder.getI32Type();
  switch (value.getKind()) {
  case Value::Bool:
    return Value::of(createFilled(builder, getLoc(span), getScalarType(builder.getI1Type()), value.getBool()));
  case Value::Int:
    if (like && !like.isInteger(1) && llvm::isa<mlir::FloatType, mlir::IntegerType>(like))
      return Value::of(constant(value.getInt(), like));
    return Value::of(constantInt(value.getInt()));
  case Value::Float:
    return Value::of(constant(value.getFloat(), llvm::isa_and_nonnull<mlir::FloatType>(like) ? like : f32));
  case Value::Size:
    return Value::of(SizeOp::create(builder, getLoc(span), value.getSize().toAttribute()));
  case Value::List: {
    llvm::SmallVector<int64_t> shape;
    std::vector<Value> leaves;
    if (llvm::any_of(value.getElements(), [](const Value &v) { return v.isTensor(); }))
      return fail(diag::ListOfTensors, span);
    if (!flatten(value, 0, shape, leaves))
      return fail(diag::RaggedList, span);
    bool isReal = llvm::any_of(leaves, [](const Value &v) { return v.is(Value::Float); });
    bool isBool = !leaves.empty() && llvm::all_of(leaves, [](const Value &v) { return v.is(Value::Bool); });
    mlir::Type element = isBool ? mlir::Type(builder.getI1Type()) : isReal ? f32 : i32;
    if (like && !isBool && (llvm::isa<mlir::FloatType>(like) || (!isReal && !like.isInteger(1))))
      element = like;
    llvm::SmallVector<mlir::Attribute> elements;
    for (const Value &leaf : leaves) {
      if (!isBool && leaf.is(Value::Bool))
        return fail(diag::RaggedList, span);
      if (llvm::isa<mlir::FloatType>(element))
        elements.push_back(builder.getFloatAttr(element, leaf.getFloat()));
      else
        elements.push_back(builder.getIntegerAttr(element, isBool ? leaf.getBool() : leaf.getInt()));
    }
    auto type = mlir::RankedTensorType::get(shape, element);
    return Value::of(ConstantOp::create(builder, getLoc(span), mlir::DenseElementsAttr::get(type, elements)));
  }
  default:
    return fail(diag::NotATensor, span, describe(value));
  }
}

mlir::Value Elaborator::convertTo(mlir::Value tensor, mlir::Type elementType) {
  auto type = llvm::cast<NNTensorType>(tensor.getType());
  if (type.getElementType() == elementType)
    return tensor;
  return ConvertOp::create(builder, tensor.getLoc(), type.withElementType(elementType), tensor);
}

mlir::Value Elaborator::toElementType(Value value, mlir::Type elementType, Span span) {
  Value tensor = toTensor(value, span, elementType);
  return tensor.isPoison() ? mlir::Value() : convertTo(tensor.getRuntime(), elementType);
}

mlir::Value Elaborator::broadcastTo(mlir::Value tensor, llvm::ArrayRef<Dim> shape) {
  auto type = llvm::cast<NNTensorType>(tensor.getType());
  if (llvm::equal(type.getShape(), shape))
    return tensor;
  // Axes of size 1 that stretch are taken away first.
  llvm::SmallVector<Dim> kept;
  llvm::SmallVector<int64_t> axes;
  int64_t offset = shape.size() - type.getRank();
  for (auto [i, dim] : llvm::enumerate(type.getShape()))
    if (!dim.isStatic(1) || shape[offset + i].isStatic(1)) {
      kept.push_back(dim);
      axes.push_back(offset + i);
    }
  mlir::Location loc = tensor.getLoc();
  if (kept.size() != static_cast<size_t>(type.getRank()))
    tensor = ReshapeOp::create(builder, loc, type.withShape(kept), tensor);
  return BroadcastOp::create(builder, loc, type.withShape(shape), tensor, axes);
}

std::optional<llvm::SmallVector<Dim>> Elaborator::unifyShapes(llvm::ArrayRef<mlir::Value> tensors,
                                                              Span span, llvm::ArrayRef<Span> spans) {
  llvm::SmallVector<Dim> shape;
  size_t shapeFrom = 0;
  for (auto [i, tensor] : llvm::enumerate(tensors)) {
    auto type = llvm::cast<NNTensorType>(tensor.getType());
    llvm::SmallVector<Dim> other = type.getShape();
    if (other.size() > shape.size()) {
      std::swap(shape, other);
      if (other.empty())
        shapeFrom = i;
    }
    size_t offset = shape.size() - other.size();
    for (auto [axis, dim] : llvm::enumerate(other)) {
      Dim &mine = shape[offset + axis];
      if (mine == dim || dim.isStatic(1))
        continue;
      if (mine.isStatic(1)) {
        mine = dim;
        continue;
      }
      auto first = llvm::cast<NNTensorType>(tensors[shapeFrom].getType());
      int64_t firstAxis = first.getRank() - (shape.size() - offset - axis);
      int64_t thisAxis = type.getRank() - (shape.size() - offset - axis);
      DiagnosticBuilder report =
          error(diag::ShapeMismatch, span, first.str(), type.str(), first.getDim(firstAxis).str(),
                firstAxis, type.getDim(thisAxis).str(), thisAxis);
      if (shapeFrom < spans.size() && spans[shapeFrom])
        report.note(spans[shapeFrom], "this has shape " + first.str());
      if (i < spans.size() && spans[i])
        report.note(spans[i], "this has shape " + type.str());
      if (!mine.isStatic() && !dim.isStatic())
        report.hint("sizes with different names are different; give both the same name in a type, or reshape");
      return std::nullopt;
    }
  }
  return shape;
}

mlir::Value Elaborator::toRuntimeInt(Value value, Span span, StringRef what) {
  if (value.isPoison())
    return {};
  if (value.is(Value::Int) || value.is(Value::Size))
    return toTensor(value, span).getRuntime();
  if (value.isScalarTensor() && value.getTensorType().isInteger())
    return convertTo(value.getRuntime(), builder.getI64Type());
  error(diag::WrongArgument, span, what, "a whole number", describe(value));
  return {};
}

mlir::Value Elaborator::toRuntimeF64(Value value, Span span, StringRef what) {
  if (value.isPoison())
    return {};
  if (value.isStaticNumber())
    return constant(value.getFloat(), builder.getF64Type());
  Value tensor = value.is(Value::Size) ? toTensor(value, span) : value;
  if (tensor.isScalarTensor() && !tensor.getTensorType().isBool())
    return convertTo(tensor.getRuntime(), builder.getF64Type());
  error(diag::WrongArgument, span, what, "a number", describe(value));
  return {};
}

mlir::Value Elaborator::toRuntimeBool(Value value, Span span, StringRef what) {
  if (value.isPoison())
    return {};
  if (value.is(Value::Bool))
    return toTensor(value, span).getRuntime();
  if (value.isScalarTensor() && value.getTensorType().isBool())
    return value.getRuntime();
  DiagnosticBuilder report = error(diag::WrongArgument, span, what, "true or false", describe(value));
  if (value.isTensor() && value.getTensorType().isBool())
    report.hint("all(...) or any(...) makes one truth value of many");
  return {};
}

//===-- Element-wise operations -------------------------------------------------------===//

/// Which element type wins where scalars meet.
static unsigned rankOf(mlir::Type type) {
  if (auto real = llvm::dyn_cast<mlir::FloatType>(type))
    return 100 + real.getWidth();
  return type.getIntOrFloatBitWidth();
}

Value Elaborator::elementwise(StringRef languageName, Values operands, Span span,
                              llvm::ArrayRef<Span> spans) {
  auto spanOf = [&](size_t i) { return i < spans.size() ? spans[i] : span; };
  for (const Value &operand : operands)
    if (operand.isPoison())
      return operand;
  const ElementwiseEntry *entry = findElementwise(languageName, operands.size());
  if (!entry)
    return fail(diag::WrongArgumentCount, span, languageName, operands.size());

  bool isStatic = llvm::all_of(operands, [](const Value &v) {
    return v.isStaticNumber() || v.is(Value::Bool);
  });
  if (isStatic) {
    bool allBool = llvm::all_of(operands, [](const Value &v) { return v.is(Value::Bool); });
    bool allInt = llvm::all_of(operands, [](const Value &v) { return v.is(Value::Int); });
    bool anyBool = llvm::any_of(operands, [](const Value &v) { return v.is(Value::Bool); });
    if (anyBool && !allBool)
      return fail(diag::MixedElementTypes, span, describe(operands[0]), describe(operands.back()));
    // Whole numbers stay whole where the operation takes them.
    mlir::Type type = allBool                                                          ? builder.getI1Type()
                      : allInt && accepts(context, *entry, builder.getI64Type()) ? mlir::Type(builder.getI64Type())
                                                                                       : builder.getF64Type();
    if (type.isInteger(64) && (languageName == "div" || languageName == "mod") && operands[1].getInt() == 0)
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
      return fail(diag::MixedElementTypes, span, operands[*elementFrom].getTensorType().str(), type.str());
    if ((hasAxes && !fromTensor) ||
        (hasAxes == fromTensor && (!element || rankOf(type.getElementType()) > rankOf(element)))) {
      element = type.getElementType();
      fromTensor |= hasAxes;
      elementFrom = i;
    }
  }
  for (auto [i, operand] : llvm::enumerate(operands))
    if (operand.is(Value::List)) {
      tensors[i] = toTensor(operand, spanOf(i), element && !element.isInteger(1) ? element : mlir::Type());
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
      DiagnosticBuilder report = error(diag::MixedElementTypes, span,
                                       operands[*elementFrom].getTensorType().str(), "a real number");
      report.hint("f32(x) converts a tensor of whole numbers");
      return Value();
    }
    element = builder.getF32Type();
    for (const Value &operand : operands)
      if (operand.isScalarTensor() && operand.getTensorType().isFloat())
        element = operand.getTensorType().getElementType();
  }
  if (llvm::isa<mlir::IntegerType>(element) && !element.isInteger(1) && !accepts(context, *entry, element)) {
    if (fromTensor) {
      error(diag::WrongOperand, span, languageName, operands[*elementFrom].getTensorType().str(), "real numbers")
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

  return Value::of(createElementwise(builder, getLoc(span), *entry, values)->getResult(0));
}

Value Elaborator::select(Value condition, Value onTrue, Value onFalse, Span span) {
  if (condition.isPoison() || onTrue.isPoison() || onFalse.isPoison())
    return Value();
  if (condition.is(Value::Bool))
    return condition.getBool() ? onTrue : onFalse;
  if (!condition.isTensor() || !condition.getTensorType().isBool())
    return fail(diag::WrongArgument, span, "the condition", "true or false", describe(condition));
  auto isNumeric = [](const Value &v) {
    return v.isTensor() || v.isStaticNumber() || v.is(Value::Size) || v.is(Value::Bool) || v.is(Value::List);
  };
  if (!isNumeric(onTrue) || !isNumeric(onFalse))
    return fail(diag::RuntimeChoice, span, describe(onTrue), describe(onFalse));
  mlir::Type element;
  if (onTrue.isTensor() && (!onFalse.isTensor() || !onTrue.isScalarTensor() ||
                            (onFalse.isScalarTensor() && rankOf(onTrue.getTensorType().getElementType()) >=
                                                             rankOf(onFalse.getTensorType().getElementType()))))
    element = onTrue.getTensorType().getElementType();
  else if (onFalse.isTensor())
    element = onFalse.getTensorType().getElementType();
  else
    element = onTrue.is(Value::Bool) ? mlir::Type(builder.getI1Type())
              : onTrue.is(Value::Int) && onFalse.is(Value::Int) ? mlir::Type(builder.getI64Type())
                                                                : builder.getF32Type();
  for (const Value &value : {onTrue, onFalse})
    if ((value.isTensor() && !value.isScalarTensor() && value.getTensorType().getElementType() != element) ||
        (value.is(Value::Float) && !llvm::isa<mlir::FloatType>(element)) ||
        (value.is(Value::Bool) != element.isInteger(1) && !value.isTensor() && !value.is(Value::List)))
      return fail(diag::MixedElementTypes, span, describe(onTrue), describe(onFalse));
  llvm::SmallVector<mlir::Value> values = {condition.getRuntime(), toElementType(onTrue, element, span),
                                           toElementType(onFalse, element, span)};
  if (!values[1] || !values[2])
    return Value();
  std::optional<llvm::SmallVector<Dim>> shape = unifyShapes(values, span, {});
  if (!shape)
    return Value();
  for (mlir::Value &value : values)
    value = broadcastTo(value, *shape);
  return Value::of(SelectOp::create(builder, getLoc(span), values[1].getType(), values[0], values[1], values[2]));
}

//===-- Binary operators ------------------------------------------------------------------===//

Value Elaborator::binary(ast::BinaryOp op, Value lhs, Value rhs, Span span, Span lhsSpan, Span rhsSpan) {
  using ast::BinaryOp;
  if (lhs.isPoison() || rhs.isPoison())
    return Value();
  if (op == BinaryOp::Range || op == BinaryOp::RangeInclusive) {
    Range range;
    range.lower = std::make_shared<Value>(lhs);
    range.upper = std::make_shared<Value>(rhs);
    range.inclusive = op == BinaryOp::RangeInclusive;
    for (auto [value, where] : {std::pair(lhs, lhsSpan), std::pair(rhs, rhsSpan)})
      if (!value.isSizeLike() && !(value.isScalarTensor() && value.getTensorType().isInteger()))
        return fail(diag::WrongArgument, where, "the bound of a range", "a whole number", describe(value));
    return Value::of(range);
  }
  if (op == BinaryOp::MatMul)
    return matmul(lhs, rhs, span);
  if (lhs.is(Value::WeightsKind) || rhs.is(Value::WeightsKind))
    return mapWeights(lhs, rhs, op, span);

  // Sizes stay symbolic under + - * and exact division.
  if ((lhs.is(Value::Size) || rhs.is(Value::Size)) && lhs.isSizeLike() && rhs.isSizeLike()) {
    Dim a = lhs.is(Value::Int) ? Dim::get(context, lhs.getInt()) : lhs.getSize();
    Dim b = rhs.is(Value::Int) ? Dim::get(context, rhs.getInt()) : rhs.getSize();
    if (op == BinaryOp::Add)
      return Value::ofSize(a + b);
    if (op == BinaryOp::Sub)
      return Value::ofSize(a - b);
    if (op == BinaryOp::Mul)
      return Value::ofSize(a * b);
    if (op == BinaryOp::Div)
      if (std::optional<Dim> quotient = a.dividedBy(b))
        return Value::ofSize(*quotient);
    if (op == BinaryOp::Eq && a == b)
      return Value::ofBool(true);
    if (op == BinaryOp::Ne && a == b)
      return Value::ofBool(false);
  }
  if (lhs.isString() || rhs.isString()) {
    if (!lhs.isString() || !rhs.isString() || (op != BinaryOp::Eq && op != BinaryOp::Ne)) {
      DiagnosticBuilder report = error(diag::WrongOperand, span, ast::getSpelling(op), "text", "numbers");
      if (op == BinaryOp::Add)
        report.hint("\"{a}{b}\" joins text");
      return Value();
    }
    if (lhs.is(Value::Str) && rhs.is(Value::Str))
      return Value::ofBool((lhs.getString() == rhs.getString()) == (op == BinaryOp::Eq));
    Value equal = Value::of(
        StringEqualOp::create(builder, getLoc(span), toRuntimeString(lhs, lhsSpan), toRuntimeString(rhs, rhsSpan)));
    return op == BinaryOp::Eq ? equal : elementwise("not", {equal}, span);
  }
  if (op == BinaryOp::Add && lhs.is(Value::List) && rhs.is(Value::List) &&
      llvm::all_of(lhs.getElements(), [](const Value &v) { return v.isSizeLike(); }) &&
      llvm::all_of(rhs.getElements(), [](const Value &v) { return v.isSizeLike(); }) &&
      llvm::any_of(lhs.getElements(), [](const Value &v) { return v.is(Value::Size); }))
    return fail(diag::WrongOperand, span, "+", "a shape", "numbers or tensors");
  // Whole numbers divide to a whole number where that is exact; 2^3 is whole.
  if (lhs.is(Value::Int) && rhs.is(Value::Int)) {
    if (op == BinaryOp::Div) {
      if (rhs.getInt() == 0)
        return fail(diag::DivisionByZero, span);
      if (lhs.getInt() % rhs.getInt() == 0)
        return Value::ofInt(lhs.getInt() / rhs.getInt());
      return Value::ofFloat(lhs.getFloat() / rhs.getFloat());
    }
    if (op == BinaryOp::Pow && rhs.getInt() >= 0) {
      int64_t product = 1;
      for (int64_t i = 0; i < rhs.getInt(); ++i)
        if (__builtin_mul_overflow(product, lhs.getInt(), &product))
          return fail(diag::Overflow, span);
      return Value::ofInt(product);
    }
    int64_t result;
    if ((op == BinaryOp::Add && __builtin_add_overflow(lhs.getInt(), rhs.getInt(), &result)) ||
        (op == BinaryOp::Sub && __builtin_sub_overflow(lhs.getInt(), rhs.getInt(), &result)) ||
        (op == BinaryOp::Mul && __builtin_mul_overflow(lhs.getInt(), rhs.getInt(), &result)))
      return fail(diag::Overflow, span);
  }
  // A power with a whole exponent of a whole tensor is a product.
  if (op == BinaryOp::Pow && rhs.is(Value::Int) && lhs.isTensor() && lhs.getTensorType().isInteger() &&
      rhs.getInt() >= 1 && rhs.getInt() <= 8) {
    Value product = lhs;
    for (int64_t i = 1; i < rhs.getInt(); ++i)
      product = elementwise("*", {product, lhs}, span);
    return product;
  }
  return elementwise(ast::getSpelling(op), {lhs, rhs}, span, {lhsSpan, rhsSpan});
}

Value Elaborator::mapWeights(Value lhs, Value rhs, ast::BinaryOp op, Span span) {
  using ast::BinaryOp;
  bool both = lhs.is(Value::WeightsKind) && rhs.is(Value::WeightsKind);
  const Weights &shape = lhs.is(Value::WeightsKind) ? *lhs.getWeights() : *rhs.getWeights();
  if (op != BinaryOp::Add && op != BinaryOp::Sub && op != BinaryOp::Mul && op != BinaryOp::Div)
    return fail(diag::WrongOperand, span, ast::getSpelling(op), "gradients", "numbers");
  auto result = std::make_shared<Weights>();
  for (auto [i, leaf] : llvm::enumerate(shape.leaves)) {
    auto pick = [&, i = i](const Value &side) {
      return side.is(Value::WeightsKind) ? Value::of(side.getWeights()->leaves[i].value) : side;
    };
    if (both && (lhs.getWeights()->leaves.size() != rhs.getWeights()->leaves.size() ||
                 lhs.getWeights()->leaves[i].path != rhs.getWeights()->leaves[i].path))
      return fail(diag::DifferentStructures, span);
    Value value = binary(op, pick(lhs), pick(rhs), span, span, span);
    if (value.isPoison())
      return value;
    result->leaves.push_back({leaf.path, leaf.symbol, value.getRuntime()});
  }
  return Value::of(result);
}

Value Elaborator::matmul(Value lhs, Value rhs, Span span) {
  Value left = toTensor(lhs, span), right = toTensor(rhs, span);
  if (left.isPoison() || right.isPoison())
    return Value();
  NNTensorType a = left.getTensorType(), b = right.getTensorType();
  if (a.isScalar() || b.isScalar() || !a.isFloat() || !b.isFloat())
    return fail(diag::WrongOperand, span, "@", a.isScalar() || !a.isFloat() ? a.str() : b.str(),
                "tensors of real numbers with axes");
  if (a.getElementType() != b.getElementType())
    return fail(diag::MixedElementTypes, span, a.str(), b.str());
  int64_t contractA = a.getRank() - 1, contractB = std::max<int64_t>(b.getRank() - 2, 0);
  if (a.getDim(contractA) != b.getDim(contractB))
    return fail(diag::MatMulMismatch, span, a.str(), b.str(), a.getDim(contractA).str(), contractA,
                b.getDim(contractB).str(), contractB);
  // Leading axes beyond a matrix are paired; if only one side has them, they are simply kept.
  llvm::SmallVector<int64_t> batchA, batchB;
  if (a.getRank() > 2 && b.getRank() > 2) {
    if (a.getRank() != b.getRank())
      return fail(diag::MatMulBatch, span, a.str(), b.str());
    for (int64_t i = 0; i < a.getRank() - 2; ++i) {
      if (a.getDim(i) != b.getDim(i))
        return fail(diag::ShapeMismatch, span, a.str(), b.str(), a.getDim(i).str(), i, b.getDim(i).str(), i);
      batchA.push_back(i);
      batchB.push_back(i);
    }
  }
  mlir::Value result = ContractOp::create(builder, getLoc(span), left.getRuntime(), right.getRuntime(), batchA, batchB,
                                          llvm::ArrayRef<int64_t>(contractA), llvm::ArrayRef<int64_t>(contractB));
  if (b.getRank() > 2 && a.getRank() <= 2 && a.getRank() == 2) {
    // a [m, k] with b [.., k, n]: the axes are m, .., n; the language wants .., m, n.
    auto type = llvm::cast<NNTensorType>(result.getType());
    llvm::SmallVector<int64_t> order;
    for (int64_t i = 1; i < type.getRank() - 1; ++i)
      order.push_back(i);
    order.push_back(0);
    order.push_back(type.getRank() - 1);
    result = TransposeOp::create(builder, getLoc(span), result, order);
  }
  return Value::of(result);
}

std::string Elaborator::describe(const Value &value) {
  switch (value.getKind()) {
  case Value::Poison:
    return "an error";
  case Value::Unit:
    return "nothing";
  case Value::Bool:
    return value.getBool() ? "true" : "false";
  case Value::Int:
    return std::to_string(value.getInt());
  case Value::Float:
    return llvm::formatv("{0:g}", value.getFloat()).str();
  case Value::Str:
    return "\"" + value.getString() + "\"";
  case Value::Size:
    return "the size " + value.getSize().str();
  case Value::Runtime:
    return value.isTensor() ? value.getTensorType().str() : "text";
  case Value::Tuple:
    return "a tuple of " + std::to_string(value.getElements().size());
  case Value::List:
    return "a list";
  case Value::RangeKind:
    return "a range";
  case Value::Function: {
    const Callable &callable = *value.getCallable();
    if (callable.kind == Callable::Class)
      return "the layer " + callable.layer->name.name;
    return "a function";
  }
  case Value::Object:
    return "an instance of " + value.getInstance()->item->name.name;
  case Value::Data:
    return "a data set";
  case Value::BatchesKind:
    return "batches of a data set";
  case Value::WeightsKind:
    return "the weights or gradients of a layer";
  }
  llvm_unreachable("every kind is described");
}
