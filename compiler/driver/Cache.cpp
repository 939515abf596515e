//===- Cache.cpp - executables that nnc run and nnc test keep ------------------------------===//
//
// The same compiler, text and options give the same program, so its executable is kept under a hash
// of all three.
//
//===----------------------------------------------------------------------===//

#include "compiler/driver/Session.h"
#include "compiler/syntax/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"
#include <unistd.h>

using namespace nnc;
using namespace nnc::driver;
using llvm::StringRef;

/// Paths and texts of the imported files, for a program of this text.
static std::string getImportedText(const Options &options, StringRef text) {
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

/// Where `nnc run` keeps the executable of this compiler, text and options.
static std::string getCachePath(const Options &options, const char *argv0, bool tests) {
  llvm::SmallString<128> directory;
  if (const char *base = std::getenv("XDG_CACHE_HOME"); base && *base)
    directory = base;
  else if (const char *home = std::getenv("HOME"); home && *home)
    llvm::sys::path::append(directory, home, ".cache");
  else
    llvm::sys::path::system_temp_directory(true, directory);
  llvm::sys::path::append(directory, "nnc");
  std::string key = NNC_VERSION + options.cpu + options.real +
                    std::to_string(options.optimisationLevel) + (options.lineTables ? "g" : "") +
                    (options.fuse ? "" : "u") + (tests ? "t" : "") + options.inputs[0];
  for (auto &[name, value] : options.defines)
    key += "\n" + name + "=" + value;
  for (const std::string &file :
       {options.inputs[0],
        llvm::sys::fs::getMainExecutable(argv0, reinterpret_cast<void *>(&getCachePath)),
        codegen::getLibraryDirectory(argv0) + "/libnnrt.a"}) {
    llvm::sys::fs::file_status status;
    if (llvm::sys::fs::status(file, status))
      continue;
    if (file == options.inputs[0]) {
      if (auto buffer = llvm::MemoryBuffer::getFile(file))
        key += (*buffer)->getBuffer().str() + getImportedText(options, (*buffer)->getBuffer());
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

int Session::runProgram(bool tests) {
  std::string executable = getCachePath(options, argv0, tests);
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
  for (const std::string &argument : options.programArguments)
    arguments.push_back(const_cast<char *>(argument.c_str())); // execv changes none
  arguments.push_back(nullptr);
  llvm::errs().flush();
  llvm::outs().flush();
  execv(executable.c_str(), arguments.data());
  engine.report(diag::CannotRun, Span(), executable, llvm::StringRef(std::strerror(errno)));
  return 1;
}
