//===- flags.cpp - reading the command line -------------------------------===//
//
// `--name value` or `--name=value`; `--name` and `--no-name` for truth values; `-` and `_` in names
// are the same. Required arguments may also come by position; after `--` all are positions.
//
//===----------------------------------------------------------------------===//
#include "runtime/program/program.h"
#include "runtime/threads/threads.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cmath>
#include <fcntl.h>
#include <unistd.h>

namespace nnrt {

const BuiltinFlag builtinFlags[] = {
    {"seed", "INT", "Seed of all random numbers (default: 0)"},
    {"threads", "INT", "Threads to compute with (default: the CPUs that the program may use)"},
    {"device", "NAME", "Device to compute on: cpu (default: cpu)"},
    {"log", "FILE", "Write the rows of progress and tables to FILE, which ends in .csv or .jsonl"},
    {"quiet", nullptr, "Show no progress"},
    {"allow-nan", nullptr, "Go on where a loss is not a finite number, and save such weights, too"},
    {"help", nullptr, "Show this text"},
};
const int64_t builtinFlagCount = std::size(builtinFlags);

//===-- Names ---------------------------------------------------------------===//

static bool sameName(std::string_view given, std::string_view name) {
  return given.size() == name.size() &&
         std::equal(given.begin(), given.end(), name.begin(),
                    [](char a, char b) { return (a == '-' ? '_' : a) == (b == '-' ? '_' : b); });
}

/// Levenshtein's distance of two names of at most 63 bytes.
static int64_t distance(std::string_view a, std::string_view b) {
  int64_t row[64];
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = int64_t(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    int64_t diagonal = row[0];
    row[0] = int64_t(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      int64_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

const char *nearestName(std::string_view wanted, int64_t count,
                        const char *(*nameAt)(const void *, int64_t), const void *context) {
  const char *best = nullptr;
  int64_t bestDistance =
      (wanted.size() <= 3 ? 1 : std::max<int64_t>(2, int64_t(wanted.size()) / 3)) + 1;
  for (int64_t i = 0; i < count; ++i) {
    std::string_view name = nameAt(context, i);
    if (std::max(name.size(), wanted.size()) > 63)
      continue;
    int64_t d = distance(wanted, name);
    if (wanted.size() >= 3 && name.starts_with(wanted))
      d = 1; // an abbreviation
    if (d < bestDistance) {
      best = name.data();
      bestDistance = d;
    }
  }
  return best;
}

const nn_command *findCommand(const nn_program &program, const char *name) {
  for (int64_t i = 0; i < program.command_count; ++i)
    if (sameName(name, program.commands[i].name))
      return &program.commands[i];
  const char *near = nearestName(
      name, program.command_count,
      [](const void *p, int64_t i) { return static_cast<const nn_program *>(p)->commands[i].name; },
      &program);
  if (near)
    failUsage("there is no command '%s'; did you mean '%s'?", name, near);
  failUsage("there is no command '%s'", name);
}

bool takesValue(std::string_view argument) {
  for (const BuiltinFlag &flag : builtinFlags)
    if (sameName(argument, Text().append("--").append(flag.name).view()))
      return flag.metavariable != nullptr;
  return true;
}

//===-- Values --------------------------------------------------------------===//

const char *metavariableOf(int64_t type) {
  switch (static_cast<nn_flag_type>(type)) {
  case NN_FLAG_INT:
  case NN_FLAG_I32:
    return "INT";
  case NN_FLAG_FLOAT:
  case NN_FLAG_F32:
    return "FLOAT";
  case NN_FLAG_PATH:
    return "PATH";
  case NN_FLAG_STR:
    return "TEXT";
  case NN_FLAG_BOOL:
    break;
  }
  return "BOOL";
}

static int64_t parseInteger(const char *flag, const char *text, int64_t low, int64_t high) {
  char *end;
  errno = 0;
  int64_t value = std::strtoll(text, &end, 10);
  if (end == text || *end != '\0' || *text == ' ')
    failUsage("--%s needs a whole number, not '%s'", flag, text);
  if (errno == ERANGE || value < low || value > high)
    failUsage("--%s must be from %" PRId64 " to %" PRId64 "; %s is out of range", flag, low, high,
              text);
  return value;
}

static double parseReal(const char *flag, const char *text, bool single) {
  char *end;
  double value = std::strtod(text, &end);
  if (end == text || *end != '\0' || *text == ' ' || std::isnan(value) || std::strpbrk(text, "xX"))
    failUsage("--%s needs a number, not '%s'", flag, text);
  bool spelled = std::strpbrk(text, "iI") != nullptr; // "inf" is a value, 1e999 is a mistake
  if (!spelled && (std::isinf(value) || (single && std::isinf(float(value)))))
    failUsage("--%s: %s is out of range for %s", flag, text, single ? "f32" : "float");
  return value;
}

static int64_t parseBool(const char *flag, std::string_view text) {
  if (text == "true" || text == "1" || text == "yes")
    return 1;
  if (text == "false" || text == "0" || text == "no")
    return 0;
  failUsage("--%s needs true or false, not '%.*s'", flag, int(text.size()), text.data());
}

static nn_value parseValue(const nn_flag &flag, const char *text) {
  nn_value value = {};
  switch (static_cast<nn_flag_type>(flag.type)) {
  case NN_FLAG_INT:
    value.i64 = parseInteger(flag.name, text, INT64_MIN, INT64_MAX);
    break;
  case NN_FLAG_I32:
    value.i64 = parseInteger(flag.name, text, INT32_MIN, INT32_MAX);
    break;
  case NN_FLAG_FLOAT:
    value.f64 = parseReal(flag.name, text, false);
    break;
  case NN_FLAG_F32:
    parseReal(flag.name, text, true); // checks
    value.f32 = std::strtof(text, nullptr);
    break;
  case NN_FLAG_BOOL:
    value.i64 = parseBool(flag.name, text);
    break;
  case NN_FLAG_PATH:
    if (*text == '\0')
      failUsage("--%s needs a path, not an empty text", flag.name);
    [[fallthrough]];
  case NN_FLAG_STR:
    value.str = text;
    break;
  }
  return value;
}

static void openLog(const char *path) {
  std::string_view name = path;
  settings.logPath = path;
  settings.logIsCsv = name.ends_with(".csv");
  if (!settings.logIsCsv && !name.ends_with(".jsonl"))
    failUsage("--log needs a file that ends in .csv or .jsonl, not '%s'", path);
  settings.logFile = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (settings.logFile < 0)
    fail("", "cannot write the log '%s': %s; give --log another file", path, std::strerror(errno));
}

static void applyBuiltin(std::string_view name, const char *value) {
  if (name == "seed")
    settings.seed = uint64_t(parseInteger("seed", value, INT64_MIN, INT64_MAX));
  else if (name == "threads")
    settings.threads = parseInteger("threads", value, 1, maxThreads);
  else if (name == "device" && std::strcmp(value, "cpu") != 0)
    failUsage("--device: there is no device '%s'; this program computes on 'cpu'", value);
  else if (name == "log")
    settings.logPath = value; // opened when all arguments are known to be right
  else if (name == "quiet")
    settings.quiet = true;
  else if (name == "allow-nan")
    settings.allowNan = true;
}

//===-- Arguments -------------------------------------------------------------===//

namespace {
class Arguments {
public:
  Arguments(const nn_command &command, int argc, char **argv, nn_value *values)
      : command(command), argc(argc), argv(argv), values(values) {
    given.resize(command.flag_count);
    std::fill(given.begin(), given.end(), false);
  }
  bool parse();

private:
  void flag(const char *argument);
  void ownFlag(int64_t index, const char *value);
  void position(const char *argument);
  void set(int64_t index, nn_value value);
  const char *following(const char *flag, const char *metavariable);
  [[noreturn]] void unknown(std::string_view name);

  const nn_command &command;
  int argc;
  char **argv;
  nn_value *values;
  int next = 0;
  bool help = false;
  Array<bool> given;
};
} // namespace

void Arguments::set(int64_t index, nn_value value) {
  if (given[index])
    failUsage("--%s is given twice", command.flags[index].name);
  given[index] = true;
  values[index] = value;
}

/// The value of a flag that stands in the next argument.
const char *Arguments::following(const char *flag, const char *metavariable) {
  if (next == argc || std::string_view(argv[next]).starts_with("--"))
    failUsage("--%s lacks its value; give --%s %s", flag, flag, metavariable);
  return argv[next++];
}

void Arguments::unknown(std::string_view name) {
  if (name.starts_with("no-")) {
    std::string_view rest = dropFirst(name, 3);
    for (int64_t i = 0; i < command.flag_count; ++i)
      if (sameName(rest, command.flags[i].name))
        failUsage("--no-%s is not possible, as --%s is not a truth value", command.flags[i].name,
                  command.flags[i].name);
  }
  auto nameAt = [](const void *c, int64_t i) {
    auto &own = *static_cast<const nn_command *>(c);
    return i < own.flag_count ? own.flags[i].name : builtinFlags[i - own.flag_count].name;
  };
  const char *near = nearestName(name, command.flag_count + builtinFlagCount, nameAt, &command);
  if (near)
    failUsage("there is no flag --%.*s; did you mean --%s?", int(name.size()), name.data(), near);
  failUsage("there is no flag --%.*s", int(name.size()), name.data());
}

void Arguments::ownFlag(int64_t index, const char *value) {
  const nn_flag &own = command.flags[index];
  if (own.type != NN_FLAG_BOOL)
    return set(index,
               parseValue(own, value ? value : following(own.name, metavariableOf(own.type))));
  nn_value truth = {};
  truth.i64 = value ? parseBool(own.name, value) : 1;
  set(index, truth);
}

void Arguments::flag(const char *argument) {
  std::string_view name = argument + 2;
  const char *value = nullptr;
  if (size_t equals = name.find('='); equals != std::string_view::npos) {
    value = argument + 2 + equals + 1;
    name = name.substr(0, equals);
  }
  for (int64_t i = 0; i < command.flag_count; ++i) {
    const nn_flag &own = command.flags[i];
    if (sameName(name, own.name))
      return ownFlag(i, value);
    if (own.type == NN_FLAG_BOOL && name.starts_with("no-") &&
        sameName(dropFirst(name, 3), own.name)) {
      if (value)
        failUsage("--no-%s takes no value", own.name);
      return set(i, nn_value{0});
    }
  }
  for (int64_t i = 0; i < builtinFlagCount; ++i) {
    const BuiltinFlag &builtin = builtinFlags[i];
    if (!sameName(name, builtin.name))
      continue;
    if (!builtin.metavariable && value)
      failUsage("--%s takes no value", builtin.name);
    if (builtin.metavariable && !value)
      value = following(builtin.name, builtin.metavariable);
    help |= name == "help";
    return applyBuiltin(builtin.name, value);
  }
  unknown(name);
}

void Arguments::position(const char *argument) {
  for (int64_t i = 0; i < command.flag_count; ++i)
    if (!command.flags[i].has_default && !given[i])
      return set(i, parseValue(command.flags[i], argument));
  failUsage("the argument '%s' is one too many; flags begin with --", argument);
}

bool Arguments::parse() {
  // --help wins over mistakes beside it.
  for (int i = 0; i < argc && std::strcmp(argv[i], "--") != 0; ++i)
    if (std::strcmp(argv[i], "--help") == 0 || std::strcmp(argv[i], "-h") == 0)
      return false;
  bool flags = true;
  while (next < argc) {
    const char *argument = argv[next++];
    bool negative =
        argument[0] == '-' && ((argument[1] >= '0' && argument[1] <= '9') || argument[1] == '.');
    if (flags && std::strcmp(argument, "--") == 0)
      flags = false;
    else if (flags && argument[0] == '-' && argument[1] == '-')
      flag(argument);
    else if (flags && argument[0] == '-' && argument[1] != '\0' && !negative)
      failUsage("there is no flag %s; flags begin with --", argument);
    else
      position(argument);
  }
  for (int64_t i = 0; i < command.flag_count; ++i) {
    const nn_flag &own = command.flags[i];
    if (given[i])
      continue;
    if (!own.has_default)
      failUsage("the argument --%s %s is missing", own.name, metavariableOf(own.type));
    values[i] = own.default_value;
  }
  if (settings.logPath)
    openLog(settings.logPath);
  return true;
}

bool parseArguments(const nn_command &command, int argc, char **argv, nn_value *values) {
  return Arguments(command, argc, argv, values).parse();
}

} // namespace nnrt
