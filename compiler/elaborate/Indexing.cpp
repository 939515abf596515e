//===- Indexing.cpp - x[...]: elements, slices, gathers ----------------------------===//

#include "compiler/elaborate/Interpreter.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

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

/// The bounds of a slice whose expression is `at`, of something of that size.
static std::pair<Value, Value> getBounds(Emitter &e, const ast::IndexItem &item, Value at,
                                         const Value &size) {
  if (item.kind == ast::IndexItem::From)
    return {at, size};
  if (item.kind == ast::IndexItem::To)
    return {Value::ofInt(0), at};
  Value lower = *at.getRange().lower, upper = *at.getRange().upper;
  if (at.getRange().inclusive)
    upper = e.binary(ast::BinaryOp::Add, upper, Value::ofInt(1), item.span, item.span, item.span);
  return {lower, upper};
}

/// tensor[_, ..., from..to].
static mlir::Value sliceAxis(Emitter &e, mlir::Value tensor, int64_t axis,
                             const ast::IndexItem &item, Value at) {
  Dim size = llvm::cast<NNTensorType>(tensor.getType()).getDim(axis);
  auto [lower, upper] = getBounds(e, item, at, Value::ofSize(size));
  if (lower.isPoison() || upper.isPoison())
    return {};
  SliceBounds bounds{lower, upper, item.span, item.span, item.span};
  if (auto *range = llvm::dyn_cast<ast::Binary>(item.expr)) {
    bounds.lowerSpan = range->lhs->span;
    bounds.upperSpan = range->rhs->span;
  }
  return e.slice(tensor, axis, bounds);
}

/// tensor[_, ..., indices]: the index tensor pairs with the axes before `axis`, in order; what it
/// has beyond them is new. Poison after an error.
static Value gatherAxis(Emitter &e, mlir::Value tensor, int64_t axis, Value at, Span span) {
  auto type = llvm::cast<NNTensorType>(tensor.getType());
  Value indices = e.toTensor(at, span);
  if (indices.isPoison())
    return indices;
  NNTensorType indexType = indices.getTensorType();
  if (!indexType.isInteger())
    return e.fail(diag::WrongArgument, span, "an index",
                  "a whole number, a slice or a tensor of whole numbers", describe(at));
  int64_t batch = std::min<int64_t>(axis, indexType.getRank());
  if (batch < axis)
    return e.fail(diag::IndexPairing, span, indexType.str(), type.str(), axis);
  for (int64_t i = 0; i < batch; ++i)
    if (indexType.getDim(i) != type.getDim(i))
      return e.fail(diag::ShapeMismatch, span, type.str(), indexType.str(), type.getDim(i).str(), i,
                    indexType.getDim(i).str(), i);
  mlir::Value places = e.countFromEnd(indices.getRuntime(), type.getDim(axis), span);
  return Value::of(GatherOp::create(e.builder, e.getLoc(span), tensor, places, batch));
}

Value Interpreter::index(Value base, const ast::Index *expr) {
  if (base.isPoison())
    return base;
  if (base.is(Value::Function) && base.getCallable()->kind == Callable::Composition)
    base = Value::tuple(base.getCallable()->parts); // of f >> g the functions
  if (base.is(Value::List) || base.is(Value::Tuple)) {
    if (std::optional<Value> element = indexSequence(base, expr))
      return *element;
    base = toTensor(base, expr->base->span);
    if (base.isPoison())
      return base;
  }
  if (base.is(Value::WeightsKind) && expr->items.size() == 1 &&
      expr->items[0].kind == ast::IndexItem::Value)
    return indexWeights(base, expr->items[0]);
  if (!base.isTensor())
    return fail(diag::NotIndexable, expr->base->span, describe(base));
  return indexTensor(base, expr);
}

/// A static index selects from the list itself. Nothing where the list is to be a tensor.
std::optional<Value> Interpreter::indexSequence(const Value &base, const ast::Index *expr) {
  const ast::IndexItem &item = expr->items.front();
  bool isSlice = item.kind == ast::IndexItem::From || item.kind == ast::IndexItem::To;
  if (expr->items.size() != 1 || !(isSlice || item.kind == ast::IndexItem::Value))
    return std::nullopt;
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
    auto [lower, upper] = getBounds(*this, item, at, Value::ofInt(size));
    if (lower.is(Value::Int) && upper.is(Value::Int)) {
      std::optional<Values> part = sliceList(elements, lower, upper);
      if (!part)
        return fail(diag::SliceOutOfRange, item.span, describe(lower), describe(upper), 0, size);
      return base.is(Value::Tuple) ? Value::tuple(*part) : Value::list(*part);
    }
    at = lower.is(Value::Int) ? upper : lower;
  }
  if (base.is(Value::Tuple) || llvm::any_of(elements, [](const Value &v) {
        return !(v.isStaticNumber() || v.is(Value::Bool) || v.is(Value::List));
      }))
    return fail(diag::NotStatic, item.span, "the index into a list", describe(at));
  return std::nullopt;
}

/// Of the gradients over a list of layers, those of one.
Value Interpreter::indexWeights(const Value &base, const ast::IndexItem &item) {
  Value at = evaluate(item.expr);
  if (at.isPoison())
    return at;
  if (!at.is(Value::Int))
    return fail(diag::NotStatic, item.span, "the index into a list", describe(at));
  std::string name = std::to_string(at.getInt());
  Value below = base.getWeights()->below(name);
  return below.isPoison() ? fail(diag::NoMember, item.span, describe(base), name) : below;
}

Value Interpreter::indexTensor(const Value &base, const ast::Index *expr) {
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
    if (item.kind != ast::IndexItem::Value || at.is(Value::RangeKind)) {
      tensor = sliceAxis(*this, tensor, axis, item, at);
      if (!tensor)
        return Value();
      ++axis;
      continue;
    }
    bool isNumber = at.isSizeLike() || (at.isScalarTensor() && at.getTensorType().isInteger());
    int64_t rankBefore = llvm::cast<NNTensorType>(tensor.getType()).getRank();
    Value selected = isNumber ? selectElement(tensor, axis, at, item.span)
                              : gatherAxis(*this, tensor, axis, at, item.span);
    if (selected.isPoison())
      return selected;
    tensor = selected.getRuntime();
    axis += isNumber ? 0 : selected.getTensorType().getRank() - rankBefore + 1;
  }
  return Value::of(tensor);
}
