//===- Operators.cpp - binary operators: sizes, text, whole numbers, matrix products -------===//
//
// What an operator means depends on its operands: sizes stay symbolic, whole numbers whole, text
// compares, weights map over their tensors; all else is an element-wise operation or a contraction.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Builtins.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

/// lower..upper, or with `inclusive` lower..=upper.
static Value makeRange(Emitter &e, bool inclusive, const Value &lhs, const Value &rhs, Span lhsSpan,
                       Span rhsSpan) {
  Range range;
  range.lower = std::make_shared<Value>(lhs);
  range.upper = std::make_shared<Value>(rhs);
  range.inclusive = inclusive;
  for (auto [value, where] : {std::pair(lhs, lhsSpan), std::pair(rhs, rhsSpan)})
    if (!value.isSizeLike() && !(value.isScalarTensor() && value.getTensorType().isInteger()))
      return e.fail(diag::WrongArgument, where, "the bound of a range", "a whole number",
                    describe(value));
  return Value::of(range);
}

/// Sizes stay symbolic under + - * and exact division; nothing where they do not.
static std::optional<Value> computeSizes(Emitter &e, ast::BinaryOp op, const Value &lhs,
                                         const Value &rhs) {
  using ast::BinaryOp;
  Dim a = lhs.is(Value::Int) ? Dim::get(e.context, lhs.getInt()) : lhs.getSize();
  Dim b = rhs.is(Value::Int) ? Dim::get(e.context, rhs.getInt()) : rhs.getSize();
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
  return std::nullopt;
}

/// Text compares.
static Value compareText(Emitter &e, ast::BinaryOp op, const Value &lhs, const Value &rhs,
                         Span span, Span lhsSpan, Span rhsSpan) {
  using ast::BinaryOp;
  if (!lhs.isString() || !rhs.isString() || (op != BinaryOp::Eq && op != BinaryOp::Ne)) {
    DiagnosticBuilder report =
        e.error(diag::WrongOperand, span, ast::getSpelling(op), "text", "numbers");
    if (op == BinaryOp::Add)
      report.hint("\"{a}{b}\" joins text");
    return Value();
  }
  if (lhs.is(Value::Str) && rhs.is(Value::Str))
    return Value::ofBool((lhs.getString() == rhs.getString()) == (op == BinaryOp::Eq));
  Value equal = Value::of(StringEqualOp::create(
      e.builder, e.getLoc(span), e.toRuntimeString(lhs, lhsSpan), e.toRuntimeString(rhs, rhsSpan)));
  return op == BinaryOp::Eq ? equal : e.elementwise("not", {equal}, span);
}

/// Whole numbers divide to a whole number where that is exact; 2^3 is whole. Nothing where the
/// operator is one of numbers in general.
static std::optional<Value> computeWhole(Emitter &e, ast::BinaryOp op, const Value &lhs,
                                         const Value &rhs, Span span) {
  using ast::BinaryOp;
  if (op == BinaryOp::Div) {
    if (rhs.getInt() == 0)
      return e.fail(diag::DivisionByZero, span);
    if (lhs.getInt() % rhs.getInt() == 0)
      return Value::ofInt(lhs.getInt() / rhs.getInt());
    return Value::ofFloat(lhs.getFloat() / rhs.getFloat());
  }
  if (op == BinaryOp::Pow && rhs.getInt() >= 0) {
    int64_t product = 1;
    for (int64_t i = 0; i < rhs.getInt(); ++i)
      if (__builtin_mul_overflow(product, lhs.getInt(), &product))
        return e.fail(diag::Overflow, span);
    return Value::ofInt(product);
  }
  int64_t result = 0;
  if ((op == BinaryOp::Add && __builtin_add_overflow(lhs.getInt(), rhs.getInt(), &result)) ||
      (op == BinaryOp::Sub && __builtin_sub_overflow(lhs.getInt(), rhs.getInt(), &result)) ||
      (op == BinaryOp::Mul && __builtin_mul_overflow(lhs.getInt(), rhs.getInt(), &result)))
    return e.fail(diag::Overflow, span);
  bool isComputed = op == BinaryOp::Add || op == BinaryOp::Sub || op == BinaryOp::Mul;
  mlir::Type said = lhs.getSaidType(), other = rhs.getSaidType();
  if (!said || (other && rankOf(other) > rankOf(said)))
    said = other;
  if (!isComputed || !said)
    return std::nullopt;
  int64_t kept = llvm::SignExtend64(result, said.getIntOrFloatBitWidth());
  if (kept != result) // of i64 it is an error
    e.engine.report(diag::WrapsAround, span, result, "i32", kept);
  return Value::ofInt(kept, said);
}

