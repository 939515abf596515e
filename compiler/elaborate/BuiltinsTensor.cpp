//===- BuiltinsTensor.cpp - built-in functions that make and shape tensors ----===//

#include "compiler/abi/Enums.h"
#include "compiler/elaborate/Builtins.h"
#include <cmath>

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

static Value reshape(Emitter &e, BuiltinCall &c) {
  Value tensor = e.toTensor(c.matched[0], c.span);
  std::optional<llvm::SmallVector<Dim>> shape = e.toShape(c.matched[1], c.span);
  if (tensor.isPoison() || !shape)
    return Value();
  NNTensorType type = tensor.getTensorType(), wanted = type.withShape(*shape);
  Dim count = type.getCount(), wantedCount = wanted.getCount();
  if (!canBeEqual(count, wantedCount))
    return e.fail(diag::ReshapeMismatch, c.span, type.str(), count.str(), wanted.str(),
                  wantedCount.str());
  if (count != wantedCount)
    e.checkSizes(count, wantedCount, c.span, "reshape needs as many elements: there are ",
                 ", but the new shape has ");
  return Value::of(ReshapeOp::create(e.builder, e.getLoc(c.span), wanted, tensor.getRuntime(),
                                     count != wantedCount));
}

static Value flatten(Emitter &e, BuiltinCall &c) {
  Value tensor = e.toTensor(c.matched[0], c.span);
  if (tensor.isPoison())
    return tensor;
  NNTensorType type = tensor.getTensorType();
  std::optional<int64_t> from = e.resolveAxis(c.given[1] ? c.matched[1] : Value::ofInt(0),
                                              std::max<int64_t>(type.getRank(), 1), c.span);
  if (!from)
    return Value();
  llvm::SmallVector<Dim> shape(llvm::ArrayRef<Dim>(type.getShape()).take_front(*from));
  shape.push_back(getProduct(e.context, llvm::ArrayRef<Dim>(type.getShape()).drop_front(*from)));
  return Value::of(
      ReshapeOp::create(e.builder, e.getLoc(c.span), type.withShape(shape), tensor.getRuntime()));
}

/// Tensors of one element type and rank; empty after an error.
static llvm::SmallVector<mlir::Value> toParts(Emitter &e, BuiltinCall &c, llvm::StringRef what) {
  llvm::SmallVector<mlir::Value> parts;
  if (!c.given[0]) {
    e.error(diag::MissingArgument, c.span, what, "parts");
    return {};
  }
  Values values = c.matched[0].getElements();
  // A list of tensors stands for its elements; one of numbers is a tensor itself.
  if (values.size() == 1 && values[0].is(Value::List) &&
      llvm::any_of(values[0].getElements(), [](const Value &v) { return v.isTensor(); }))
    values = Values(values[0].getElements());
  mlir::Type element;
  for (const Value &part : values)
    if (part.isTensor() && (!element || !part.isScalarTensor()))
      element = part.getTensorType().getElementType();
  if (!element)
    element = e.getReal();
  for (const Value &part : values) {
    Value tensor = e.toTensor(part, c.span, element);
    if (tensor.isPoison())
      return {};
    if (tensor.isScalarTensor() && !tensor.getTensorType().isBool())
      tensor = Value::of(e.convertTo(tensor.getRuntime(), element));
    if (!parts.empty()) {
      auto first = llvm::cast<NNTensorType>(parts[0].getType());
      if (tensor.getTensorType().getRank() != first.getRank()) {
        e.error(diag::RankMismatch, c.span, what, first.str(), tensor.getTensorType().str());
        return {};
      }
      if (tensor.getTensorType().getElementType() != first.getElementType()) {
        e.error(diag::MixedElementTypes, c.span, first.str(), tensor.getTensorType().str());
        return {};
      }
    }
    parts.push_back(tensor.getRuntime());
  }
  return parts;
}

