//===- nn-gradcheck.cpp - symbolic gradients against central differences -------------===//
//
// nn-gradcheck [--second] FILE.mlir: for each nn.func of the file, chooses inputs by a fixed seed,
// reduces the results to one scalar by random weights, expands its gradient with respect to the
// floating-point arguments, and compares each element with a central difference, all in double
// precision. With
// --second it does so for the gradients of the functions' squares, which are linear nowhere: what
// it compares are second derivatives.
//
// Attributes of an nn.func:
//   sizes = [{n = 3, t = 2}, {n = 1, t = 4}]   values of size symbols; one check for each
//   range = [0.5, 2.0]                         of floating-point inputs; [-2, 2] otherwise
//   below = 4                                  bound of integer inputs (from 0); 3 otherwise
//   wrt = [0, 2]                               the arguments to check; all floating-point ones
//   otherwise
//
// Guarantees exit code 0 only if every derivative of every function agreed to 1e-6, relative to its
// size where that is above 1. Central differences with a step of 1e-5 are accurate to about 1e-9.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "compiler/gradient/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include <cmath>
#include <random>

using namespace mlir;
using namespace nnc::ir;
using namespace nnc::test;

static constexpr double step = 1e-5, tolerance = 1e-6;

/// The scalar that stands for some values: their sum with random weights, other ones for each
/// `place`.
static Value buildScalar(OpBuilder &builder, Location loc, ValueRange values, int64_t place) {
  auto i64 = RankedTensorType::get({}, builder.getI64Type());
  Value stream = ConstantOp::create(builder, loc, DenseElementsAttr::get(i64, int64_t(1)));
  Value sum;
  for (auto [i, value] : llvm::enumerate(values)) {
    auto type = llvm::dyn_cast<NNTensorType>(value.getType());
    if (!type || !type.isFloat())
      continue;
    Value weights = RandomOp::create(builder, loc, type, stream, Distribution::Normal, place + i);
    Value product = MulOp::create(builder, loc, type, value, weights);
    auto axes = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
    product = ReduceOp::create(builder, loc, product, ReduceKind::Sum, axes);
    product =
        ConvertOp::create(builder, loc, NNTensorType::getScalar(builder.getF64Type()), product);
    sum = sum ? AddOp::create(builder, loc, sum.getType(), sum, product) : product;
  }
  return sum;
}

/// The gradients of a scalar with respect to some arguments of its block.
static ValueRange buildGradients(OpBuilder &builder, Value scalar,
                                 llvm::ArrayRef<int64_t> targets) {
  llvm::SmallVector<Value> values;
  for (int64_t target : targets)
    values.push_back(builder.getInsertionBlock()->getArgument(target));
  return GradOp::create(builder, scalar.getLoc(), ValueRange(values).getTypes(), TypeRange(),
                        scalar, values, builder.getArrayAttr({}))
      ->getResults();
}

static void setResults(OpBuilder &builder, Operation *terminator, ValueRange values) {
  ReturnOp::create(builder, terminator->getLoc(), values);
  terminator->erase();
}

static LogicalResult expand(ModuleOp module) {
  PassManager manager(module.getContext());
  manager.addPass(nnc::gradient::createExpandGradients());
  return manager.run(module);
}

namespace {

/// One function: as itself, and as its gradient.
class Check {
public:
  Check(FuncOp function, bool isSecond) : function(function), isSecond(isSecond) {}
  LogicalResult run();

private:
  LogicalResult prepare();
  LogicalResult runWith(const Sizes &sizes);
  Tensor chooseInput(NNTensorType type, const Sizes &sizes, std::mt19937_64 &generator);
  FuncOp in(ModuleOp module) { return module.lookupSymbol<FuncOp>(function.getSymName()); }

  FuncOp function;
  bool isSecond;
  llvm::SmallVector<int64_t> targets;
  OwningOpRef<ModuleOp> forward, gradient;
};

} // namespace

LogicalResult Check::prepare() {
  auto chosen = function->getAttrOfType<ArrayAttr>("wrt");
  for (auto [i, type] : llvm::enumerate(function.getBody().getArgumentTypes()))
    if (llvm::cast<NNTensorType>(type).isFloat() &&
        (!chosen || llvm::any_of(chosen.getAsRange<IntegerAttr>(),
                                 [&](IntegerAttr at) { return at.getInt() == int64_t(i); })))
      targets.push_back(i);
  if (targets.empty())
    return function.emitError("no floating-point argument to differentiate with respect to");

  forward = ModuleOp::create(function.getLoc());
  forward->getBody()->push_back(function->clone());
  Operation *end = in(*forward).getBody().front().getTerminator();
  OpBuilder builder(end);
  llvm::SmallVector<Value> results(end->getOperands());
  if (isSecond)
    for (Value &result : results)
      if (llvm::cast<NNTensorType>(result.getType()).isFloat())
        result = MulOp::create(builder, end->getLoc(), result, result);
  Value scalar = buildScalar(builder, end->getLoc(), results, 0);
  if (!scalar)
    return function.emitError("no floating-point result to differentiate");
  if (isSecond)
    scalar = buildScalar(builder, end->getLoc(), buildGradients(builder, scalar, targets), 1000);
  setResults(builder, end, scalar);

  gradient = llvm::cast<ModuleOp>(forward->getOperation()->clone());
  end = in(*gradient).getBody().front().getTerminator();
  builder.setInsertionPoint(end);
  setResults(builder, end, buildGradients(builder, end->getOperand(0), targets));
  // Nested gradients are expanded in both.
  return success(succeeded(verify(*forward)) && succeeded(verify(*gradient)) &&
                 succeeded(expand(*forward)) && succeeded(expand(*gradient)));
}

