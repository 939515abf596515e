//===- nn-formulacheck.cpp - formulas over all kinds of expressions -------------------===//
//
// nn-formulacheck: for the record of each element-wise operation, at points chosen by a fixed seed,
//  * compares its value as Number computes it with its scalar body, folded: the same bits;
//  * compares its gradient with central differences of its value, in double;
//  * where it is said to be finite for all that is finite (Finite.h), sees that it is, at poles and
//    the ends of domains, too;
//  * writes a test in the language, in which value and gradient, as Notation writes them, have to
//    be the same again: compiled, and folded by the elaborator.
// Guarantees exit code 0 only if all values agreed, and a test on standard output for each record.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/Finite.h"
#include "compiler/ir/Notation.h"
#include "compiler/ir/Number.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <random>

using namespace mlir;
using namespace nnc::ir;

namespace {

using Point = llvm::SmallVector<double, 3>;
constexpr const char *names[] = {"a", "b", "c"};
constexpr double step = 1e-5, tolerance = 1e-6;

/// One record's checks.
template <typename Op> class FormulaCheck {
public:
  FormulaCheck(MLIRContext &context) : context(context) {}
  /// The number of points where something is wrong, or 1 where there was nothing to check.
  unsigned run();

private:
  Op create(Block &block, llvm::ArrayRef<Type> elementTypes);
  bool accepts(llvm::ArrayRef<Type> types);
  void chooseTypes();
  void choosePoints();
  bool isReal(unsigned operand) const { return llvm::isa<FloatType>(types[operand]); }
  static double getValue(const Point &point);
  static llvm::SmallVector<double, 3> getGradients(const Point &point, double dy);
  std::optional<double> fold(const Point &point);
  bool checkGradients(const Point &point);
  bool isSaidFinite();
  unsigned checkFinite();
  void writeTest();
  void writeOperands();
  void writeClose(const Notation &formula, llvm::ArrayRef<double> expected, bool isBool);
  void report(const Point &point, llvm::StringRef what, double a, double b);

  MLIRContext &context;
  llvm::SmallVector<Type, 3> types;
  Type result;
  std::vector<Point> points;
};

template <typename Number> auto toNumbers(const Point &point) {
  llvm::SmallVector<Number, 3> numbers;
  for (double value : point)
    numbers.emplace_back(value);
  return numbers;
}

} // namespace

