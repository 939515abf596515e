//===- Indexing.cpp - x[...]: elements, slices, gathers ----------------------------===//

#include "compiler/elaborate/Elaborator.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

std::optional<int64_t> Elaborator::resolveAxis(Value value, int64_t rank, Span span) {
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

mlir::Value Elaborator::isNotNegative(Dim dim, Span span) {
  if (dim.isStatic() ||
      llvm::all_of(dim.getPolynomial(), [](const auto &term) { return term.second >= 0; }))
    return {}; // sizes are not negative, nor are sums of them
  mlir::Value value = SizeOp::create(builder, getLoc(span), dim.toAttribute());
  return GeOp::create(builder, getLoc(span), value, constantInt(0));
}

void Elaborator::checkNotNegative(Dim dim, Span span, const std::string &message) {
  if (mlir::Value holds = isNotNegative(dim, span))
    emitCheck(holds, message, span);
}

Value Elaborator::selectElement(mlir::Value tensor, int64_t axis, Value at, Span span) {
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
  return Value::of(GatherOp::create(builder, loc, tensor, at.getRuntime(), 0));
}

mlir::Value Elaborator::slice(mlir::Value tensor, int64_t axis, const Value &lower,
                              const Value &upper, const ast::IndexItem &item) {
  auto type = llvm::cast<NNTensorType>(tensor.getType());
  Dim size = type.getDim(axis);
  auto isWhole = [](const Value &v) {
    return v.isSizeLike() || (v.isScalarTensor() && v.getTensorType().isInteger());
  };
  if (!isWhole(lower) || !isWhole(upper)) {
    error(diag::WrongArgument, item.span, "the bound of a slice", "a whole number",
          describe(isWhole(lower) ? upper : lower));
    return {};
  }
  auto getExpression = [&](const Value &v) {
    if (v.isTensor())
      return getSizeExpression(v.getRuntime());
    Dim dim = v.is(Value::Int) ? Dim::get(context, v.getInt()) : v.getSize();
    return v.is(Value::Int) && v.getInt() < 0 ? size + v.getInt() : dim;
  };
  Span lowerSpan = item.span, upperSpan = item.span;
  if (auto *range = llvm::dyn_cast<ast::Binary>(item.expr)) {
    lowerSpan = range->lhs->span;
    upperSpan = range->rhs->span;
  }
  // What is known only when the program runs is compared then; a bound that is no size yet, before
  // it becomes one.
  auto getNumber = [&](const Value &v) {
    return v.isTensor() ? v : Value::ofSize(getExpression(v));
  };
  auto check = [&](mlir::Value holds) {
    emitCheck(holds,
              {"the slice " + item.span.getText().str() + " is out of range: it is ", "..",
               " of an axis of size ", ""},
              {getNumber(lower), getNumber(upper), Value::ofSize(size)}, item.span);
  };
  mlir::Location loc = getLoc(item.span);
  Dim from = getExpression(lower), to = getExpression(upper);
  if (isOpaqueSize(from)) {
    mlir::Value start = convertTo(lower.getRuntime(), builder.getI64Type());
    check(GeOp::create(builder, loc, start, constantInt(0)));
    from = bindSize(from, start, lowerSpan);
    to = getExpression(upper);
  }
  Dim length = to - from;
  if (isOpaqueSize(length)) {
    mlir::Value start = SizeOp::create(builder, loc, from.toAttribute());
    mlir::Value end = toTensor(getNumber(upper), upperSpan).getRuntime();
    end = convertTo(end, builder.getI64Type());
    check(GeOp::create(builder, loc, end, start));
    length = bindSize(length, SubOp::create(builder, loc, end.getType(), end, start), upperSpan);
    to = from + length;
  }
  if ((length.isStatic() && length.getStatic() < 0) || (from.isStatic() && from.getStatic() < 0) ||
      ((to - size).isStatic() && (to - size).getStatic() > 0) ||
      ((length - size).isStatic() && (length - size).getStatic() > 0)) {
    error(diag::SliceOutOfRange, item.span, from.str(), to.str(), axis, size.str());
    return {};
  }
  for (Dim bound : {from, length, size - to})
    if (mlir::Value holds = isNotNegative(bound, item.span))
      check(holds);
  llvm::SmallVector<Dim> offsets(type.getRank(), Dim::get(context, 0)), shape = type.getShape();
  offsets[axis] = from;
  shape[axis] = length;
  return SliceOp::create(builder, loc, type.withShape(shape), tensor, getDimsAttr(context, offsets),
                         llvm::SmallVector<int64_t>(type.getRank(), 1));
}

/// Elements `from` up to `to` of a list.
static std::optional<Values> sliceList(const Values &elements, const Value &lower,
                                       const Value &upper) {
  int64_t size = elements.size();
  auto at = [&](const Value &bound) {
    return bound.getInt() < 0 ? bound.getInt() + size : bound.getInt();
  };
  int64_t from = at(lower), to = at(upper);
  if (from < 0 || to > size || from > to)
    return std::nullopt;
  return Values(elements.begin() + from, elements.begin() + to);
}

std::pair<Value, Value> Elaborator::getBounds(const ast::IndexItem &item, Value at,
                                              const Value &size) {
  if (item.kind == ast::IndexItem::From)
    return {at, size};
  if (item.kind == ast::IndexItem::To)
    return {Value::ofInt(0), at};
  Value lower = *at.getRange().lower, upper = *at.getRange().upper;
  if (at.getRange().inclusive)
    upper = binary(ast::BinaryOp::Add, upper, Value::ofInt(1), item.span, item.span, item.span);
  return {lower, upper};
}

Value Elaborator::index(Value base, const ast::Index *expr) {
  if (base.isPoison())
    return base;
  if (base.is(Value::List) || base.is(Value::Tuple)) {
    // A static index selects from the list itself.
    const ast::IndexItem &item = expr->items.front();
    bool isSlice = item.kind == ast::IndexItem::From || item.kind == ast::IndexItem::To;
    if (expr->items.size() == 1 && (isSlice || item.kind == ast::IndexItem::Value)) {
      const Values &elements = base.getElements();
      int64_t size = elements.size();
      Value at = evaluate(item.expr);
      if (at.isPoison())
        return at;
      if (at.is(Value::Int) && !isSlice) {
        int64_t i = at.getInt() < 0 ? at.getInt() + size : at.getInt();
        if (i < 0 || i >= size)
          return fail(diag::IndexOutOfRange, item.span, at.getInt(), 0, size);
        return elements[i];
      }
      if (isSlice || at.is(Value::RangeKind)) {
        auto [lower, upper] = getBounds(item, at, Value::ofInt(size));
        if (lower.is(Value::Int) && upper.is(Value::Int)) {
          std::optional<Values> part = sliceList(elements, lower, upper);
          if (!part)
            return fail(diag::SliceOutOfRange, item.span, describe(lower), describe(upper), 0,
                        size);
          return base.is(Value::Tuple) ? Value::tuple(*part) : Value::list(*part);
        }
        at = lower.is(Value::Int) ? upper : lower;
      }
      if (base.is(Value::Tuple) || llvm::any_of(elements, [](const Value &v) {
            return !(v.isStaticNumber() || v.is(Value::Bool) || v.is(Value::List));
          }))
        return fail(diag::NotStatic, item.span, "the index into a list", describe(at));
    }
    base = toTensor(base, expr->base->span);
    if (base.isPoison())
      return base;
  }
  if (!base.isTensor())
    return fail(diag::NotIndexable, expr->base->span, describe(base));

  mlir::Value tensor = base.getRuntime();
  int64_t rank = base.getTensorType().getRank();
  int64_t given = llvm::count_if(
      expr->items, [](const ast::IndexItem &item) { return item.kind != ast::IndexItem::Rest; });
  int64_t rests = expr->items.size() - given;
  if (given > rank || rests > 1)
    return fail(diag::TooManyIndices, expr->span, given, base.getTensorType().str());

  // From the left: `axis` is the axis of `tensor` that the next item is about.
  int64_t axis = 0;
  for (const ast::IndexItem &item : expr->items) {
    auto type = llvm::cast<NNTensorType>(tensor.getType());
    if (item.kind == ast::IndexItem::Rest) {
      axis += rank - given;
      continue;
    }
    if (item.kind == ast::IndexItem::Keep) {
      ++axis;
      continue;
    }
    Value at = evaluate(item.expr);
    if (at.isPoison())
      return at;
    bool isSlice = item.kind != ast::IndexItem::Value || at.is(Value::RangeKind);
    if (isSlice) {
      auto [lower, upper] = getBounds(item, at, Value::ofSize(type.getDim(axis)));
      if (lower.isPoison() || upper.isPoison())
        return Value();
      tensor = slice(tensor, axis, lower, upper, item);
      if (!tensor)
        return Value();
      ++axis;
      continue;
    }
    if (at.isSizeLike() || (at.isScalarTensor() && at.getTensorType().isInteger())) {
      Value selected = selectElement(tensor, axis, at, item.span);
      if (selected.isPoison())
        return selected;
      tensor = selected.getRuntime();
      continue;
    }
    Value indices = toTensor(at, item.span);
    if (indices.isPoison())
      return indices;
    NNTensorType indexType = indices.getTensorType();
    if (!indexType.isInteger())
      return fail(diag::WrongArgument, item.span, "an index",
                  "a whole number, a slice or a tensor of whole numbers", describe(at));
    // The index tensor pairs with the kept axes before it, in order; what it has beyond them is
    // new.
    int64_t batch = std::min<int64_t>(axis, indexType.getRank());
    if (batch < axis)
      return fail(diag::IndexPairing, item.span, indexType.str(), type.str(), axis);
    for (int64_t i = 0; i < batch; ++i)
      if (indexType.getDim(i) != type.getDim(i))
        return fail(diag::ShapeMismatch, item.span, type.str(), indexType.str(),
                    type.getDim(i).str(), i, indexType.getDim(i).str(), i);
    tensor = GatherOp::create(builder, getLoc(item.span), tensor, indices.getRuntime(), batch);
    axis += indexType.getRank() - batch;
  }
  return Value::of(tensor);
}
