//===- nn-codegen.cpp - from a file of the loops stage to any later form, for tests ===//
//
// nn-codegen FILE.mlir -o OUT --emit=ir|asm|obj|exe [--cpu=...] [-O2] [-g]
// [--library-directory=DIR]
// [--timing]
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Codegen.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace nnc::codegen;
namespace cl = llvm::cl;

static cl::opt<std::string> input(cl::Positional, cl::desc("<file.mlir>"), cl::init("-"));
static cl::opt<std::string> output("o", cl::desc("output file"), cl::init("-"));
enum Form { Ir, Assembly, Object, Executable };
static cl::opt<Form> form("emit", cl::init(Ir),
                          cl::values(clEnumValN(Ir, "ir", "LLVM IR, optimised"),
                                     clEnumValN(Assembly, "asm", "assembly"),
                                     clEnumValN(Object, "obj", "object file"),
                                     clEnumValN(Executable, "exe", "executable")));
static cl::opt<std::string> cpu("cpu", cl::init("x86-64-v2"));
static cl::opt<unsigned> level("O", cl::Prefix, cl::init(2));
static cl::opt<bool> lineTables("g");
static cl::opt<bool> strip("s");
static cl::opt<bool> timing("timing", cl::desc("print the time of each phase"));
static cl::opt<std::string> libraryDirectory("library-directory");

static llvm::Error run(mlir::ModuleOp module, CodegenOptions options, const char *argv0) {
  auto target = parseCpuTarget(cpu);
  if (!target)
    return target.takeError();
  options.cpu = *target;
  mlir::PassManager manager(module->getName());
  buildLlvmPipeline(manager, options);
  mlir::TimingScope passes = options.timing->nest("MLIR passes");
  manager.enableTiming(passes);
  if (mlir::failed(manager.run(module)))
    return llvm::createStringError("passes failed");
  passes.stop();
  auto program = LlvmProgram::translate(module, options);
  if (!program)
    return program.takeError();
  program->optimise();
  if (form == Executable) {
    std::string directory =
        libraryDirectory.empty() ? getLibraryDirectory(argv0) : libraryDirectory.getValue();
    return buildExecutable(*program, output, {directory, strip, options.timing});
  }
  std::error_code code;
  llvm::ToolOutputFile file(output, code, llvm::sys::fs::OpenFlags::OF_None);
  if (code)
    return llvm::createStringError(code, output);
  if (form == Ir) {
    program->printIr(file.os());
  } else {
    llvm::SmallVector<char, 0> bytes;
    llvm::raw_svector_ostream os(bytes);
    if (llvm::Error error = form == Object ? program->emitObject(os) : program->emitAssembly(os))
      return error;
    file.os() << os.str();
  }
  file.keep();
  return llvm::Error::success();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "nn-codegen: code generation of the loops stage\n");
  mlir::DialectRegistry registry;
  registerCodegenDialects(registry);
  mlir::MLIRContext context(registry);
  context.allowUnregisteredDialects(false);
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::parseSourceFile<mlir::ModuleOp>(input, &context);
  if (!module)
    return 1;
  mlir::DefaultTimingManager timer;
  timer.setEnabled(timing);
  mlir::TimingScope root = timer.getRootScope();
  CodegenOptions options;
  options.optimisationLevel = level;
  options.lineTables = lineTables;
  options.timing = &root;
  if (llvm::Error error = run(*module, options, argv[0])) {
    llvm::errs() << "nn-codegen: " << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
}
