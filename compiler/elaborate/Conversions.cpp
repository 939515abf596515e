//===- Conversions.cpp - values as tensors, scalars, common shapes ----------------------===//

#include "compiler/elaborate/Emitter.h"
#include "compiler/ir/ElementTypes.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

mlir::Type Emitter::getElementType(StringRef name) {
  if (name == "u8") // of files alone
    return {};
  return name == "f32" ? getReal() : findElementType(context, name);
}

mlir::Value Emitter::constant(double value, mlir::Type elementType) {
  return createFilled(builder, getLoc({}), getScalarType(elementType), value);
}

mlir::Value Emitter::constantInt(int64_t value) {
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

Value Emitter::toTensor(Value value, Span span, mlir::Type like) {
  if (value.isTensor() && ir::isStorageFloat(value.getTensorType().getElementType()) &&
      !(like && ir::isStorageFloat(like)))
    return Value::of(convertTo(value.getRuntime(), getReal()));
  if (value.isPoison() || value.isTensor())
    return value;
  mlir::Type real = getReal(), i32 = builder.getI32Type();
  switch (value.getKind()) {
  case Value::Bool:
    return Value::of(
        createFilled(builder, getLoc(span), getScalarType(builder.getI1Type()), value.getBool()));
  case Value::Int:
    if (like && llvm::isa<mlir::FloatType>(like))
      return Value::of(constant(value.getInt(), like));
    return Value::of(like && !like.isInteger(1) ? convertTo(constantInt(value.getInt()), like)
                                                : constantInt(value.getInt()));
  case Value::Float:
    return Value::of(
        constant(value.getFloat(), llvm::isa_and_nonnull<mlir::FloatType>(like) ? like : real));
  case Value::Size:
    return Value::of(SizeOp::create(builder, getLoc(span), value.getSize().toAttribute()));
  case Value::List: {
    llvm::SmallVector<int64_t> shape;
    std::vector<Value> leaves;
    if (llvm::any_of(value.getElements(), [](const Value &v) { return v.isTensor(); }))
      return fail(diag::ListOfTensors, span);
    if (llvm::any_of(value.getElements(), [](const Value &v) { return v.is(Value::Size); })) {
      // Sizes that are known when the program runs: a tensor of i64.
      llvm::SmallVector<mlir::Value> parts;
      NNTensorType one = NNTensorType::get(Dim::get(context, 1), builder.getI64Type());
      for (const Value &element : value.getElements()) {
        if (!element.isSizeLike())
          return fail(diag::RaggedList, span);
        mlir::Value scalar = toTensor(element, span).getRuntime();
        parts.push_back(ReshapeOp::create(builder, getLoc(span), one, scalar));
      }
      return Value::of(ConcatOp::create(builder, getLoc(span), parts, 0));
    }
    if (!flatten(value, 0, shape, leaves))
      return fail(diag::RaggedList, span);
    bool isReal = llvm::any_of(leaves, [](const Value &v) { return v.is(Value::Float); });
    bool isBool =
        !leaves.empty() && llvm::all_of(leaves, [](const Value &v) { return v.is(Value::Bool); });
    mlir::Type element = isBool ? mlir::Type(builder.getI1Type()) : isReal ? real : i32;
    if (like && !isBool && (llvm::isa<mlir::FloatType>(like) || (!isReal && !like.isInteger(1))))
      element = like;
    llvm::SmallVector<mlir::Attribute> elements;
    for (const Value &leaf : leaves) {
      if (!isBool && leaf.is(Value::Bool))
        return fail(diag::RaggedList, span);
      if (llvm::isa<mlir::FloatType>(element))
        elements.push_back(builder.getFloatAttr(element, leaf.getFloat()));
      else
        elements.push_back(
            builder.getIntegerAttr(element, isBool ? leaf.getBool() : leaf.getInt()));
    }
    auto type = mlir::RankedTensorType::get(shape, element);
    return Value::of(
        ConstantOp::create(builder, getLoc(span), mlir::DenseElementsAttr::get(type, elements)));
  }
  default:
    return fail(diag::NotATensor, span, describe(value));
  }
}

mlir::Value Emitter::convertTo(mlir::Value tensor, mlir::Type elementType) {
  auto type = llvm::cast<NNTensorType>(tensor.getType());
  if (type.getElementType() == elementType)
    return tensor;
  return ConvertOp::create(builder, tensor.getLoc(), type.withElementType(elementType), tensor);
}

/// Elements of whole numbers in fewer bits: what is too large becomes the largest number.
static mlir::Value saturate(Emitter &e, mlir::Value tensor, mlir::Type elementType) {
  auto type = llvm::cast<NNTensorType>(tensor.getType());
  bool isNarrower =
      type.isInteger() && elementType.isInteger() && !elementType.isInteger(1) &&
      type.getElementType().getIntOrFloatBitWidth() > elementType.getIntOrFloatBitWidth();
  if (!isNarrower)
    return e.convertTo(tensor, elementType);
  unsigned width = elementType.getIntOrFloatBitWidth();
  mlir::Location loc = tensor.getLoc();
  mlir::Value most = createFilled(e.builder, loc, type, double(llvm::maxIntN(width)));
  mlir::Value least = createFilled(e.builder, loc, type, double(llvm::minIntN(width)));
  mlir::Value kept =
      MaxOp::create(e.builder, loc, MinOp::create(e.builder, loc, tensor, most), least);
  return e.convertTo(kept, elementType);
}

mlir::Value Emitter::toElementType(Value value, mlir::Type elementType, Span span) {
  Value tensor = toTensor(value, span, elementType);
  if (tensor.isPoison())
    return mlir::Value();
  return value.isScalarTensor() ? narrow(tensor.getRuntime(), elementType, span)
                                : saturate(*this, tensor.getRuntime(), elementType);
}

mlir::Value Emitter::broadcastTo(mlir::Value tensor, llvm::ArrayRef<Dim> shape) {
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

std::optional<llvm::SmallVector<Dim>> Emitter::unifyShapes(llvm::ArrayRef<mlir::Value> tensors,
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
      report.differing(mine.str(), dim.str());
      Dim one = Dim::get(context, 1);
      report.mayBeRight(mayBeEqual(mine, dim) || mayBeEqual(mine, one) || mayBeEqual(dim, one));
      if (shapeFrom < spans.size() && spans[shapeFrom])
        report.note(spans[shapeFrom], "this has shape " + first.str());
      if (i < spans.size() && spans[i])
        report.note(spans[i], "this has shape " + type.str());
      if (!mine.isStatic() && !dim.isStatic())
        report.hint("sizes with different names are different; give both the same name in a type, "
                    "or reshape");
      return std::nullopt;
    }
  }
  return shape;
}