static Value joinAlong(Emitter &e, llvm::ArrayRef<mlir::Value> parts, int64_t axis, Span span) {
  auto first = llvm::cast<NNTensorType>(parts[0].getType());
  for (mlir::Value part : parts.drop_front()) {
    auto type = llvm::cast<NNTensorType>(part.getType());
    for (int64_t i = 0; i < first.getRank(); ++i)
      if (i != axis && type.getDim(i) != first.getDim(i))
        return e.fail(diag::ShapeMismatch, span, first.str(), type.str(), first.getDim(i).str(), i,
                      type.getDim(i).str(), i);
  }
  return Value::of(ConcatOp::create(e.builder, e.getLoc(span), parts, axis));
}

static Value concat(Emitter &e, BuiltinCall &c) {
  llvm::SmallVector<mlir::Value> parts = toParts(e, c, "concat");
  if (parts.empty())
    return Value();
  auto type = llvm::cast<NNTensorType>(parts[0].getType());
  std::optional<int64_t> axis =
      e.resolveAxis(c.given[1] ? c.matched[1] : Value::ofInt(0), type.getRank(), c.span);
  return axis ? joinAlong(e, parts, *axis, c.span) : Value();
}

static Value stack(Emitter &e, BuiltinCall &c) {
  llvm::SmallVector<mlir::Value> parts = toParts(e, c, "stack");
  if (parts.empty())
    return Value();
  auto type = llvm::cast<NNTensorType>(parts[0].getType());
  std::optional<int64_t> axis =
      e.resolveAxis(c.given[1] ? c.matched[1] : Value::ofInt(0), type.getRank() + 1, c.span);
  if (!axis)
    return Value();
  for (mlir::Value &part : parts) {
    auto own = llvm::cast<NNTensorType>(part.getType());
    llvm::SmallVector<Dim> shape = own.getShape();
    shape.insert(shape.begin() + *axis, Dim::get(e.context, 1));
    part = ReshapeOp::create(e.builder, e.getLoc(c.span), own.withShape(shape), part);
  }
  return joinAlong(e, parts, *axis, c.span);
}

/// A tensor filled with a number, of the shape that is the first argument.
static Value filled(Emitter &e, BuiltinCall &c, Value number) {
  std::optional<llvm::SmallVector<Dim>> shape = e.toShape(c.matched[0], c.span);
  if (!shape || number.isPoison())
    return Value();
  Value scalar = e.toTensor(number, c.span, e.getReal());
  if (scalar.isPoison())
    return scalar;
  if (!scalar.isScalarTensor())
    return e.fail(diag::WrongArgument, c.span, "the value", "a number", describe(number));
  return Value::of(e.broadcastTo(scalar.getRuntime(), *shape));
}

static Value iota(Emitter &e, BuiltinCall &c) {
  Dim size = e.toDim(c.matched[0], c.span, false);
  if (!size || !e.checkIndexable(size, "iota", c.span))
    return Value();
  return Value::of(IotaOp::create(e.builder, e.getLoc(c.span),
                                  NNTensorType::get(size, e.builder.getI32Type()), 0));
}

static Value oneHot(Emitter &e, BuiltinCall &c) {
  Value classes = e.toTensor(c.matched[0], c.span);
  Dim count = e.toDim(c.matched[1], c.span, false);
  if (classes.isPoison() || !count)
    return Value();
  NNTensorType type = classes.getTensorType();
  if (!type.isInteger())
    return e.fail(diag::WrongArgument, c.span, "the first argument of one_hot", "whole numbers",
                  type.str());
  llvm::SmallVector<Dim> shape = type.getShape();
  shape.push_back(count);
  NNTensorType full = type.withShape(shape);
  mlir::Location loc = e.getLoc(c.span);
  mlir::Value index = IotaOp::create(e.builder, loc, full, type.getRank());
  llvm::SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
  mlir::Value wanted = BroadcastOp::create(e.builder, loc, full, classes.getRuntime(), axes);
  mlir::Value equal = EqOp::create(e.builder, loc, index, wanted);
  return Value::of(e.convertTo(equal, e.getReal()));
}

