//===- nn-evaluate.cpp - the values of functions, by the reference evaluator ------------===//
//
// nn-evaluate FILE.mlir SIZES: evaluates every nn.func of a file whose gradients are expanded.
// SIZES gives values to the size symbols, as "n=3,m=0". An argument with k elements is (mod(i * a +
// b, 64) - 32) / 16 for i from 0 to k - 1, where a is 37 and b is 11 plus 5 for each argument
// before it: numbers that f32 holds exactly. Prints for each function a line with its name, then
// for each result a line with its shape, its elements, and its elements when every operation's
// result is rounded to f32, between semicolons.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace nnc::ir;
using namespace nnc::test;

static std::vector<Tensor> makeArguments(FuncOp function, const Sizes &sizes) {
  std::vector<Tensor> arguments;
  int64_t offset = 11;
  for (Type type : function.getBody().getArgumentTypes()) {
    Tensor tensor(getShape(llvm::cast<NNTensorType>(type), sizes));
    for (auto [i, element] : llvm::enumerate(tensor.elements))
      element = (static_cast<int64_t>(i * 37 + offset) % 64 - 32) / 16.0;
    offset += 5;
    arguments.push_back(std::move(tensor));
  }
  return arguments;
}

static void print(llvm::ArrayRef<double> elements) {
  for (double element : elements)
    llvm::outs() << " " << llvm::format("%.17g", element);
}

static LogicalResult print(FuncOp function, const Sizes &sizes) {
  std::vector<Tensor> arguments = makeArguments(function, sizes);
  FailureOr<std::vector<Tensor>> exact = evaluate(function, sizes, arguments);
  FailureOr<std::vector<Tensor>> rounded = evaluate(function, sizes, arguments, Rounding::ToF32);
  if (failed(exact) || failed(rounded))
    return failure();
  llvm::outs() << function.getSymName() << "\n";
  for (auto [value, other] : llvm::zip_equal(*exact, *rounded)) {
    llvm::interleave(value.shape, llvm::outs(), " ");
    llvm::outs() << ";";
    print(value.elements);
    llvm::outs() << ";";
    print(other.elements);
    llvm::outs() << "\n";
  }
  return success();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  if (argc != 3) {
    llvm::errs() << "usage: nn-evaluate FILE.mlir SIZES\n";
    return 2;
  }
  Sizes sizes;
  for (llvm::StringRef size : llvm::split(argv[2], ',')) {
    auto [name, value] = size.split('=');
    if (value.getAsInteger(10, sizes[name])) {
      llvm::errs() << "not a size: " << size << "\n";
      return 2;
    }
  }
  MLIRContext context;
  context.disableMultithreading();
  context.loadDialect<NNDialect, arith::ArithDialect, math::MathDialect>();
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler(sources, &context);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(argv[1], sources, &context);
  if (!module)
    return 1;
  bool done = false;
  for (FuncOp function : module->getOps<FuncOp>()) {
    if (failed(print(function, sizes)))
      return 1;
    done = true;
  }
  return done ? 0 : 1;
}
