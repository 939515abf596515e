//===- Session.cpp - one run of nnc --------------------------------------------------------===//

#include "compiler/driver/Session.h"
#include "compiler/support/OutputFile.h"
#include "llvm/Support/FileSystem.h"

using namespace nnc;
using namespace nnc::driver;
using llvm::StringRef;

const SourceFile *Session::getSource() {
  if (isRead)
    return source;
  isRead = true;
  std::string reason;
  source = sources.addFile(options.inputs[0], reason);
  if (!source)
    engine.report(diag::CannotReadFile, Span(), options.inputs[0], reason);
  return source;
}

bool Session::makeOptions(CompileOptions &result) {
  llvm::Expected<codegen::CpuTarget> cpu = codegen::parseCpuTarget(options.cpu);
  if (!cpu) {
    engine.report(diag::InternalError, Span(), llvm::toString(cpu.takeError()));
    return false;
  }
  result.codegen.cpu = *cpu;
  result.codegen.optimisationLevel = options.optimisationLevel;
  result.codegen.lineTables = options.lineTables;
  result.defines = options.defines;
  result.searchPath = getSearchPath(options.folders);
  result.isDouble = options.real == "f64";
  result.fuse = options.fuse;
  result.share = options.share;
  result.exact = options.exact;
  return true;
}

bool driver::hasUnit(const Compilation &compilation, bool tests) {
  return llvm::any_of(compilation.getFile().items, [&](const ast::Item *item) {
    return item->kind == (tests ? ast::Item::Test : ast::Item::Command);
  });
}

bool Session::buildTo(StringRef output, bool tests, std::vector<std::string> *memory) {
  CompileOptions compileOptions;
  if (!makeOptions(compileOptions))
    return false;
  compileOptions.tests = tests;
  Compilation compilation(sources, engine, compileOptions);
  if (!compilation.parse(getSource()) || !acceptsOutput(output, /*goesThrough=*/false))
    return false;
  if (!hasUnit(compilation, tests)) {
    engine.report(diag::NothingToBuild, Span(), options.inputs[0], tests ? "test" : "command");
    return false;
  }
  if (!compilation.elaborate() || !compilation.lowerTo(Phase::Loops))
    return false;
  if (memory)
    *memory = compilation.describeMemory();
  if (!compilation.translate())
    return false;
  codegen::LinkOptions link;
  link.libraryDirectory = codegen::getLibraryDirectory(argv0);
  link.strip = options.strip;
  if (llvm::Error error = codegen::buildExecutable(compilation.getProgram(), output, link)) {
    engine.report(diag::CannotLink, Span(), llvm::toString(std::move(error)));
    return false;
  }
  return true;
}

bool Session::acceptsOutput(StringRef path, bool goesThrough) {
  std::string reason = findObstacle(path);
  if (goesThrough && !llvm::sys::fs::is_directory(path))
    reason = "";
  if (sources.hasRead(path))
    reason = "it is a source file of the program; choose another name";
  if (!reason.empty())
    engine.report(diag::CannotWriteFile, Span(), path, reason);
  return reason.empty();
}

bool Session::writeOutput(llvm::function_ref<void(llvm::raw_pwrite_stream &)> print) {
  // Everything is printed before the file is touched: nothing half-written replaces it.
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream buffer(bytes);
  print(buffer);
  if (options.output.empty() || options.output == "-") {
    llvm::outs() << buffer.str();
    llvm::outs().flush();
    return true;
  }
  if (!acceptsOutput(options.output, /*goesThrough=*/true))
    return false;
  if (std::error_code code = writeWhole(options.output, buffer.str())) {
    engine.report(diag::CannotWriteFile, Span(), options.output, code.message());
    return false;
  }
  return true;
}
