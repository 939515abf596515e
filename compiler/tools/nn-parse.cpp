//===- nn-parse.cpp - the parser by itself, for tests --------------------------===//
//
//   nn-parse [--verify-diagnostics | --time] FILE...
//
// Prints the syntax tree of each file; or compares the diagnostics with the file's comments; or
// tells how long parsing took. Exit code 1 where a file has errors (or, when verifying, other
// errors than expected).
//
//===----------------------------------------------------------------------===//
#include "compiler/support/DeepStack.h"
#include "compiler/syntax/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include <chrono>

using namespace nnc;

static llvm::cl::list<std::string> inputs(llvm::cl::Positional, llvm::cl::OneOrMore,
                                          llvm::cl::desc("FILE..."));
static llvm::cl::opt<bool> verify("verify-diagnostics",
                                  llvm::cl::desc("compare with expected-error comments"));
static llvm::cl::opt<bool> timed("time", llvm::cl::desc("print how long parsing took"));

static int run() {
  SourceManager sources;
  bool failed = false;
  for (const std::string &path : inputs) {
    DiagnosticEngine printing(llvm::errs());
    printing.setErrorLimit(1000);
    DiagnosticEngine collecting;
    DiagnosticEngine &engine = verify ? collecting : printing;
    std::string error;
    const SourceFile *source = sources.addFile(path, error);
    if (!source) {
      printing.report(diag::CannotReadFile, Span(), path, error);
      failed = true;
      continue;
    }
    auto begin = std::chrono::steady_clock::now();
    std::unique_ptr<ast::File> file = parse(*source, engine);
    std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - begin;
    if (timed)
      llvm::outs() << llvm::format("%.2f ms", elapsed.count()) << ", " << source->getLineCount()
                   << " lines: " << path << '\n';
    else if (verify)
      failed |= verifyDiagnostics(*source, engine.getCollected(), llvm::errs()) != 0;
    else
      dumpAst(*file, llvm::outs());
    failed |= !verify && engine.hasErrors();
  }
  return failed;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::cl::ParseCommandLineOptions(argc, argv, "nn-parse: prints the syntax tree of .nn files\n");
  return runWithDeepStack(run);
}
