//===- Sizes.cpp - whole numbers as dimensions ----------------------------------------===//
//
// A run-time whole number becomes a dimension by binding a size symbol to it. So that `x[i..i + 4]`
// has the static length 4, and `x[a..b]` has the same one wherever it stands, the arithmetic that
// led to a number is seen as a polynomial over numbers of which nothing is known: those are opaque
// symbols, "%0", "%1", ..., until one of them is bound. Equal polynomials share one symbol, as long
// as its binding dominates.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Emitter.h"
#include "mlir/IR/Matchers.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

std::string Emitter::makeSizeSymbol(StringRef base, unsigned depth) {
  unsigned &count = unit.sizeSymbols[base];
  std::string name = base.str();
  if (count != 0)
    name += "." + std::to_string(count);
  ++count;
  unit.sizeDepths[name] = depth;
  return name;
}

/// Sizes, and products of static sizes, beyond what any machine's memory holds.
static constexpr int64_t sizeLimit = int64_t(1) << 46;

bool elaborate::isOpaqueSize(Dim dim) {
  llvm::SetVector<mlir::StringAttr> symbols;
  dim.collectSymbols(symbols);
  return llvm::any_of(symbols,
                      [](mlir::StringAttr symbol) { return symbol.strref().starts_with("%"); });
}

Dim Emitter::findBoundSize(Dim expression) {
  auto found = unit.boundSizes.find(expression.str());
  if (found == unit.boundSizes.end())
    return {};
  for (mlir::Block *block = builder.getInsertionBlock(); block;) {
    if (block == found->second.block)
      return found->second.dim;
    mlir::Operation *parent = block->getParentOp();
    block = parent ? parent->getBlock() : nullptr;
  }
  return {};
}

Dim Emitter::getSizeExpression(mlir::Value value) {
  mlir::Operation *op = value.getDefiningOp();
  llvm::APInt number;
  if (auto size = llvm::dyn_cast_or_null<SizeOp>(op))
    return Dim(size.getDim());
  if (auto constant = llvm::dyn_cast_or_null<ConstantOp>(op))
    if (auto elements = llvm::dyn_cast<mlir::DenseIntElementsAttr>(constant.getValue());
        elements && elements.isSplat())
      return Dim::get(context, elements.getSplatValue<llvm::APInt>().getSExtValue());
  auto isWide = [](mlir::Value v) {
    return llvm::cast<NNTensorType>(v.getType()).getElementType().isInteger(64);
  };
  // Of 32 bits, sums may have wrapped around.
  if (auto add = llvm::dyn_cast_or_null<AddOp>(op); add && isWide(value))
    return getSizeExpression(add.getA()) + getSizeExpression(add.getB());
  if (auto sub = llvm::dyn_cast_or_null<SubOp>(op); sub && isWide(value))
    return getSizeExpression(sub.getA()) - getSizeExpression(sub.getB());
  if (auto mul = llvm::dyn_cast_or_null<MulOp>(op); mul && isWide(value))
    return getSizeExpression(mul.getA()) * getSizeExpression(mul.getB());
  if (auto convert = llvm::dyn_cast_or_null<ConvertOp>(op);
      convert && isWide(value) && convert.getA().getType().isInteger())
    return getSizeExpression(convert.getA());
  unsigned id = unit.opaqueSizes.try_emplace(value, unit.opaqueSizes.size()).first->second;
  Dim opaque = Dim::getSymbol(context, "%" + std::to_string(id));
  Dim bound = findBoundSize(opaque);
  return bound ? bound : opaque;
}

/// The user's name for a number that becomes a size; "size" where it has none.
static StringRef getSizeName(mlir::Value value) {
  while (auto convert = value.getDefiningOp<ConvertOp>())
    value = convert.getA();
  auto isOfName = [](char c) { return llvm::isAlnum(c) || c == '_'; };
  StringRef name = getName(value.getLoc());
  return !name.empty() && llvm::all_of(name, isOfName) ? name : "size";
}