mlir::Value Emitter::toRuntimeInt(Value value, Span span, StringRef what) {
  if (value.isPoison())
    return {};
  if (value.is(Value::Int) || value.is(Value::Size))
    return toTensor(value, span).getRuntime();
  if (value.isScalarTensor() && value.getTensorType().isInteger())
    return convertTo(value.getRuntime(), builder.getI64Type());
  error(diag::WrongArgument, span, what, "a whole number", describe(value));
  return {};
}

mlir::Value Emitter::toRuntimeF64(Value value, Span span, StringRef what) {
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

mlir::Value Emitter::toRuntimeBool(Value value, Span span, StringRef what) {
  if (value.isPoison())
    return {};
  if (value.is(Value::Bool))
    return toTensor(value, span).getRuntime();
  if (value.isScalarTensor() && value.getTensorType().isBool())
    return value.getRuntime();
  DiagnosticBuilder report =
      error(diag::WrongArgument, span, what, "true or false", describe(value));
  if (value.isTensor() && value.getTensorType().isBool())
    report.hint("all(...) or any(...) makes one truth value of many");
  return {};
}

mlir::Value Emitter::toLoss(Value value, Span span) {
  if (value.isStaticNumber()) // of constants alone: the gradient's own message says so
    value = toTensor(value, span, getReal());
  if (value.isPoison())
    return {};
  if (value.isScalarTensor() && value.getTensorType().isFloat())
    return value.getRuntime();
  DiagnosticBuilder report = error(diag::NotAScalarLoss, span, describe(value));
  if (value.isTensor() && !value.isScalarTensor())
    report.hint("mean(...) or sum(...) makes one number of it");
  return {};
}