static bool isComparison(ast::BinaryOp op) {
  return op >= ast::BinaryOp::Eq && op <= ast::BinaryOp::Ge;
}

Value Emitter::binary(ast::BinaryOp op, Value lhs, Value rhs, Span span, Span lhsSpan,
                      Span rhsSpan) {
  using ast::BinaryOp;
  if (lhs.isPoison() || rhs.isPoison())
    return Value();
  if (op == BinaryOp::Range || op == BinaryOp::RangeInclusive)
    return makeRange(*this, op == BinaryOp::RangeInclusive, lhs, rhs, lhsSpan, rhsSpan);
  if (op == BinaryOp::MatMul)
    return matmul(lhs, rhs, span);
  if (lhs.is(Value::WeightsKind) || rhs.is(Value::WeightsKind))
    return mapWeights(
        {lhs, rhs}, span,
        [&](Values leaves) { return binary(op, leaves[0], leaves[1], span, lhsSpan, rhsSpan); },
        /*calculates=*/!isComparison(op));

  if ((lhs.is(Value::Size) || rhs.is(Value::Size)) && lhs.isSizeLike() && rhs.isSizeLike())
    if (std::optional<Value> result = computeSizes(*this, op, lhs, rhs))
      return *result;
  if (lhs.isString() || rhs.isString())
    return compareText(*this, op, lhs, rhs, span, lhsSpan, rhsSpan);
  if (op == BinaryOp::Add && lhs.is(Value::List) && rhs.is(Value::List) &&
      llvm::all_of(lhs.getElements(), [](const Value &v) { return v.isSizeLike(); }) &&
      llvm::all_of(rhs.getElements(), [](const Value &v) { return v.isSizeLike(); }) &&
      llvm::any_of(lhs.getElements(), [](const Value &v) { return v.is(Value::Size); }))
    return fail(diag::WrongOperand, span, "+", "a shape", "numbers or tensors");
  if (lhs.is(Value::Int) && rhs.is(Value::Int))
    if (std::optional<Value> result = computeWhole(*this, op, lhs, rhs, span))
      return *result;
  if (op == BinaryOp::Pow && lhs.is(Value::List))
    lhs = toTensor(lhs, lhsSpan);
  if (lhs.isPoison())
    return lhs;
  // A power with a whole exponent of a whole tensor is a product.
  if (op == BinaryOp::Pow && rhs.is(Value::Int) && lhs.isTensor() &&
      lhs.getTensorType().isInteger() && rhs.getInt() >= 1 && rhs.getInt() <= 8) {
    Value product = lhs;
    for (int64_t i = 1; i < rhs.getInt(); ++i) {
      product = elementwise("*", {product, lhs}, span);
      checkFits(product.getRuntime(), span);
    }
    return product;
  }
  Value result = elementwise(ast::getSpelling(op), {lhs, rhs}, span, {lhsSpan, rhsSpan});
  if (result.isTensor())
    checkFits(result.getRuntime(), span);
  return result;
}

std::optional<llvm::SmallVector<mlir::Value>>
Emitter::pairLeaves(const Weights &weights, llvm::ArrayRef<std::string> paths,
                    llvm::ArrayRef<std::string> symbols) {
  llvm::StringMap<mlir::Value> byPath;
  for (const Weights::Leaf &leaf : weights.leaves)
    byPath[leaf.path] = leaf.value;
  auto isParam = [&](StringRef symbol) {
    return llvm::any_of(unit.variables, [&](const auto &variable) {
      return variable->symbol == symbol && variable->kind == VariableKind::Param;
    });
  };
  llvm::SmallVector<mlir::Value> found;
  size_t count = 0;
  for (auto [path, symbol] : llvm::zip_equal(paths, symbols)) {
    found.push_back(byPath.lookup(path));
    count += found.back() ? 1 : 0;
    if (!found.back() && isParam(symbol))
      return std::nullopt;
  }
  if (count != weights.leaves.size())
    return std::nullopt;
  return found;
}

