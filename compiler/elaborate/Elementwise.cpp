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
               Value result = e.elementwise(c.name, c.matched, c.span, spans);
               if (result.isTensor())
                 e.checkFits(result.getRuntime(), c.span);
               return result;
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
unsigned elaborate::rankOf(mlir::Type type) {
  if (auto real = llvm::dyn_cast<mlir::FloatType>(type))
    return 100 + real.getWidth();
  return type.getIntOrFloatBitWidth();
}

namespace {

/// A call of an element-wise operation under construction.
class ElementwiseCall {
public:
  ElementwiseCall(Emitter &e, StringRef name, const ElementwiseEntry &entry, Values operands,
                  Span span, llvm::ArrayRef<Span> spans)
      : e(e), name(name), entry(entry), operands(std::move(operands)), span(span), spans(spans) {}

  Value run();

private:
  std::optional<Value> compute();
  bool findElement();
  bool adaptLists();
  bool settleElement();
  Value emit();
  Span spanOf(size_t i) const { return i < spans.size() ? spans[i] : span; }
  bool all(llvm::function_ref<bool(const Value &)> condition) const {
    return llvm::all_of(operands, condition);
  }
  bool any(llvm::function_ref<bool(const Value &)> condition) const {
    return llvm::any_of(operands, condition);
  }
  bool isDivision() const { return name == "div" || name == "mod"; }
  bool takes(mlir::Type type) const { return accepts(e.context, entry, type); }
  /// That of the operand which decided about the element type.
  std::string getDecidingType() const { return operands[*elementFrom].getTensorType().str(); }

  Emitter &e;
  StringRef name;
  const ElementwiseEntry &entry;
  Values operands;
  Span span;
  llvm::ArrayRef<Span> spans;

  mlir::Type element;                // of what the operation computes with
  bool fromTensor = false;           // with axes
  std::optional<size_t> elementFrom; // the operand that decided
  Values tensors;                    // the operands; static numbers adapt later
};

} // namespace

/// The result where all operands are static and the operation folds; poison after an error.
std::optional<Value> ElementwiseCall::compute() {
  auto isBool = [](const Value &v) { return v.is(Value::Bool); };
  if (!all([](const Value &v) { return v.isStaticNumber() || v.is(Value::Bool); }))
    return std::nullopt;
  bool allBool = all(isBool), allInt = all([](const Value &v) { return v.is(Value::Int); });
  if (any(isBool) && !allBool)
    return e.fail(diag::MixedElementTypes, span, describe(operands[0]), describe(operands.back()));
  // Whole numbers stay whole where the operation takes them.
  mlir::Type i64 = e.builder.getI64Type();
  mlir::Type type = allBool                ? e.builder.getI1Type()
                    : allInt && takes(i64) ? i64
                                           : mlir::Type(e.builder.getF64Type());
  if (type.isInteger(64) && isDivision() && operands[1].getInt() == 0)
    return e.fail(diag::DivisionByZero, span);
  if (takes(type))
    if (Value result = foldStatic(e.context, entry, operands, type); !result.isPoison())
      return result;
  return std::nullopt;
}

/// Element type: that of the operands with axes, which must agree; of scalars the widest. False
/// after an error.
bool ElementwiseCall::findElement() {
  for (auto [i, operand] : llvm::enumerate(operands)) {
    bool adaptsLater = operand.is(Value::List) || operand.isStaticNumber();
    Value tensor = adaptsLater ? operand : e.toTensor(operand, spanOf(i));
    if (tensor.isPoison())
      return false;
    tensors.push_back(tensor);
    if (!tensor.isTensor())
      continue;
    NNTensorType type = tensor.getTensorType();
    bool hasAxes = !type.isScalar();
    if (hasAxes && fromTensor && type.getElementType() != element) {
      e.error(diag::MixedElementTypes, span, getDecidingType(), type.str());
      return false;
    }
    if ((hasAxes && !fromTensor) ||
        (hasAxes == fromTensor && (!element || rankOf(type.getElementType()) > rankOf(element)))) {
      element = type.getElementType();
      fromTensor |= hasAxes;
      elementFrom = i;
    }
  }
  return true;
}