Tensor Check::chooseInput(NNTensorType type, const Sizes &sizes, std::mt19937_64 &generator) {
  double low = -2, high = 2;
  if (auto range = function->getAttrOfType<ArrayAttr>("range")) {
    low = llvm::cast<FloatAttr>(range[0]).getValueAsDouble();
    high = llvm::cast<FloatAttr>(range[1]).getValueAsDouble();
  }
  auto below = function->getAttrOfType<IntegerAttr>("below");
  std::uniform_real_distribution<double> real(low, high);
  std::uniform_int_distribution<int64_t> whole(0, type.isBool() ? 1
                                                                : (below ? below.getInt() : 3) - 1);
  Tensor tensor(getShape(type, sizes));
  for (double &element : tensor.elements)
    element = type.isFloat() ? real(generator) : static_cast<double>(whole(generator));
  return tensor;
}

LogicalResult Check::runWith(const Sizes &sizes) {
  std::mt19937_64 generator(20240229);
  std::vector<Tensor> inputs;
  for (Type type : function.getBody().getArgumentTypes())
    inputs.push_back(chooseInput(llvm::cast<NNTensorType>(type), sizes, generator));
  FailureOr<std::vector<Tensor>> derivatives = evaluate(in(*gradient), sizes, inputs);
  if (failed(derivatives))
    return failure();

  size_t count = 0, wrong = 0;
  double worst = 0;
  for (auto [target, derivative] : llvm::zip_equal(targets, *derivatives)) {
    for (auto [i, symbolic] : llvm::enumerate(derivative.elements)) {
      double &element = inputs[target].elements[i], kept = element;
      double sides[2];
      for (int side : {0, 1}) {
        element = kept + (side ? step : -step);
        FailureOr<std::vector<Tensor>> scalar = evaluate(in(*forward), sizes, inputs);
        if (failed(scalar))
          return failure();
        sides[side] = scalar->front().elements[0];
      }
      element = kept;
      double numeric = (sides[1] - sides[0]) / (2 * step);
      double error = std::fabs(symbolic - numeric) / std::fmax(1, std::fabs(numeric));
      ++count;
      worst = std::fmax(worst, error);
      if (!(error <= tolerance) && ++wrong <= 5) // also where it is NaN
        llvm::errs() << function.getSymName() << ": argument " << target << ", element " << i
                     << ": gradient " << llvm::format("%.10g", symbolic) << ", central difference "
                     << llvm::format("%.10g", numeric) << "\n";
    }
  }
  if (count == 0)
    return function.emitError("nothing to check: the arguments have no elements");
  llvm::outs() << (wrong ? "FAILED " : "ok ") << function.getSymName() << ": " << count
               << " derivatives, " << wrong << " wrong, largest error "
               << llvm::format("%.1e", worst) << "\n";
  return success(wrong == 0);
}

LogicalResult Check::run() {
  if (failed(prepare()))
    return failure();
  auto choices = function->getAttrOfType<ArrayAttr>("sizes");
  if (!choices)
    return runWith({});
  LogicalResult result = success();
  for (auto choice : choices.getAsRange<DictionaryAttr>()) {
    Sizes sizes;
    for (NamedAttribute size : choice)
      sizes[size.getName()] = llvm::cast<IntegerAttr>(size.getValue()).getInt();
    if (failed(runWith(sizes)))
      result = failure();
  }
  return result;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  bool isSecond = argc == 3 && llvm::StringRef(argv[1]) == "--second";
  if (argc != (isSecond ? 3 : 2)) {
    llvm::errs() << "usage: nn-gradcheck [--second] FILE.mlir\n";
    return 2;
  }
  const char *file = argv[argc - 1];
  MLIRContext context;
  context.disableMultithreading();
  context.loadDialect<NNDialect, arith::ArithDialect, math::MathDialect>();
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler(sources, &context);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(file, sources, &context);
  if (!module)
    return 1;
  bool passed = true, any = false;
  for (FuncOp function : module->getOps<FuncOp>()) {
    any = true;
    passed &= succeeded(Check(function, isSecond).run());
  }
  if (!any)
    llvm::errs() << file << ": no nn.func to check\n";
  return passed && any ? 0 : 1;
}
