//===- BuiltinsWindows.cpp - built-in functions of convolution and pooling ---------------===//
//
// patches and fold take windows of the last axes and add them back; pad and reverse are what
// convolutions need besides. The layers themselves are in stdlib/convolution.nn.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Builtins.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

using Numbers = llvm::SmallVector<int64_t>;

/// Static whole numbers of at least `least`: `count` of them, or one for all; any number where
/// count is 0. Nothing after an error.
static std::optional<Numbers> getNumbers(Emitter &e, const Value &value, Span span,
                                         llvm::StringRef what, size_t count, int64_t least) {
  if (value.isPoison())
    return std::nullopt;
  bool isList = value.is(Value::List) || value.is(Value::Tuple);
  Values elements = isList ? value.getElements() : Values{value};
  std::string wanted = "a whole number of at least " + std::to_string(least);
  if (count > 1)
    wanted += ", or " + std::to_string(count) + " of them";
  if (isList && count != 0 && elements.size() != count) {
    e.error(diag::WrongArgument, span, what, wanted, std::to_string(elements.size()) + " of them");
    return std::nullopt;
  }
  Numbers numbers;
  for (const Value &element : elements) {
    if (element.isPoison())
      return std::nullopt;
    if (element.isTensor()) {
      e.error(diag::NotStatic, span, what, describe(element));
      return std::nullopt;
    }
    if (!element.is(Value::Int) || element.getInt() < least) {
      e.error(diag::WrongArgument, span, what, wanted, describe(element));
      return std::nullopt;
    }
    numbers.push_back(element.getInt());
  }
  if (!isList && count > 1)
    numbers.assign(count, numbers.front());
  return numbers;
}

/// The sizes, strides and dilations of windows.
struct Windows {
  Numbers kernel, strides, dilations;
  int64_t span(size_t i) const { return (kernel[i] - 1) * dilations[i] + 1; }
};

/// From the arguments `kernel stride? dilation?`, the first of which is argument `first`.
static std::optional<Windows> getWindows(Emitter &e, BuiltinCall &c, unsigned first) {
  std::optional<Numbers> kernel = getNumbers(e, c.matched[first], c.span, "the kernel", 0, 1);
  if (!kernel)
    return std::nullopt;
  auto get = [&](unsigned argument, llvm::StringRef what) {
    Value value = c.given[argument] ? c.matched[argument] : Value::ofInt(1);
    return getNumbers(e, value, c.span, what, kernel->size(), 1);
  };
  std::optional<Numbers> strides = get(first + 1, "the stride"),
                         dilations = get(first + 2, "the dilation");
  if (!strides || !dilations)
    return std::nullopt;
  return Windows{*kernel, *strides, *dilations};
}

/// How many windows fit: (size - span) / stride + 1, rounded down; empty after an error.
static Dim getWindowCount(Emitter &e, Span span, NNTensorType type, int64_t axis,
                          const Windows &windows, size_t i) {
  Dim rest = type.getDim(axis) - windows.span(i);
  int64_t stride = windows.strides[i];
  if (rest.isStatic()) {
    if (rest.getStatic() < 0) {
      e.error(diag::WindowTooLarge, span, windows.span(i), axis, type.str(),
              type.getDim(axis).str());
      return {};
    }
    return Dim::get(e.context, rest.getStatic() / stride + 1);
  }
  e.checkNotNegative(rest, span,
                     "a window of " + std::to_string(windows.span(i)) +
                         " elements is longer than axis " + std::to_string(axis));
  if (std::optional<Dim> exact = rest.dividedBy(Dim::get(e.context, stride)))
    return *exact + 1;
  Value size = Value::of(SizeOp::create(e.builder, e.getLoc(span), rest.toAttribute()));
  Value count = e.elementwise("div", {size, Value::ofInt(stride)}, span);
  return e.toDim(e.elementwise("+", {count, Value::ofInt(1)}, span), span, false);
}

static Value patches(Emitter &e, BuiltinCall &c) {
  Value tensor = e.toTensor(c.matched[0], c.span);
  std::optional<Windows> windows = getWindows(e, c, 1);
  if (tensor.isPoison() || !windows)
    return Value();
  NNTensorType type = tensor.getTensorType();
  int64_t spatial = windows->kernel.size(), lead = type.getRank() - spatial;
  if (lead < 0)
    return e.fail(diag::WrongArgument, c.span, "the first argument of patches",
                  "a tensor with an axis for each size of the kernel", type.str());
  llvm::SmallVector<Dim> shape(llvm::ArrayRef<Dim>(type.getShape()).take_front(lead));
  for (int64_t size : windows->kernel)
    shape.push_back(Dim::get(e.context, size));
  for (int64_t i = 0; i < spatial; ++i) {
    shape.push_back(getWindowCount(e, c.span, type, lead + i, *windows, i));
    if (!shape.back())
      return Value();
  }
  return Value::of(PatchesOp::create(e.builder, e.getLoc(c.span), type.withShape(shape),
                                     tensor.getRuntime(), windows->kernel, windows->strides,
                                     windows->dilations));
}