/// Lists of numbers become tensors, of the element type so far if they can. False after an error.
bool ElementwiseCall::adaptLists() {
  for (auto [i, operand] : llvm::enumerate(operands)) {
    if (!operand.is(Value::List))
      continue;
    tensors[i] =
        e.toTensor(operand, spanOf(i), element && !element.isInteger(1) ? element : mlir::Type());
    if (tensors[i].isPoison())
      return false;
    mlir::Type own = tensors[i].getTensorType().getElementType();
    if (fromTensor && own != element) {
      e.error(diag::MixedElementTypes, span, getDecidingType(), tensors[i].getTensorType().str());
      return false;
    }
    element = own;
    fromTensor = true;
    elementFrom = i;
    operands[i] = tensors[i];
  }
  return true;
}

/// A real number makes whole scalars real, but never whole tensors. False after an error.
bool ElementwiseCall::settleElement() {
  if (!element)
    element = any([](const Value &v) { return v.is(Value::Float); })
                  ? mlir::Type(e.builder.getF64Type())
                  : e.builder.getI64Type();
  auto isRealScalar = [](const Value &v) {
    return v.isScalarTensor() && v.getTensorType().isFloat();
  };
  auto isWhole = [&] { return llvm::isa<mlir::IntegerType>(element) && !element.isInteger(1); };
  bool anyReal = any([&](const Value &v) { return v.is(Value::Float) || isRealScalar(v); });
  if (isWhole() && anyReal) {
    if (fromTensor) {
      e.error(diag::MixedElementTypes, span, getDecidingType(), "a real number")
          .hint("f32(x) converts a tensor of whole numbers");
      return false;
    }
    element = e.builder.getF64Type(); // a real number of the program, unless one is f32
    for (const Value &operand : operands)
      if (isRealScalar(operand))
        element = operand.getTensorType().getElementType();
  }
  if (isWhole() && !takes(element)) {
    if (fromTensor) {
      e.error(diag::WrongOperand, span, name, getDecidingType(), "real numbers")
          .hint("f32(x) converts a tensor of whole numbers");
      return false;
    }
    element = e.builder.getF64Type();
  }
  if (takes(element))
    return true;
  e.error(diag::WrongOperand, span, name, describe(operands[0]),
          element.isInteger(1) ? "numbers" : "truth values");
  return false;
}

Value ElementwiseCall::emit() {
  llvm::SmallVector<mlir::Value> values;
  for (auto [i, tensor] : llvm::enumerate(tensors)) {
    bool isBool = tensor.isTensor() && tensor.getTensorType().isBool();
    if (isBool != element.isInteger(1)) {
      size_t other = i == 0 && operands.size() > 1 ? 1 : 0;
      return e.fail(diag::MixedElementTypes, span, describe(operands[std::min(i, other)]),
                    describe(operands[std::max(i, other)]));
    }
    values.push_back(e.toElementType(tensor, element, spanOf(i)));
    if (!values.back())
      return Value();
  }
  std::optional<llvm::SmallVector<Dim>> shape = e.unifyShapes(values, span, spans);
  if (!shape)
    return Value();
  if (isDivision() && llvm::isa<mlir::IntegerType>(element) && !e.checkDivisor(values[1], span))
    return Value();
  for (mlir::Value &value : values)
    value = e.broadcastTo(value, *shape);
  return Value::of(createElementwise(e.builder, e.getLoc(span), entry, values)->getResult(0));
}

Value ElementwiseCall::run() {
  if (std::optional<Value> result = compute())
    return *result;
  return findElement() && adaptLists() && settleElement() ? emit() : Value();
}

Value Emitter::elementwise(StringRef languageName, Values operands, Span span,
                           llvm::ArrayRef<Span> spans) {
  for (const Value &operand : operands)
    if (operand.isPoison())
      return operand;
  if (llvm::any_of(operands, [](const Value &v) { return v.is(Value::WeightsKind); }))
    return mapWeights(
        operands, span,
        [&](Values leaves) { return elementwise(languageName, std::move(leaves), span, spans); },
        /*calculates=*/languageName != "not");
  const ElementwiseEntry *entry = findElementwise(languageName, operands.size());
  if (!entry)
    return fail(diag::WrongArgumentCount, span, languageName, operands.size());
  return ElementwiseCall(*this, languageName, *entry, std::move(operands), span, spans).run();
}