/// A literal that has the same bits when it is read again.
static std::string write(double value, Type type) {
  if (type.isInteger(1))
    return value != 0 ? "true" : "false";
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.17g", value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

/// The operation, of arguments of a block.
template <typename Op>
Op FormulaCheck<Op>::create(Block &block, llvm::ArrayRef<Type> elementTypes) {
  OpBuilder builder(&context);
  builder.setInsertionPointToEnd(&block);
  llvm::SmallVector<Value, 3> operands;
  for (Type type : elementTypes)
    operands.push_back(block.addArgument(NNTensorType::getScalar(type), builder.getUnknownLoc()));
  return Op::create(builder, builder.getUnknownLoc(), ValueRange(operands));
}

/// Whether the operation verifies with operands of these types; sets its result's type then.
template <typename Op> bool FormulaCheck<Op>::accepts(llvm::ArrayRef<Type> elementTypes) {
  Block block;
  ScopedDiagnosticHandler quiet(&context, [](Diagnostic &) { return success(); });
  Op op = create(block, elementTypes);
  result = op.getType().getElementType();
  return succeeded(op->getName().verifyInvariants(op));
}

template <typename Op> void FormulaCheck<Op>::chooseTypes() {
  Type real = Float64Type::get(&context), boolean = IntegerType::get(&context, 1);
  types.assign(Op::arity, real);
  if (accepts(types))
    return;
  types[0] = boolean;
  if (accepts(types))
    return;
  types.assign(Op::arity, boolean);
  if (!accepts(types))
    llvm::report_fatal_error("nn-formulacheck: no operands fit " + Op::getOperationName());
}

/// Positive ones, which are in the domain of all functions, and some of any sign; not near 0, where
/// central differences are not accurate.
template <typename Op> void FormulaCheck<Op>::choosePoints() {
  std::mt19937_64 generator(20240229);
  std::uniform_real_distribution<double> positive(0.3, 2.5);
  for (unsigned i = 0; i < 16; ++i) {
    Point point;
    for (unsigned operand = 0; operand < Op::arity; ++operand)
      if (isReal(operand))
        point.push_back(positive(generator) * (i >= 8 && (generator() & 1) ? -1 : 1));
      else
        point.push_back(generator() & 1);
    points.push_back(point);
  }
}

template <typename Op> double FormulaCheck<Op>::getValue(const Point &point) {
  return Op::template formula<Number>(toNumbers<Number>(point)).getValue();
}

template <typename Op>
llvm::SmallVector<double, 3> FormulaCheck<Op>::getGradients(const Point &point, double dy) {
  llvm::SmallVector<double, 3> gradients(Op::arity, 0.0);
  Op::template visitGradients<Number>(
      toNumbers<Number>(point), Number(getValue(point)), Number(dy),
      [&](unsigned i, Number part) { gradients[i] = part.getValue(); });
  return gradients;
}

/// The scalar body on constants, each operation folded; nothing where one does not fold, as of a
/// logarithm of a negative number.
template <typename Op> std::optional<double> FormulaCheck<Op>::fold(const Point &point) {
  Block block;
  OpBuilder builder(&context);
  builder.setInsertionPointToEnd(&block);
  Location loc = builder.getUnknownLoc();
  llvm::SmallVector<Value, 3> operands;
  for (auto [value, type] : llvm::zip_equal(point, types)) {
    TypedAttr constant = type.isInteger(1) ? TypedAttr(builder.getBoolAttr(value != 0))
                                           : builder.getFloatAttr(type, value);
    operands.push_back(arith::ConstantOp::create(builder, loc, constant));
  }
  Value last = Op::emitScalar(builder, loc, operands);
  llvm::DenseMap<Value, Attribute> known;
  for (Operation &op : block) {
    llvm::SmallVector<Attribute> constants;
    for (Value operand : op.getOperands())
      constants.push_back(known.lookup(operand));
    llvm::SmallVector<OpFoldResult> folded;
    if (failed(op.fold(constants, folded)) || folded.size() != 1)
      return std::nullopt;
    auto other = llvm::dyn_cast<Value>(folded[0]);
    known[op.getResult(0)] = other ? known.lookup(other) : llvm::cast<Attribute>(folded[0]);
  }
  Attribute value = known.lookup(last);
  if (auto real = llvm::dyn_cast<FloatAttr>(value))
    return real.getValueAsDouble();
  return double(llvm::cast<IntegerAttr>(value).getValue().getZExtValue());
}

template <typename Op>
void FormulaCheck<Op>::report(const Point &point, llvm::StringRef what, double a, double b) {
  llvm::errs() << Op::getOperationName() << " at";
  for (double value : point)
    llvm::errs() << llvm::format(" %.17g", value);
  llvm::errs() << ": " << what << llvm::format(": %.17g and %.17g\n", a, b);
}

template <typename Op> bool FormulaCheck<Op>::checkGradients(const Point &point) {
  if constexpr (!Op::template hasTrait<GradientOpInterface::Trait>())
    return true;
  bool isRight = true;
  auto gradients = getGradients(point, 1);
  for (unsigned i = 0; i < Op::arity; ++i) {
    if (!isReal(i))
      continue;
    Point low = point, high = point;
    low[i] -= step;
    high[i] += step;
    double numeric = (getValue(high) - getValue(low)) / (2 * step);
    if (std::fabs(gradients[i] - numeric) <= tolerance * std::fmax(1, std::fabs(numeric)))
      continue;
    report(point, "gradient and central difference", gradients[i], numeric);
    isRight = false;
  }
  return isRight;
}

/// Of operands of which nothing is known.
template <typename Op> bool FormulaCheck<Op>::isSaidFinite() {
  Block block;
  Op op = create(block, types);
  return FiniteValues().isFinite(op.getResult());
}

template <typename Op> unsigned FormulaCheck<Op>::checkFinite() {
  if (!llvm::isa<FloatType>(result) || !isSaidFinite())
    return 0;
  constexpr double numbers[] = {-8, -2, -1, -0.5, -0.0, 0, 0.5, 1, 2, 8};
  std::vector<Point> all = {{}};
  for (unsigned i = 0; i < Op::arity; ++i) {
    std::vector<Point> longer;
    for (const Point &point : all)
      for (double number : numbers) {
        longer.push_back(point);
        longer.back().push_back(isReal(i) ? number : number > 0);
      }
    all = std::move(longer);
  }
  unsigned wrong = 0;
  for (const Point &point : all)
    if (double value = getValue(point); !std::isfinite(value)) {
      report(point, "said to be finite, and value", 0, value);
      ++wrong;
    }
  return wrong;
}

template <typename Op> void FormulaCheck<Op>::writeOperands() {
  for (unsigned i = 0; i < Op::arity; ++i) {
    llvm::outs() << "    let " << names[i] << ": " << (isReal(i) ? "f64" : "bool") << "["
                 << points.size() << "] = [";
    llvm::interleaveComma(points, llvm::outs(),
                          [&](const Point &point) { llvm::outs() << write(point[i], types[i]); });
    llvm::outs() << "]\n";
  }
}

/// An assertion that the formula has these values.
template <typename Op>
void FormulaCheck<Op>::writeClose(const Notation &formula, llvm::ArrayRef<double> expected,
                                  bool isBool) {
  Type real = Float64Type::get(&context);
  llvm::outs() << "    assert close(" << (isBool ? "f64(" : "(") << formula.getText() << "), [";
  llvm::interleaveComma(expected, llvm::outs(),
                        [&](double value) { llvm::outs() << write(value, real); });
  llvm::outs() << "])\n";
}

template <typename Op> void FormulaCheck<Op>::writeTest() {
  using Style = Notation::Style;
  Type real = Float64Type::get(&context);
  llvm::outs() << "test \"" << Op::getOperationName() << "\" {\n";
  writeOperands();
  auto write = [&](llvm::StringRef name) { return Notation::variable(Style::Source, name); };
  llvm::SmallVector<Notation, 3> operands;
  for (unsigned i = 0; i < Op::arity; ++i)
    operands.push_back(write(names[i]));
  std::vector<double> values, cotangents, gradients[Op::arity];
  for (auto [i, point] : llvm::enumerate(points)) {
    values.push_back(getValue(point));
    cotangents.push_back(1 + 0.25 * i);
    for (auto [operand, gradient] : llvm::enumerate(getGradients(point, cotangents.back())))
      gradients[operand].push_back(gradient);
  }
  writeClose(Op::template formula<Notation>(operands), values, result.isInteger(1));
  for (auto [i, point] : llvm::enumerate(llvm::ArrayRef(points).take_front(2))) {
    llvm::SmallVector<Notation, 3> literals;
    for (auto [value, type] : llvm::zip_equal(point, types))
      literals.push_back(write(::write(value, type)));
    llvm::outs() << "    let static" << i << " = "
                 << Op::template formula<Notation>(literals).getText() << "\n    assert static"
                 << i;
    if (!result.isInteger(1))
      llvm::outs() << " == " << ::write(values[i], real);
    else if (values[i] == 0)
      llvm::outs() << " == false";
    llvm::outs() << "\n";
  }
  if constexpr (Op::template hasTrait<GradientOpInterface::Trait>()) {
    for (auto [name, numbers] : {std::pair("y", &values), std::pair("dy", &cotangents)}) {
      llvm::outs() << "    let " << name << ": f64[" << points.size() << "] = [";
      llvm::interleaveComma(*numbers, llvm::outs(),
                            [&](double value) { llvm::outs() << ::write(value, real); });
      llvm::outs() << "]\n";
    }
    Op::template visitGradients<Notation>(
        operands, write("y"), write("dy"),
        [&](unsigned i, const Notation &formula) { writeClose(formula, gradients[i], false); });
  }
  llvm::outs() << "}\n\n";
}

template <typename Op> unsigned FormulaCheck<Op>::run() {
  chooseTypes();
  choosePoints();
  unsigned wrong = checkFinite();
  std::vector<Point> inDomain;
  for (const Point &point : points) {
    double value = getValue(point);
    std::optional<double> folded = fold(point);
    bool agree =
        folded ? *folded == value || (std::isnan(*folded) && std::isnan(value)) : std::isnan(value);
    if (!agree) {
      report(point, "value and folded scalar body", value, folded.value_or(NAN));
      ++wrong;
    }
    if (std::isnan(value))
      continue;
    inDomain.push_back(point);
    wrong += !checkGradients(point);
  }
  points = inDomain;
  if (points.size() < 8) {
    llvm::errs() << Op::getOperationName() << ": only " << points.size() << " points\n";
    return 1;
  }
  writeTest();
  return wrong;
}

int main() {
  MLIRContext context;
  context.disableMultithreading();
  context.loadDialect<NNDialect, arith::ArithDialect, math::MathDialect>();
  llvm::outs() << "// Written by nn-formulacheck.\n"
                  "fn close(actual, expected) =\n"
                  "    max(abs(actual - expected) / (1 + abs(actual))) <= 1e-13\n\n";
  unsigned wrong = 0;
  forEachFormula([&]<typename Op>() { wrong += FormulaCheck<Op>(context).run(); });
  return wrong != 0;
}