static Value fold(Emitter &e, BuiltinCall &c) {
  Value tensor = e.toTensor(c.matched[0], c.span);
  std::optional<llvm::SmallVector<Dim>> sizes = e.toShape(c.matched[1], c.span);
  if (tensor.isPoison() || !sizes)
    return Value();
  NNTensorType type = tensor.getTensorType();
  int64_t spatial = sizes->size(), lead = type.getRank() - 2 * spatial;
  if (spatial == 0 || lead < 0)
    return e.fail(diag::WrongArgument, c.span, "the first argument of fold",
                  "a tensor as patches gives it, with two axes for each size", type.str());
  // The kernel's sizes are axes of the windows.
  Windows windows;
  for (int64_t i = 0; i < spatial; ++i) {
    Dim size = type.getDim(lead + i);
    if (!size.isStatic() || size.getStatic() < 1)
      return e.fail(diag::NotStatic, c.span, "the kernel", type.str());
    windows.kernel.push_back(size.getStatic());
  }
  auto get = [&](unsigned argument, llvm::StringRef what) {
    Value value = c.given[argument] ? c.matched[argument] : Value::ofInt(1);
    return getNumbers(e, value, c.span, what, spatial, 1);
  };
  std::optional<Numbers> strides = get(2, "the stride"), dilations = get(3, "the dilation");
  if (!strides || !dilations)
    return Value();
  windows.strides = *strides;
  windows.dilations = *dilations;
  llvm::SmallVector<Dim> shape(llvm::ArrayRef<Dim>(type.getShape()).take_front(lead));
  for (int64_t i = 0; i < spatial; ++i) {
    Dim count = type.getDim(lead + spatial + i);
    Dim reach = (count - 1) * windows.strides[i] + windows.span(i), rest = (*sizes)[i] - reach;
    if (rest.isStatic() && rest.getStatic() < 0)
      return e.fail(diag::WindowTooLarge, c.span, reach.str(), i, "the size given to fold",
                    (*sizes)[i].str());
    e.checkNotNegative(rest, c.span, "the windows reach beyond axis " + std::to_string(lead + i));
    shape.push_back((*sizes)[i]);
  }
  return Value::of(FoldOp::create(e.builder, e.getLoc(c.span), type.withShape(shape),
                                  tensor.getRuntime(), windows.kernel, windows.strides,
                                  windows.dilations));
}

/// `low` and `high` are for the last axes, as many as they have numbers.
static Value pad(Emitter &e, BuiltinCall &c) {
  Value tensor = e.toTensor(c.matched[0], c.span);
  std::optional<Numbers> low = getNumbers(e, c.matched[1], c.span, "the padding", 0, 0);
  if (tensor.isPoison() || !low)
    return Value();
  std::optional<Numbers> high = low;
  if (c.given[2])
    high = getNumbers(e, c.matched[2], c.span, "the padding", low->size(), 0);
  if (!high)
    return Value();
  NNTensorType type = tensor.getTensorType();
  int64_t lead = type.getRank() - static_cast<int64_t>(low->size());
  if (lead < 0)
    return e.fail(diag::WrongArgument, c.span, "the first argument of pad",
                  "a tensor with an axis for each number of the padding", type.str());
  double number = 0;
  if (c.given[3]) {
    const Value &value = c.matched[3];
    if (value.isPoison())
      return value;
    if (!value.isStaticNumber())
      return e.fail(diag::NotStatic, c.span, "the value that pads", describe(value));
    if (!type.isFloat() && !value.is(Value::Int))
      return e.fail(diag::WrongArgument, c.span, "the value that pads", "a whole number",
                    describe(value));
    number = value.getFloat();
  }
  if (type.isBool())
    return e.fail(diag::WrongArgument, c.span, "the first argument of pad", "numbers", type.str());
  if (llvm::all_of(*low, [](int64_t n) { return n == 0; }) &&
      llvm::all_of(*high, [](int64_t n) { return n == 0; }))
    return tensor;
  Dim zero = Dim::get(e.context, 0);
  llvm::SmallVector<Dim> before(lead, zero), after(lead, zero);
  for (auto [l, h] : llvm::zip_equal(*low, *high)) {
    before.push_back(Dim::get(e.context, l));
    after.push_back(Dim::get(e.context, h));
  }
  return Value::of(PadOp::create(e.builder, e.getLoc(c.span), tensor.getRuntime(),
                                 getDimsAttr(e.context, before), getDimsAttr(e.context, after),
                                 Numbers(type.getRank(), 0), llvm::APFloat(number)));
}

static Value reverse(Emitter &e, BuiltinCall &c) {
  Value tensor = e.toTensor(c.matched[0], c.span);
  if (tensor.isPoison())
    return tensor;
  NNTensorType type = tensor.getTensorType();
  bool isList = c.matched[1].is(Value::List) || c.matched[1].is(Value::Tuple);
  Numbers axes;
  for (const Value &value : isList ? c.matched[1].getElements() : Values{c.matched[1]}) {
    std::optional<int64_t> axis = e.resolveAxis(value, type.getRank(), c.span);
    if (!axis)
      return Value();
    if (!llvm::is_contained(axes, *axis))
      axes.push_back(*axis);
  }
  llvm::sort(axes);
  return Value::of(ReverseOp::create(e.builder, e.getLoc(c.span), type, tensor.getRuntime(), axes));
}

/// per_axis(3, 2) and per_axis([3, 3], 2) are [3, 3].
static Value perAxis(Emitter &e, BuiltinCall &c) {
  std::optional<Numbers> axes = getNumbers(e, c.matched[1], c.span, "the number of axes", 1, 1);
  if (!axes)
    return Value();
  std::optional<Numbers> numbers =
      getNumbers(e, c.matched[0], c.span, "a size along axes", axes->front(), 0);
  if (!numbers)
    return Value();
  Values values;
  for (int64_t number : *numbers)
    values.push_back(Value::ofInt(number));
  return Value::list(std::move(values));
}

llvm::ArrayRef<Builtin> elaborate::getWindowBuiltins() {
  static const Builtin builtins[] = {
      {"patches", "x kernel stride? dilation?", patches},
      {"fold", "windows sizes stride? dilation?", fold},
      {"pad", "x low high? value?", pad},
      {"reverse", "x along", reverse},
      {"per_axis", "number axes", perAxis},
  };
  return builtins;
}
