//===- nn_main.cpp - the main program -------------------------------------===//
//
// Checks that program, runtime and CPU fit, then runs the command that the command line names, or
// the tests of a test program.
//
//===----------------------------------------------------------------------===//
#include "runtime/program/program.h"

#include <cerrno>
#include <cinttypes>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

using namespace nnrt;

/// Ends the output in order: the last row of progress, then what is buffered.
static int finish(int status) {
  if (keepProgress)
    keepProgress(true);
  flushOutput();
  return settings.lostOutput ? 1 : status;
}

/// A test program takes the built-in flags and one filter.
static int testMain(const nn_program &program, int argc, char **argv) {
  static const nn_flag filter = {"filter", "", NN_FLAG_STR, 0, {}, ""};
  static const nn_command withFilter = {"", "", nullptr, 1, &filter};
  static const nn_command without = {"", "", nullptr, 0, nullptr};
  // The one argument is optional: whether it is there shows after the flags' values are left out.
  nn_value value = {};
  value.str = "";
  bool hasFilter = false;
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (!argument.starts_with("-"))
      hasFilter = true;
    else if (argument.find('=') == std::string_view::npos && takesValue(argument))
      ++i;
  }
  if (!parseArguments(hasFilter ? withFilter : without, argc - 1, argv + 1, &value))
    return testHelp(program), 0;
  return finish(runTests(program, value.str));
}

static bool isHelp(const char *argument) {
  std::string_view text = argument;
  return text == "--help" || text == "-h" || text == "help";
}

/// Where one of the standard descriptors is closed, the next file that is opened would be taken for
/// it, and a message would go into a checkpoint.
static void openStandardDescriptors() {
  for (int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) < 0)
      std::exit(1); // and no place to say why
}

extern "C" int nn_main(int argc, char **argv, const nn_program *program) {
  openStandardDescriptors();
  std::signal(SIGPIPE, SIG_IGN); // a reader that goes away must not cost the work: see output
  settings.usageName = program->name;
  if (program->abi_version != NNRT_ABI_VERSION)
    fail("",
         "'%s' was compiled for version %" PRId64
         " of the runtime but is linked with version %d; build it again",
         program->name, program->abi_version, NNRT_ABI_VERSION);
  requireCpuLevel(program->name, program->cpu_level);
  if (program->test_count > 0)
    return testMain(*program, argc, argv);
  if (program->command_count == 0)
    fail("", "'%s' has no commands; add `command main() { ... }` to %s", program->name,
         program->source);

  bool alone = program->command_count == 1;
  const nn_command *command = &program->commands[0];
  int first = 1;
  if (!alone) {
    if (argc < 2) {
      Text names;
      for (int64_t i = 0; i < program->command_count; ++i)
        names.append(i ? ", " : "").append(program->commands[i].name);
      failUsage("a command is missing; give one of: %s", names.c_str());
    }
    if (isHelp(argv[1]))
      return programHelp(*program), 0;
    if (argv[1][0] == '-')
      failUsage("the command must come first: %s COMMAND %s", program->name, argv[1]);
    command = findCommand(*program, argv[1]);
    first = 2;
  } else if (argc > 1 && std::strcmp(argv[1], command->name) == 0) {
    first = 2;
  }

  Text usageName;
  usageName.append(program->name);
  if (!alone)
    usageName.append(' ').append(command->name);
  settings.usageName = usageName.c_str();
  Array<nn_value> values;
  values.resize(command->flag_count);
  if (!parseArguments(*command, argc - first, argv + first, values.data()))
    return commandHelp(*program, *command, alone), 0;
  command->run(values.data());
  return finish(0);
}
