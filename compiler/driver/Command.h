//===- Command.h - a command of nnc --------------------------------------------------------===//
//
// Each file of driver/commands defines one command, which its name there makes known: the build
// collects them.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DRIVER_COMMAND_H
#define NNC_DRIVER_COMMAND_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace nnc::driver {
class Session;

/// `nnc NAME [OPTIONS] ARGUMENTS`
struct Command {
  int rank; // where it stands in the help
  llvm::StringRef name, arguments, help;
  llvm::StringRef options;      // which of the options of Options.cpp it has, separated by blanks;
                                // --help each one has
  int (*run)(Session &session); // the exit status
  /// What follows the file belongs to the program.
  bool passesArguments = false;
  /// Prints more help.
  void (*printMore)(llvm::raw_ostream &os) = nullptr;
};

/// Defines the command of driver/commands/NAME.cpp.
#define NNC_COMMAND(NAME)                                                                          \
  namespace nnc::driver {                                                                          \
  extern const Command NAME##Command;                                                              \
  }                                                                                                \
  const Command nnc::driver::NAME##Command

/// All commands, in the order of the help.
llvm::ArrayRef<const Command *> getCommands();
/// Null where there is none of the name.
const Command *findCommand(llvm::StringRef name);

} // namespace nnc::driver

#endif // NNC_DRIVER_COMMAND_H
