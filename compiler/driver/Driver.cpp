//===- Driver.cpp - nnc ----------------------------------------------------------------------===//

#include "compiler/driver/Driver.h"
#include "compiler/driver/Command.h"
#include "compiler/driver/Session.h"

using namespace nnc;
using namespace nnc::driver;
using llvm::StringRef;

#ifndef NNC_VERSION
#error "NNC_VERSION must be defined by the build"
#endif

// Commands.inc has COMMAND(name) for each file of driver/commands.
namespace nnc::driver {
#define COMMAND(NAME) extern const Command NAME##Command;
#include "compiler/driver/Commands.inc"
#undef COMMAND
} // namespace nnc::driver

llvm::ArrayRef<const Command *> driver::getCommands() {
  static const std::vector<const Command *> commands = [] {
    std::vector<const Command *> found = {
#define COMMAND(NAME) &NAME##Command,
#include "compiler/driver/Commands.inc"
#undef COMMAND
    };
    llvm::sort(found, [](const Command *a, const Command *b) { return a->rank < b->rank; });
    return found;
  }();
  return commands;
}

const Command *driver::findCommand(StringRef name) {
  for (const Command *command : getCommands())
    if (command->name == name)
      return command;
  return nullptr;
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
    printHelp(arguments.size() > 1 ? findCommand(arguments[1]) : nullptr, llvm::outs());
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
  const Command *command = options->command;
  Session session(std::move(*options), argv[0]);
  return command->run(session);
}