Dim Emitter::bindSize(Dim expression, mlir::Value value, Span span) {
  if (!isOpaqueSize(expression))
    return expression;
  if (Dim bound = findBoundSize(expression))
    return bound;
  StringRef text = span ? span.getText() : "";
  bool isName = !text.empty() && !llvm::isDigit(text.front()) &&
                llvm::all_of(text, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  std::string symbol = makeSizeSymbol(isName ? text : getSizeName(value));
  BindSizeOp::create(builder, getLoc(span), convertTo(value, builder.getI64Type()), symbol);
  Dim bound = Dim::getSymbol(context, symbol);
  unit.boundSizes[expression.str()] = {builder.getInsertionBlock(), bound};
  return bound;
}

Dim Emitter::toDim(Value value, Span span, bool forParameter) {
  if (value.isPoison())
    return {};
  if (value.is(Value::Int)) {
    if (value.getInt() < 0) {
      error(diag::NegativeSize, span, value.getInt());
      return {};
    }
    if (value.getInt() > sizeLimit) {
      error(diag::Overflow, span);
      return {};
    }
    return Dim::get(context, value.getInt());
  }
  bool isRuntimeInt = value.isScalarTensor() && value.getTensorType().isInteger();
  if (forParameter && !isChecking && (value.is(Value::Size) || isRuntimeInt)) {
    error(diag::RuntimeParameterShape, span,
          "'" + span.getText().str() + "' (" + describe(value) + ")");
    return {};
  }
  if (value.is(Value::Size))
    return value.getSize();
  if (isRuntimeInt) {
    Dim dim = bindSize(getSizeExpression(value.getRuntime()), value.getRuntime(), span);
    return dim.isStatic() ? toDim(Value::ofInt(dim.getStatic()), span, forParameter) : dim;
  }
  DiagnosticBuilder report = error(diag::NotASize, span, describe(value));
  if (value.is(Value::Float))
    report.hint("a size must come out whole; div(a, b) rounds down");
  return {};
}

std::optional<llvm::SmallVector<Dim>> Emitter::toShape(Value value, Span span) {
  if (value.isPoison())
    return std::nullopt;
  if (!value.is(Value::List) && !value.is(Value::Tuple)) {
    error(diag::WrongArgument, span, "a shape", "a list of sizes such as [64, 8]", describe(value));
    return std::nullopt;
  }
  llvm::SmallVector<Dim> shape;
  for (const Value &element : value.getElements()) {
    if (element.is(Value::List)) {
      // The sizes that `..s` names, among others.
      std::optional<llvm::SmallVector<Dim>> inner = toShape(element, span);
      if (!inner)
        return std::nullopt;
      llvm::append_range(shape, *inner);
      continue;
    }
    shape.push_back(toDim(element, span, false));
    if (!shape.back())
      return std::nullopt;
  }
  int64_t product = 1;
  for (Dim dim : shape)
    if (dim.isStatic() &&
        __builtin_mul_overflow(product, std::max<int64_t>(dim.getStatic(), 1), &product))
      product = sizeLimit + 1;
  if (product > sizeLimit) {
    error(diag::Overflow, span);
    return std::nullopt;
  }
  return shape;
}

bool elaborate::canBeEqual(Dim a, Dim b) {
  if (a == b)
    return true;
  Dim difference = a - b;
  return !difference.isStatic();
}

bool Emitter::isUniversal(Dim dim) {
  llvm::SetVector<mlir::StringAttr> symbols;
  dim.collectSymbols(symbols);
  return llvm::all_of(symbols, [&](mlir::StringAttr symbol) {
    return unit.universalSizes.contains(symbol.getValue());
  });
}

bool Emitter::mayBeEqual(Dim a, Dim b) {
  return canBeEqual(a, b) && !(isUniversal(a) && isUniversal(b));
}

void Emitter::checkSizes(Dim a, Dim b, Span span, const std::string &first,
                         const std::string &second) {
  Value lhs = toTensor(Value::ofSize(a), span), rhs = toTensor(Value::ofSize(b), span);
  Value equal = elementwise("==", {lhs, rhs}, span);
  emitCheck(equal.getRuntime(), {first, second, ""}, {lhs, rhs}, span);
}

std::string Emitter::findInnerSize(NNTensorType type, unsigned depth) {
  for (Dim dim : type.getShape()) {
    llvm::SetVector<mlir::StringAttr> names;
    dim.collectSymbols(names);
    for (mlir::StringAttr name : names)
      if (unit.sizeDepths.lookup(name.getValue()) > depth)
        return name.str();
  }
  return "";
}