Value Emitter::mapWeights(llvm::ArrayRef<Value> operands, Span span,
                          llvm::function_ref<Value(Values)> compute, bool calculates) {
  const Weights *shape = nullptr; // the operand that has most
  for (const Value &operand : operands)
    if (operand.is(Value::WeightsKind) &&
        (!shape || operand.getWeights()->leaves.size() > shape->leaves.size()))
      shape = operand.getWeights().get();
  std::vector<std::string> paths, symbols;
  for (const Weights::Leaf &leaf : shape->leaves) {
    paths.push_back(leaf.path);
    symbols.push_back(leaf.symbol);
  }
  llvm::StringMap<std::vector<mlir::Value>> gradients;
  llvm::StringSet<> others;                            // paths where an operand is no gradient
  std::vector<llvm::SmallVector<mlir::Value>> columns; // of each operand; empty: no weights
  for (const Value &operand : operands) {
    columns.emplace_back();
    if (!operand.is(Value::WeightsKind))
      continue;
    auto leaves = pairLeaves(*operand.getWeights(), paths, symbols);
    if (!leaves || (!calculates && llvm::is_contained(*leaves, mlir::Value())))
      return fail(diag::DifferentStructures, span);
    columns.back() = std::move(*leaves);
    for (const Weights::Leaf &leaf : operand.getWeights()->leaves) {
      llvm::append_range(gradients[leaf.path], leaf.gradients);
      if (leaf.gradients.empty())
        others.insert(leaf.path);
    }
  }
  auto result = std::make_shared<Weights>();
  for (auto [i, leaf] : llvm::enumerate(shape->leaves)) {
    Values leaves;
    mlir::Value first;
    bool isWhole = true;
    for (auto [operand, column] : llvm::zip_equal(operands, columns)) {
      mlir::Value own = column.empty() ? mlir::Value() : column[i];
      first = first ? first : own;
      isWhole &= own || column.empty();
      leaves.push_back(column.empty() ? operand : Value::of(own));
    }
    auto type = llvm::dyn_cast<NNTensorType>(first.getType());
    bool keeps = calculates && (!isWhole || !type || !type.isFloat());
    Value value = keeps ? Value::of(first) : compute(std::move(leaves));
    if (value.isPoison())
      return value;
    result->leaves.push_back({leaf.path, leaf.symbol, value.getRuntime()});
    if (!others.contains(leaf.path))
      result->leaves.back().gradients = gradients.lookup(leaf.path);
  }
  return Value::of(result);
}

Value Emitter::matmul(Value lhs, Value rhs, Span span) {
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
  if (Dim inner = a.getDim(contractA), other = b.getDim(contractB); inner != other) {
    error(diag::MatMulMismatch, span, a.str(), b.str(), inner.str(), contractA, other.str(),
          contractB)
        .differing(inner.str(), other.str())
        .mayBeRight(mayBeEqual(inner, other));
    return Value();
  }
  // Leading axes beyond a matrix are paired from the right; what only one side has is kept.
  llvm::SmallVector<int64_t> batchA, batchB;
  if (b.getRank() > 2 && a.getRank() > 1) {
    int64_t leadA = a.getRank() - 2, leadB = b.getRank() - 2, lead = std::max(leadA, leadB);
    for (int64_t i = 0; i < lead; ++i) {
      batchA.push_back(std::max<int64_t>(i - (lead - leadA), -1));
      batchB.push_back(std::max<int64_t>(i - (lead - leadB), -1));
      if (batchA[i] >= 0 && batchB[i] >= 0 && a.getDim(batchA[i]) != b.getDim(batchB[i]))
        return fail(diag::MatMulBatch, span, a.str(), b.str());
    }
  }
  return Value::of(ContractOp::create(builder, getLoc(span), left.getRuntime(), right.getRuntime(),
                                      batchA, batchB, llvm::ArrayRef<int64_t>(contractA),
                                      llvm::ArrayRef<int64_t>(contractB)));
}
