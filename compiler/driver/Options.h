//===- Options.h - nnc's command line ----------------------------------------------===//
//
// The options that the commands of nnc have; which command has which is said with the command
// (Command.h).
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DRIVER_OPTIONS_H
#define NNC_DRIVER_OPTIONS_H

#include "compiler/driver/Compilation.h"
#include "llvm/Support/Error.h"

namespace nnc::driver {
struct Command;

/// What the user asked for.
struct Options {
  const Command *command = nullptr;
  std::vector<std::string> inputs;           // the file, or the code of `explain`
  std::vector<std::string> programArguments; // run, test: what follows the file
  std::string output;
  Phase stage = Phase::Nn;
  std::string unit;
  std::string view = "forward";
  std::string format = "dot";
  std::string cpu = "native";
  std::string real = "f32";
  unsigned optimisationLevel = 2;
  bool fuse = true, share = true;
  bool lineTables = false, strip = false, verifyDiagnostics = false, help = false, quiet = false,
       exact = false, cost = false, values = false, unchecked = false;
  DiagnosticEngine::Colour colour = DiagnosticEngine::Colour::Auto;
  std::map<std::string, std::string> defines;
  std::vector<std::string> folders; // -I
};

/// Parses the arguments after argv[0]; the error's text says what is wrong with them.
llvm::Expected<Options> parseOptions(llvm::ArrayRef<const char *> arguments);
/// `nnc --help`, or with a command (not null) `nnc COMMAND --help`.
void printHelp(const Command *command, llvm::raw_ostream &os);

} // namespace nnc::driver

#endif // NNC_DRIVER_OPTIONS_H
