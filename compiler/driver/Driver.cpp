//===- Driver.cpp - what the commands of nnc do --------------------------------------===//

#include "compiler/driver/Driver.h"
#include "compiler/elaborate/Interpreter.h"
#include "compiler/elaborate/Listing.h"
#include "compiler/ir/Cost.h"
#include "compiler/syntax/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/xxhash.h"
#include <unistd.h>

using namespace nnc;
using namespace nnc::driver;
using llvm::StringRef;

#ifndef NNC_VERSION
#error "NNC_VERSION must be defined by the build"
#endif

namespace {
class Driver {
public:
  Driver(Options options, const char *argv0)
      : options(std::move(options)), argv0(argv0), engine(llvm::errs(), this->options.colour) {}

  int run();

private:
  int build(StringRef output, bool tests);
  int runProgram(bool tests);
  int check();
  int emit();
  int graph();
  int explain();

  bool makeOptions(CompileOptions &result);
  /// Compiles to an executable; says nothing where all is well.
  bool buildTo(StringRef output, bool tests, std::vector<std::string> *memory);
  std::string getImportedText(StringRef text);
  /// Where `nnc run` keeps its executables.
  std::string getCachePath(bool tests);
  /// Calls `print` on the output file or standard output. False after an error.
  bool writeOutput(llvm::function_ref<void(llvm::raw_pwrite_stream &)> print);

  Options options;
  const char *argv0;
  /// The program's text; null, reported, where it cannot be read.
  const SourceFile *getSource();

  SourceManager sources;
  const SourceFile *source = nullptr;
  DiagnosticEngine engine;
};
} // namespace

const SourceFile *Driver::getSource() {
  if (source)
    return source;
  std::string reason;
  source = sources.addFile(options.inputs[0], reason);
  if (!source)
    engine.report(diag::CannotReadFile, Span(), options.inputs[0], reason);
  return source;
}

