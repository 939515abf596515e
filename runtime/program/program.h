//===- program.h - the parts of nn_main -----------------------------------===//
#ifndef NNRT_PROGRAM_PROGRAM_H
#define NNRT_PROGRAM_PROGRAM_H

#include "runtime/support/support.h"

namespace nnrt {

/// A flag that every command has.
struct BuiltinFlag {
  const char *name;
  const char *metavariable; // of its value, or null: it has none
  const char *doc;
};
extern const BuiltinFlag builtinFlags[];
extern const int64_t builtinFlagCount;

/// Whether an argument that begins with `-` is a built-in flag whose value follows.
bool takesValue(std::string_view argument);

/// Reads the arguments of a command: its own flags into `values`, the built-in ones into
/// `settings`. Returns false when --help was asked for. Usage errors end the program.
bool parseArguments(const nn_command &command, int argc, char **argv, nn_value *values);

/// The command named `name`; or a usage error that suggests a similar name.
const nn_command *findCommand(const nn_program &program, const char *name);

/// The name among `count` that is most similar to `wanted`, or null when none is similar.
/// nameAt(context, i) is the i-th.
const char *nearestName(std::string_view wanted, int64_t count,
                        const char *(*nameAt)(const void *, int64_t), const void *context);

/// Prints the help of the program: its commands. With exactly one command use commandHelp.
void programHelp(const nn_program &program);
/// Prints the help of a command: its arguments with types, defaults and documentation. `alone`: the
/// program has no other command.
void commandHelp(const nn_program &program, const nn_command &command, bool alone);
/// Prints the help of a test program.
void testHelp(const nn_program &program);

/// What stands for a flag's value in the help: "INT".
const char *metavariableOf(int64_t flagType);

/// Ends the program with a message if this CPU lacks instructions of the x86-64 level `level`.
void requireCpuLevel(const char *program, int64_t level);

/// Runs the tests whose names contain `filter`, each in a process of its own. Returns the exit
/// status.
int runTests(const nn_program &program, const char *filter);

} // namespace nnrt

#endif // NNRT_PROGRAM_PROGRAM_H