/// A static number in a type, rounded or cut off as the program would when it runs: what is beyond
/// the whole numbers becomes the largest or smallest. Nothing where the result would not be static.
static std::optional<Value> convertStatic(const Value &value, mlir::Type type) {
  if (value.is(Value::List)) {
    Values elements;
    for (const Value &element : value.getElements()) {
      std::optional<Value> converted = convertStatic(element, type);
      if (!converted)
        return std::nullopt;
      elements.push_back(*converted);
    }
    return Value::list(std::move(elements));
  }
  if (!value.isStaticNumber())
    return std::nullopt;
  if (auto whole = llvm::dyn_cast<mlir::IntegerType>(type)) {
    unsigned width = whole.getWidth();
    int64_t least = llvm::minIntN(width), most = llvm::maxIntN(width);
    if (value.is(Value::Int))
      return Value::ofInt(std::clamp(value.getInt(), least, most), type);
    double number = value.getFloat();
    int64_t converted = std::isnan(number)                   ? 0
                        : number <= double(least)            ? least
                        : number >= std::ldexp(1, width - 1) ? most
                                                             : int64_t(number);
    return Value::ofInt(converted, type);
  }
  // A number adapts to what it meets as f32 would; one that is f64 stays f64.
  if (value.is(Value::Float) && type.isF32())
    return Value::ofFloat(float(value.getFloat()));
  return std::nullopt;
}

static Value convertBuiltin(Emitter &e, BuiltinCall &c, mlir::Type type) {
  const Value &value = c.matched[0];
  if (std::optional<Value> converted = convertStatic(value, type)) {
    if (!value.is(Value::List))
      return *converted;
    Value tensor = e.toTensor(*converted, c.span, type);
    return tensor.isPoison() ? tensor : Value::of(e.convertTo(tensor.getRuntime(), type));
  }
  if (value.isString() || value.is(Value::Object))
    return e.fail(diag::NotATensor, c.span, describe(value));
  mlir::Value tensor = value.is(Value::Bool) || value.is(Value::List)
                           ? e.toTensor(value, c.span).isPoison()
                                 ? mlir::Value()
                                 : e.convertTo(e.toTensor(value, c.span).getRuntime(), type)
                           : e.toElementType(value, type, c.span);
  return tensor ? Value::of(tensor) : Value();
}

/// zip(a, b, ...): a list of tuples, as long as each of the lists.
static Value zip(Emitter &e, BuiltinCall &c) {
  std::vector<Values> lists;
  for (const Value &source : c.given[0] ? c.matched[0].getElements() : Values()) {
    Values elements;
    bool isRange = source.is(Value::RangeKind) && source.getRange().lower->is(Value::Int) &&
                   source.getRange().upper->is(Value::Int);
    if (source.is(Value::List) || source.is(Value::Tuple)) {
      elements = source.getElements();
    } else if (isRange) {
      int64_t upper = source.getRange().upper->getInt() + source.getRange().inclusive;
      for (int64_t i = source.getRange().lower->getInt(); i < upper; ++i)
        elements.push_back(Value::ofInt(i));
    } else if (source.isTensor() && !source.isScalarTensor() &&
               source.getTensorType().getDim(0).isStatic()) {
      for (int64_t i = 0; i < source.getTensorType().getDim(0).getStatic(); ++i)
        elements.push_back(e.selectElement(source.getRuntime(), 0, Value::ofInt(i), c.span));
    } else {
      return e.fail(diag::WrongArgument, c.span, "an argument of zip",
                    "a list whose length is known when the program is compiled", describe(source));
    }
    if (!lists.empty() && lists[0].size() != elements.size())
      return e.fail(diag::WrongArgument, c.span, "an argument of zip",
                    std::to_string(lists[0].size()) + " long, as the first one",
                    std::to_string(elements.size()));
    lists.push_back(std::move(elements));
  }
  Values tuples;
  for (size_t i = 0; !lists.empty() && i < lists[0].size(); ++i) {
    Values tuple;
    for (const Values &list : lists)
      tuple.push_back(list[i]);
    tuples.push_back(Value::tuple(std::move(tuple)));
  }
  return Value::list(std::move(tuples));
}

