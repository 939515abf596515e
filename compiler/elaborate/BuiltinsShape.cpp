//===- BuiltinsShape.cpp - built-in functions that rearrange and order tensors ----------===//

#include "compiler/elaborate/Builtins.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

using Axes = llvm::SmallVector<int64_t>;

static mlir::Value permute(Emitter &e, mlir::Value tensor, llvm::ArrayRef<int64_t> order,
                           Span span) {
  return llvm::is_sorted(order)
             ? tensor
             : TransposeOp::create(e.builder, e.getLoc(span), tensor, order).getResult();
}

/// transpose(x, order): axis i of the result is axis order[i] of x.
static Value transpose(Emitter &e, BuiltinCall &c) {
  Value tensor = e.toTensor(c.matched[0], c.span);
  if (tensor.isPoison())
    return tensor;
  int64_t rank = tensor.getTensorType().getRank();
  const Value &order = c.matched[1];
  if (!order.is(Value::List) && !order.is(Value::Tuple))
    return e.fail(diag::WrongArgument, c.span, "the order of axes", "a list of axes such as [1, 0]",
                  describe(order));
  Axes axes;
  for (const Value &value : order.getElements()) {
    std::optional<int64_t> axis = e.resolveAxis(value, rank, c.span);
    if (!axis)
      return Value();
    axes.push_back(*axis);
  }
  Axes sorted = axes;
  llvm::sort(sorted);
  if (sorted != llvm::to_vector(llvm::seq<int64_t>(0, rank)))
    return e.fail(diag::WrongArgument, c.span, "the order of axes",
                  "each axis of " + tensor.getTensorType().str() + " once",
                  "a list of " + std::to_string(axes.size()));
  return Value::of(permute(e, tensor.getRuntime(), axes, c.span));
}

/// swap_axes(x, a, b): x with axes a and b exchanged.
static Value swapAxes(Emitter &e, BuiltinCall &c) {
  Value tensor = e.toTensor(c.matched[0], c.span);
  if (tensor.isPoison())
    return tensor;
  int64_t rank = tensor.getTensorType().getRank();
  std::optional<int64_t> a = e.resolveAxis(c.matched[1], rank, c.span),
                         b = e.resolveAxis(c.matched[2], rank, c.span);
  if (!a || !b)
    return Value();
  Axes order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(order[*a], order[*b]);
  return Value::of(permute(e, tensor.getRuntime(), order, c.span));
}

/// chunk(x, n, along?): n parts of one size, as a tuple.
static Value chunk(Emitter &e, BuiltinCall &c) {
  Value tensor = e.toTensor(c.matched[0], c.span);
  if (tensor.isPoison())
    return tensor;
  if (!c.matched[1].is(Value::Int) || c.matched[1].getInt() < 1)
    return e.fail(diag::NotStatic, c.span, "the number of chunks", describe(c.matched[1]));
  NNTensorType type = tensor.getTensorType();
  std::optional<int64_t> axis =
      e.resolveAxis(c.given[2] ? c.matched[2] : Value::ofInt(-1), type.getRank(), c.span);
  if (!axis)
    return Value();
  int64_t count = c.matched[1].getInt();
  std::optional<Dim> size = type.getDim(*axis).dividedBy(Dim::get(e.context, count));
  if (!size)
    return e.fail(diag::WrongArgument, c.span, "the axis that chunk divides",
                  "a multiple of " + std::to_string(count) + " long", type.getDim(*axis).str());
  llvm::SmallVector<Dim> offsets(type.getRank(), Dim::get(e.context, 0)), shape = type.getShape();
  shape[*axis] = *size;
  Values parts;
  for (int64_t i = 0; i < count; ++i) {
    offsets[*axis] = *size * i;
    parts.push_back(Value::of(SliceOp::create(e.builder, e.getLoc(c.span), type.withShape(shape),
                                              tensor.getRuntime(), getDimsAttr(e.context, offsets),
                                              Axes(type.getRank(), 1))));
  }
  return Value::tuple(std::move(parts));
}

//===-- Order ------------------------------------------------------------------------------===//

/// A flag such as `descending`; nothing after an error.
static std::optional<bool> getFlag(Emitter &e, BuiltinCall &c, size_t i, llvm::StringRef name) {
  if (!c.given[i])
    return false;
  if (c.matched[i].is(Value::Bool))
    return c.matched[i].getBool();
  e.error(diag::NotStatic, c.span, name, describe(c.matched[i]));
  return std::nullopt;
}

/// A tensor of numbers with axes, and the one that `along`, argument 1, names: the last without it.
static std::optional<std::pair<mlir::Value, int64_t>> getRows(Emitter &e, BuiltinCall &c) {
  Value tensor = e.toTensor(c.matched[0], c.span);
  if (tensor.isPoison())
    return std::nullopt;
  NNTensorType type = tensor.getTensorType();
  if (type.isBool() || type.isScalar()) {
    e.error(diag::WrongArgument, c.span, ("the argument of " + c.name).str(), "a tensor of numbers",
            type.str());
    return std::nullopt;
  }
  std::optional<int64_t> axis =
      e.resolveAxis(c.given[1] ? c.matched[1] : Value::ofInt(-1), type.getRank(), c.span);
  if (!axis)
    return std::nullopt;
  return std::pair(tensor.getRuntime(), *axis);
}

/// argsort(x, along?, descending?) and, with `values`, sort(...).
static Value sort(Emitter &e, BuiltinCall &c, bool values) {
  auto rows = getRows(e, c);
  std::optional<bool> descending = getFlag(e, c, 2, "descending");
  if (!rows || !descending)
    return Value();
  auto [tensor, axis] = *rows;
  if (!e.checkIndexable(llvm::cast<NNTensorType>(tensor.getType()).getDim(axis), c.name, c.span))
    return Value();
  // Sorting is along the last axis; exchanging it twice with another gives back the order.
  int64_t rank = llvm::cast<NNTensorType>(tensor.getType()).getRank();
  Axes order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(order[axis], order[rank - 1]);
  mlir::Location loc = e.getLoc(c.span);
  tensor = permute(e, tensor, order, c.span);
  mlir::Value result = ArgSortOp::create(e.builder, loc, tensor, *descending);
  if (values)
    result = GatherOp::create(e.builder, loc, tensor, result, rank - 1);
  return Value::of(permute(e, result, order, c.span));
}

static Value cumsum(Emitter &e, BuiltinCall &c) {
  auto rows = getRows(e, c);
  std::optional<bool> reverse = getFlag(e, c, 2, "reverse");
  if (!rows || !reverse)
    return Value();
  mlir::Value operand = rows->first;
  if (llvm::cast<NNTensorType>(operand.getType()).isInteger())
    operand = e.convertTo(operand, e.builder.getI64Type()); // as for sum
  return Value::of(CumSumOp::create(e.builder, e.getLoc(c.span), operand.getType(), operand,
                                    rows->second, *reverse));
}

llvm::ArrayRef<Builtin> elaborate::getShapeBuiltins() {
  static const Builtin builtins[] = {
      {"transpose", "x order", transpose},
      {"swap_axes", "x a b", swapAxes},
      {"chunk", "x count along?", chunk},
      {"argsort", "x along? descending?",
       [](Emitter &e, BuiltinCall &c) { return sort(e, c, /*values=*/false); }},
      {"sort", "x along? descending?",
       [](Emitter &e, BuiltinCall &c) { return sort(e, c, /*values=*/true); }},
      {"cumsum", "x along? reverse?", cumsum},
      {"einsum", "equation operands*", einsum},
  };
  return builtins;
}
