//===- Slices.cpp - elements and slices of tensors -----------------------------------------===//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Emitter.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

std::optional<int64_t> Emitter::resolveAxis(Value value, int64_t rank, Span span) {
  if (value.isPoison())
    return std::nullopt;
  if (!value.is(Value::Int)) {
    error(diag::NotStatic, span, "an axis", describe(value));
    return std::nullopt;
  }
  int64_t axis = value.getInt() < 0 ? value.getInt() + rank : value.getInt();
  if (axis < 0 || axis >= rank) {
    error(diag::NoSuchAxis, span, value.getInt(), rank);
    return std::nullopt;
  }
  return axis;
}

mlir::Value Emitter::isNotNegative(Dim dim, Span span) {
  if (dim.isStatic() ||
      llvm::all_of(dim.getPolynomial(), [](const auto &term) { return term.second >= 0; }))
    return {}; // sizes are not negative, nor are sums of them
  mlir::Value value = SizeOp::create(builder, getLoc(span), dim.toAttribute());
  return GeOp::create(builder, getLoc(span), value, constantInt(0));
}

void Emitter::checkNotNegative(Dim dim, Span span, const std::string &message) {
  if (mlir::Value holds = isNotNegative(dim, span))
    emitCheck(holds, message, span);
}

Value Emitter::selectElement(mlir::Value tensor, int64_t axis, Value at, Span span) {
  auto type = llvm::cast<NNTensorType>(tensor.getType());
  Dim size = type.getDim(axis);
  mlir::Location loc = getLoc(span);
  llvm::SmallVector<Dim> without = type.getShape();
  without.erase(without.begin() + axis);
  if (at.is(Value::Int)) {
    int64_t i = at.getInt();
    if (size.isStatic() && (i >= size.getStatic() || i < -size.getStatic()))
      return fail(diag::IndexOutOfRange, span, i, axis, size.str());
    if (i >= 0 && !size.isStatic()) {
      // The size is known at run time only: nn.gather checks.
      at = Value::of(constantInt(i));
    } else {
      Dim offset = i >= 0 ? Dim::get(context, i) : size + i;
      checkNotNegative(offset, span,
                       "index " + std::to_string(i) + " is out of range: the axis is shorter");
      llvm::SmallVector<Dim> offsets(type.getRank(), Dim::get(context, 0)), shape = type.getShape();
      offsets[axis] = offset;
      shape[axis] = Dim::get(context, 1);
      mlir::Value slice = SliceOp::create(builder, loc, type.withShape(shape), tensor,
                                          getDimsAttr(context, offsets),
                                          llvm::SmallVector<int64_t>(type.getRank(), 1));
      return Value::of(ReshapeOp::create(builder, loc, type.withShape(without), slice));
    }
  }
  if (at.is(Value::Size))
    at = toTensor(at, span);
  // A run-time index: bring the axis to the front and gather.
  if (axis != 0) {
    llvm::SmallVector<int64_t> order = {axis};
    for (int64_t i = 0; i < type.getRank(); ++i)
      if (i != axis)
        order.push_back(i);
    tensor = TransposeOp::create(builder, loc, tensor, order);
  }
  mlir::Value place = countFromEnd(at.getRuntime(), size, span);
  return Value::of(GatherOp::create(builder, loc, tensor, place, 0));
}

mlir::Value Emitter::slice(mlir::Value tensor, int64_t axis, const SliceBounds &bounds) {
  const auto &[lower, upper, span, lowerSpan, upperSpan] = bounds;
  auto type = llvm::cast<NNTensorType>(tensor.getType());
  Dim size = type.getDim(axis);
  auto isWhole = [](const Value &v) {
    return v.isSizeLike() || (v.isScalarTensor() && v.getTensorType().isInteger());
  };
  if (!isWhole(lower) || !isWhole(upper)) {
    error(diag::WrongArgument, span, "the bound of a slice", "a whole number",
          describe(isWhole(lower) ? upper : lower));
    return {};
  }
  auto getExpression = [&](const Value &v) {
    if (v.isTensor())
      return getSizeExpression(v.getRuntime());
    Dim dim = v.is(Value::Int) ? Dim::get(context, v.getInt()) : v.getSize();
    return v.is(Value::Int) && v.getInt() < 0 ? size + v.getInt() : dim;
  };
  // What is known only when the program runs is compared then; a bound that is no size yet, before
  // it becomes one.
  auto getNumber = [&](const Value &v) {
    return v.isTensor() ? v : Value::ofSize(getExpression(v));
  };
  auto check = [&](mlir::Value holds) {
    emitCheck(holds,
              {"the slice " + span.getText().str() + " is out of range: it is ", "..",
               " of an axis of size ", ""},
              {getNumber(lower), getNumber(upper), Value::ofSize(size)}, span);
  };
  mlir::Location loc = getLoc(span);
  // A bound below 0 counts from the end. One that is a size already was counted so on another axis;
  // it has to mean the same here.
  auto count = [&](const Value &bound, Span where) {
    mlir::Value number = convertTo(bound.getRuntime(), builder.getI64Type());
    return countFromEnd(number, size, where);
  };
  Dim from = getExpression(lower), to = getExpression(upper);
  for (auto [bound, known, where] :
       {std::tuple(lower, from, lowerSpan), std::tuple(upper, to, upperSpan)}) {
    if (!bound.isTensor() || isOpaqueSize(known))
      continue;
    mlir::Value number = convertTo(bound.getRuntime(), builder.getI64Type());
    if (mlir::Value counted = countFromEnd(number, size, where); counted != number)
      check(EqOp::create(builder, loc, counted, SizeOp::create(builder, loc, known.toAttribute())));
  }
  if (isOpaqueSize(from)) {
    mlir::Value start = count(lower, lowerSpan);
    check(GeOp::create(builder, loc, start, constantInt(0)));
    from = bindSize(from, start, lowerSpan);
    to = getExpression(upper);
  }
  Dim length = to - from;
  if (isOpaqueSize(length)) {
    mlir::Value start = SizeOp::create(builder, loc, from.toAttribute());
    mlir::Value end = upper.isTensor() ? count(upper, upperSpan)
                                       : toTensor(getNumber(upper), upperSpan).getRuntime();
    check(GeOp::create(builder, loc, end, start));
    length = bindSize(length, SubOp::create(builder, loc, end.getType(), end, start), upperSpan);
    to = from + length;
  }
  if ((length.isStatic() && length.getStatic() < 0) || (from.isStatic() && from.getStatic() < 0) ||
      ((to - size).isStatic() && (to - size).getStatic() > 0) ||
      ((length - size).isStatic() && (length - size).getStatic() > 0)) {
    error(diag::SliceOutOfRange, span, from.str(), to.str(), axis, size.str());
    return {};
  }
  for (Dim bound : {from, length, size - to})
    if (mlir::Value holds = isNotNegative(bound, span))
      check(holds);
  llvm::SmallVector<Dim> offsets(type.getRank(), Dim::get(context, 0)), shape = type.getShape();
  offsets[axis] = from;
  shape[axis] = length;
  return SliceOp::create(builder, loc, type.withShape(shape), tensor, getDimsAttr(context, offsets),
                         llvm::SmallVector<int64_t>(type.getRank(), 1));
}