bool Driver::makeOptions(CompileOptions &result) {
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

bool Driver::buildTo(StringRef output, bool tests, std::vector<std::string> *memory) {
  CompileOptions compileOptions;
  if (!makeOptions(compileOptions))
    return false;
  compileOptions.tests = tests;
  Compilation compilation(sources, engine, compileOptions);
  if (!compilation.parse(getSource()))
    return false;
  bool hasUnit = llvm::any_of(compilation.getFile().items, [&](const ast::Item *item) {
    return item->kind == (tests ? ast::Item::Test : ast::Item::Command);
  });
  if (!hasUnit) {
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

int Driver::build(StringRef output, bool tests) {
  std::vector<std::string> memory;
  if (!buildTo(output, tests, &memory))
    return 1;
  if (!options.quiet)
    for (const std::string &line : memory)
      llvm::errs() << llvm::sys::path::filename(output) << ": memory of " << line << "\n";
  return 0;
}

/// Paths and texts of the imported files, for a program of this text.
std::string Driver::getImportedText(StringRef text) {
  std::string result;
  if (!text.contains("import"))
    return result;
  SourceManager ownSources;
  DiagnosticEngine quiet; // errors are reported when the program is built
  std::string reason;
  if (const SourceFile *own = ownSources.addFile(options.inputs[0], reason)) {
    std::unique_ptr<ast::File> file = nnc::parse(*own, quiet);
    Imports imports(ownSources, quiet, getSearchPath(options.folders));
    imports.load(*file);
    for (const std::unique_ptr<ast::File> &imported : imports.getFiles())
      result += "\n" + imported->source->getPath().str() + "\n" + imported->source->getText().str();
  }
  return result;
}

std::string Driver::getCachePath(bool tests) {
  llvm::SmallString<128> directory;
  if (const char *base = std::getenv("XDG_CACHE_HOME"); base && *base)
    directory = base;
  else if (const char *home = std::getenv("HOME"); home && *home)
    llvm::sys::path::append(directory, home, ".cache");
  else
    llvm::sys::path::system_temp_directory(true, directory);
  llvm::sys::path::append(directory, "nnc");
  // The same compiler, text and options give the same program.
  std::string key = NNC_VERSION + options.cpu + options.real +
                    std::to_string(options.optimisationLevel) + (options.lineTables ? "g" : "") +
                    (options.fuse ? "" : "u") + (tests ? "t" : "") + options.inputs[0];
  for (auto &[name, value] : options.defines)
    key += "\n" + name + "=" + value;
  for (const std::string &file :
       {options.inputs[0],
        llvm::sys::fs::getMainExecutable(argv0, reinterpret_cast<void *>(&driver::run)),
        codegen::getLibraryDirectory(argv0) + "/libnnrt.a"}) {
    llvm::sys::fs::file_status status;
    if (llvm::sys::fs::status(file, status))
      continue;
    if (file == options.inputs[0]) {
      if (auto buffer = llvm::MemoryBuffer::getFile(file))
        key += (*buffer)->getBuffer().str() + getImportedText((*buffer)->getBuffer());
    } else {
      key += std::to_string(status.getSize()) + "/" +
             std::to_string(status.getLastModificationTime().time_since_epoch().count());
    }
  }
  llvm::SmallString<128> path = directory;
  llvm::sys::path::append(path, llvm::sys::path::stem(options.inputs[0]) + "-" +
                                    llvm::utohexstr(llvm::xxh3_64bits(key), true));
  return path.str().str();
}

int Driver::runProgram(bool tests) {
  std::string executable = getCachePath(tests);
  if (!llvm::sys::fs::can_execute(executable)) {
    StringRef directory = llvm::sys::path::parent_path(executable);
    if (std::error_code code = llvm::sys::fs::create_directories(directory)) {
      engine.report(diag::CannotWriteFile, Span(), directory, code.message());
      return 1;
    }
    if (!buildTo(executable, tests, nullptr))
      return 1;
  }
  std::string name = llvm::sys::path::stem(options.inputs[0]).str();
  std::vector<char *> arguments = {name.data()};
  for (std::string &argument : options.programArguments)
    arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  llvm::errs().flush();
  llvm::outs().flush();
  execv(executable.c_str(), arguments.data());
  engine.report(diag::CannotRun, Span(), executable, llvm::StringRef(std::strerror(errno)));
  return 1;
}

int Driver::check() {
  CompileOptions compileOptions;
  if (!makeOptions(compileOptions))
    return 1;
  DiagnosticEngine collecting;
  DiagnosticEngine &used = options.verifyDiagnostics ? collecting : engine;
  std::optional<elaborate::Listing> listing;
  if (options.values)
    compileOptions.observer = &listing.emplace(options.inputs.front());
  elaborate::Coverage coverage;
  compileOptions.coverage = &coverage;
  // Commands, then tests: each in a compilation of its own, as they would be built. In the end what
  // they may not have reached.
  for (bool tests : {false, true}) {
    compileOptions.tests = tests;
    Compilation compilation(sources, used, compileOptions);
    bool good = compilation.parse(getSource());
    if (good) {
      bool hasTests = llvm::any_of(compilation.getFile().items, [&](const ast::Item *item) {
        return item->kind == ast::Item::Test;
      });
      good = compilation.elaborate() && compilation.lowerTo(Phase::Loops);
      bool isLast = tests || !hasTests || !good;
      if (isLast) {
        std::vector<std::string> unchecked = compilation.checkItems();
        if (options.unchecked)
          for (const std::string &line : unchecked)
            llvm::outs() << line << "\n";
        break;
      }
    }
    if (!good)
      break;
  }
  if (listing)
    listing->print(llvm::outs());
  if (!options.verifyDiagnostics)
    return engine.hasErrors() ? 1 : 0;
  return !source                                                                    ? 1
         : verifyDiagnostics(*source, collecting.getCollected(), llvm::errs()) == 0 ? 0
                                                                                    : 1;
}

bool Driver::writeOutput(llvm::function_ref<void(llvm::raw_pwrite_stream &)> print) {
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

int Driver::emit() {
  CompileOptions compileOptions;
  if (!makeOptions(compileOptions))
    return 1;
  compileOptions.unit = options.unit;
  {
    // A file of tests alone shows its tests.
    DiagnosticEngine quiet;
    Compilation probe(sources, quiet, compileOptions);
    if (probe.parse(getSource())) {
      auto hasKind = [&](ast::Item::Kind kind) {
        return llvm::any_of(probe.getFile().items,
                            [&](const ast::Item *item) { return item->kind == kind; });
      };
      compileOptions.tests = !hasKind(ast::Item::Command) && hasKind(ast::Item::Test);
    }
  }
  Compilation compilation(sources, engine, compileOptions);
  if (!compilation.parse(getSource()))
    return 1;
  if (options.stage == Phase::Ast)
    return writeOutput([&](llvm::raw_pwrite_stream &os) { dumpAst(compilation.getFile(), os); })
               ? 0
               : 1;
  if (!compilation.elaborate())
    return 1;
  if (options.stage > Phase::Nn && !compilation.lowerTo(std::min(options.stage, Phase::Loops)))
    return 1;
  if (options.cost && options.stage <= Phase::Opt)
    nnc::ir::annotateCosts(compilation.getModule());
  if (options.stage <= Phase::Loops)
    return writeOutput([&](llvm::raw_pwrite_stream &os) {
      mlir::OpPrintingFlags flags;
      flags.printNameLocAsPrefix();
      if (options.lineTables)
        flags.enableDebugInfo(true, false);
      compilation.getModule().print(os, flags);
    })
               ? 0
               : 1;
  if (!compilation.translate())
    return 1;
  llvm::Error error = llvm::Error::success();
  bool written = writeOutput([&](llvm::raw_pwrite_stream &os) {
    codegen::LlvmProgram &program = compilation.getProgram();
    if (options.stage == Phase::Llvm)
      program.printIr(os);
    else
      error = options.stage == Phase::Asm ? program.emitAssembly(os) : program.emitObject(os);
  });
  if (error) {
    engine.report(diag::InternalError, Span(), llvm::toString(std::move(error)));
    return 1;
  }
  return written ? 0 : 1;
}

int Driver::graph() {
  CompileOptions compileOptions;
  if (!makeOptions(compileOptions))
    return 1;
  compileOptions.unit = options.unit;
  compileOptions.gradient = options.view == "backward";
  Compilation compilation(sources, engine, compileOptions);
  if (!compilation.parse(getSource()))
    return 1;
  if (!compilation.elaborate())
    return 1;
  if (options.view == "backward" && !compilation.lowerTo(Phase::Grad))
    return 1;
  mlir::Operation *unit = nullptr;
  for (mlir::Operation &op : *compilation.getModule().getBody())
    if (!unit)
      unit = &op;
  if (!unit) {
    engine.report(diag::NothingToBuild, Span(), options.inputs[0], "command");
    return 1;
  }
  std::string dot;
  {
    llvm::raw_string_ostream os(dot);
    printGraph(unit, os);
  }
  if (options.format == "dot")
    return writeOutput([&](llvm::raw_pwrite_stream &os) { os << dot; }) ? 0 : 1;

  // Layout is Graphviz's business.
  llvm::ErrorOr<std::string> program = llvm::sys::findProgramByName("dot");
  if (!program) {
    engine.report(diag::NoGraphviz, Span());
    return 1;
  }
  llvm::SmallString<128> input, output;
  if (llvm::sys::fs::createTemporaryFile("nnc", "dot", input) ||
      llvm::sys::fs::createTemporaryFile("nnc", "svg", output)) {
    engine.report(diag::CannotWriteFile, Span(), "a temporary file", "no space or no permission");
    return 1;
  }
  llvm::FileRemover removeInput(input), removeOutput(output);
  std::error_code code;
  {
    llvm::raw_fd_ostream os(input, code);
    os << dot;
  }
  std::string message;
  int status = llvm::sys::ExecuteAndWait(*program, {"dot", "-Tsvg", "-o", output, input},
                                         std::nullopt, {}, 0, 0, &message);
  auto svg = llvm::MemoryBuffer::getFile(output);
  if (status != 0 || !svg) {
    engine.report(diag::CannotRun, Span(), *program, message);
    return 1;
  }
  return writeOutput([&](llvm::raw_pwrite_stream &os) { os << (*svg)->getBuffer(); }) ? 0 : 1;
}

int Driver::explain() {
  const DiagnosticInfo *info = findDiagnostic(options.inputs[0]);
  if (!info) {
    llvm::errs() << "nnc: there is no code '" << options.inputs[0] << "'; codes look like E2003\n";
    return 2;
  }
  // What a message is about differs from case to case.
  std::string message = info->message.str();
  for (size_t at; (at = message.find('{')) != std::string::npos;)
    message.replace(at, message.find('}', at) + 1 - at, "…");
  llvm::outs() << info->code << ": " << message << "\n\n" << info->explanation << "\n";
  return 0;
}

int Driver::run() {
  if (options.command == "build") {
    std::string output =
        options.output.empty() ? llvm::sys::path::stem(options.inputs[0]).str() : options.output;
    bool same = false;
    if (!llvm::sys::fs::equivalent(output, options.inputs[0], same) && same) {
      llvm::errs() << "nnc: -o names the source file itself; choose another name\n";
      return 2;
    }
    return build(output, false);
  }
  if (options.command == "run" || options.command == "test")
    return runProgram(options.command == "test");
  if (options.command == "check")
    return check();
  if (options.command == "emit")
    return emit();
  if (options.command == "graph")
    return graph();
  return explain();
}

int driver::run(int argc, const char *const *argv) {
  llvm::ArrayRef<const char *> arguments(argv + 1, argc - 1);
  if (!arguments.empty() &&
      (StringRef(arguments[0]) == "--version" || StringRef(arguments[0]) == "version")) {
    llvm::outs() << "nnc " << NNC_VERSION << " (LLVM " << LLVM_VERSION_STRING << ")\n";
    return 0;
  }
  if (!arguments.empty() &&
      (StringRef(arguments[0]) == "--help" || StringRef(arguments[0]) == "-h" ||
       StringRef(arguments[0]) == "help")) {
    bool knows = arguments.size() > 1 && isCommand(arguments[1]);
    printHelp(knows ? arguments[1] : "", llvm::outs());
    return 0;
  }
  llvm::Expected<Options> options = parseOptions(arguments);
  if (!options) {
    llvm::errs() << "nnc: " << llvm::toString(options.takeError()) << "; see nnc --help\n";
    return 2;
  }
  if (options->help) {
    printHelp(options->command, llvm::outs());
    return 0;
  }
  return Driver(std::move(*options), argv[0]).run();
}
