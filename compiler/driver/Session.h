//===- Session.h - one run of nnc ----------------------------------------------------------===//
//
// What the commands of nnc share: the options, the diagnostics, the program's text, compilation to
// an executable and output that is never half-written.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DRIVER_SESSION_H
#define NNC_DRIVER_SESSION_H

#include "compiler/driver/Options.h"

namespace nnc::driver {

class Session {
public:
  Session(Options options, const char *argv0)
      : options(std::move(options)), argv0(argv0), engine(llvm::errs(), this->options.colour) {}

  /// The program's text; null, reported, where it cannot be read.
  const SourceFile *getSource();
  /// The options of a compilation. False, reported, where they fit no machine.
  bool makeOptions(CompileOptions &result);
  /// Compiles to an executable; says nothing where all is well. `memory`: what each command needs.
  bool buildTo(llvm::StringRef output, bool tests, std::vector<std::string> *memory);
  /// Builds into the cache what is not there yet, and becomes the program. Returns after an error.
  int runProgram(bool tests);
  /// Whether a file may be put at `path`: false, reported, where a source that was read is there, a
  /// folder, or, unless what is written goes through it, a device or pipe. Ask when all is parsed.
  bool acceptsOutput(llvm::StringRef path, bool goesThrough);
  /// Calls `print` on the output file or standard output. False after an error.
  bool writeOutput(llvm::function_ref<void(llvm::raw_pwrite_stream &)> print);

  const Options options;
  const char *const argv0;
  SourceManager sources;
  DiagnosticEngine engine;

private:
  const SourceFile *source = nullptr;
  bool isRead = false; // or could not be
};

/// Whether the program has a test block, or a command.
bool hasUnit(const Compilation &compilation, bool tests);

} // namespace nnc::driver

#endif // NNC_DRIVER_SESSION_H
