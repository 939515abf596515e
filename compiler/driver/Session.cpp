//===- Session.cpp - one run of nnc --------------------------------------------------------===//

#include "compiler/driver/Session.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/ToolOutputFile.h"

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
  if (!compilation.parse(getSource()))
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
  std::error_code code;
  llvm::ToolOutputFile file(options.output, code, llvm::sys::fs::OF_None);
  if (!code) {
    file.os() << buffer.str();
    file.os().flush();
    code = file.os().error();
  }
  if (code) {
    file.os().clear_error();
    engine.report(diag::CannotWriteFile, Span(), options.output, code.message());
    return false;
  }
  file.keep();
  return true;
}