/// Whether the value is a number, truth value or text of compile time, or made of such.
static bool isKnown(const Value &value) {
  if (value.is(Value::Tuple) || value.is(Value::List))
    return llvm::all_of(value.getElements(), isKnown);
  return value.isStaticNumber() || value.is(Value::Bool) || value.is(Value::Str);
}

static std::vector<Builtin> makeStructureBuiltins() {
  std::vector<Builtin> builtins = {
      {"reshape", "x shape", reshape},
      {"flatten", "x from?", flatten},
      {"concat", "parts* along?", concat},
      {"stack", "parts* along?", stack},
      {"zeros", "shape",
       [](Emitter &e, BuiltinCall &c) { return filled(e, c, Value::ofFloat(0)); }},
      {"ones", "shape", [](Emitter &e, BuiltinCall &c) { return filled(e, c, Value::ofFloat(1)); }},
      {"full", "shape value",
       [](Emitter &e, BuiltinCall &c) { return filled(e, c, c.matched[1]); }},
      {"iota", "size", iota},
      {"one_hot", "classes count", oneHot},
      {"int", "x",
       [](Emitter &e, BuiltinCall &c) {
         if (c.matched[0].is(Value::Float) && !(std::abs(c.matched[0].getFloat()) < 0x1p63))
           return e.fail(diag::Overflow, c.span);
         return convertBuiltin(e, c, e.builder.getI64Type());
       }},
      {"float", "x",
       [](Emitter &e, BuiltinCall &c) {
         if (c.matched[0].isStaticNumber())
           return Value::ofFloat(c.matched[0].getFloat());
         return convertBuiltin(e, c, e.builder.getF64Type());
       }},
      {"zip", "lists*", zip},
      {"known", "x",
       [](Emitter &, BuiltinCall &c) { return Value::ofBool(isKnown(c.matched[0])); }},
      {"len", "list",
       [](Emitter &e, BuiltinCall &c) {
         if (c.matched[0].is(Value::List) || c.matched[0].is(Value::Tuple))
           return Value::ofInt(c.matched[0].getElements().size());
         if (c.matched[0].isTensor() && !c.matched[0].isScalarTensor())
           return Value::ofSize(c.matched[0].getTensorType().getDim(0));
         if (c.matched[0].is(Value::Function) &&
             c.matched[0].getCallable()->kind == Callable::Composition)
           return Value::ofInt(c.matched[0].getCallable()->parts.size());
         return e.fail(diag::WrongArgument, c.span, "the argument of len", "a list or a tensor",
                       describe(c.matched[0]));
       }},
      {"append", "list element",
       [](Emitter &e, BuiltinCall &c) {
         if (!c.matched[0].is(Value::List))
           return e.fail(diag::WrongArgument, c.span, "the first argument of append", "a list",
                         describe(c.matched[0]));
         Values elements = c.matched[0].getElements();
         elements.push_back(c.matched[1]);
         return Value::list(std::move(elements));
       }},
  };
  // Each element type that programs compute with is a function that converts to it.
  for (const auto &[dtype, name] : abi::enumerators<nn_dtype>)
    if (dtype != NN_BOOL && dtype != NN_U8)
      builtins.emplace_back(name, "x", [](Emitter &e, BuiltinCall &c) {
        return convertBuiltin(e, c, e.getElementType(c.name));
      });
  return builtins;
}

llvm::ArrayRef<Builtin> elaborate::getStructureBuiltins() {
  static const std::vector<Builtin> builtins = makeStructureBuiltins();
  return builtins;
}
