//===- help.cpp - the text of --help --------------------------------------===//
//
// Made from the program's tables: two aligned columns, wrapped to the terminal.
//
//===----------------------------------------------------------------------===//
#include "runtime/program/program.h"

#include <algorithm>
#include <sys/ioctl.h>
#include <unistd.h>

namespace nnrt {

/// The left column is at most so wide; a longer entry has its text on the next line.
static constexpr int64_t widestEntry = 28;

static int64_t terminalWidth() {
  winsize window = {};
  int64_t width = 0;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0)
    width = window.ws_col;
  else if (const char *columns = std::getenv("COLUMNS"))
    width = std::atoi(columns);
  return width <= 0 ? 80 : std::clamp<int64_t>(width, 40, 100);
}

/// Appends `text` word by word from `column` on; further lines begin at `indent`. Line breaks in
/// the text stay.
static void appendWrapped(Text &out, std::string_view text, int64_t column, int64_t indent,
                          int64_t width) {
  bool lineStart = true;
  while (!text.empty()) {
    if (text.front() == '\n') {
      out.append('\n').repeat(" ", indent);
      column = indent;
      lineStart = true;
      text.remove_prefix(1);
      continue;
    }
    if (text.front() == ' ') {
      text.remove_prefix(1);
      continue;
    }
    std::string_view word = text.substr(0, text.find_first_of(" \n"));
    int64_t length = characterCount(word);
    if (!lineStart && column + 1 + length > width) {
      out.append('\n').repeat(" ", indent);
      column = indent;
    } else if (!lineStart) {
      out.append(' ');
      ++column;
    }
    out.append(word);
    column += length;
    lineStart = false;
    text.remove_prefix(word.size());
  }
  out.append('\n');
}

namespace {
/// Two columns: what to write, and what it means.
class Table {
public:
  explicit Table(Text &out) : out(out) {}
  /// The widths of all entries must be known before the first is printed.
  void measure(std::string_view entry) {
    int64_t width = characterCount(entry);
    if (width <= widestEntry)
      column = std::max(column, width);
  }
  void row(std::string_view entry, std::string_view meaning) {
    int64_t at = 2 + characterCount(entry), indent = 2 + column + 2;
    out.append("  ").append(entry);
    if (meaning.empty()) {
      out.append('\n');
      return;
    }
    if (at + 2 > indent) {
      out.append('\n');
      at = 0;
    }
    out.repeat(" ", indent - at);
    appendWrapped(out, meaning, indent, indent, terminalWidth());
  }

private:
  Text &out;
  int64_t column = 0;
};
} // namespace

static void show(Text &out) {
  output(out.view());
  flushOutput();
}

static std::string_view firstLine(std::string_view text) { return text.substr(0, text.find('\n')); }

static void appendParagraph(Text &out, const char *text) {
  if (!*text)
    return;
  appendWrapped(out, text, 0, 0, terminalWidth());
  out.append('\n');
}

static void appendEntry(Text &entry, const nn_flag &flag) {
  entry.append("--").append(flag.type == NN_FLAG_BOOL ? "[no-]" : "").append(flag.name);
  if (flag.type != NN_FLAG_BOOL)
    entry.append(' ').append(metavariableOf(flag.type));
}

static void appendEntry(Text &entry, const BuiltinFlag &flag) {
  entry.append("--").append(flag.name);
  if (flag.metavariable)
    entry.append(' ').append(flag.metavariable);
}

static void appendBuiltins(Text &out, Table &table) {
  out.append("Flags of every command:\n");
  for (int64_t i = 0; i < builtinFlagCount; ++i) {
    Text entry;
    appendEntry(entry, builtinFlags[i]);
    table.row(entry.view(), builtinFlags[i].doc);
  }
}

static void measureBuiltins(Table &table) {
  for (int64_t i = 0; i < builtinFlagCount; ++i) {
    Text entry;
    appendEntry(entry, builtinFlags[i]);
    table.measure(entry.view());
  }
}

void programHelp(const nn_program &program) {
  Text out;
  appendParagraph(out, program.doc);
  out.append("Usage: ").append(program.name).append(" COMMAND [arguments]\n\nCommands:\n");
  Table table(out);
  for (int64_t i = 0; i < program.command_count; ++i)
    table.measure(program.commands[i].name);
  for (int64_t i = 0; i < program.command_count; ++i)
    table.row(program.commands[i].name, firstLine(program.commands[i].doc));
  out.append("\n'")
      .append(program.name)
      .append(" COMMAND --help' shows the arguments of a command.\n");
  show(out);
}

void commandHelp(const nn_program &program, const nn_command &command, bool alone) {
  Text out;
  appendParagraph(out, *command.doc ? command.doc : alone ? program.doc : "");
  Text usage;
  usage.append("Usage: ").append(program.name);
  if (!alone)
    usage.append(' ').append(command.name);
  int64_t indent = usage.size() + 1;
  Table table(out);
  measureBuiltins(table);
  for (int64_t i = 0; i < command.flag_count; ++i) {
    Text entry;
    appendEntry(entry, command.flags[i]);
    table.measure(entry.view());
    if (!command.flags[i].has_default)
      usage.append(' ').append(entry.view());
  }
  usage.append(" [flags]");
  appendWrapped(out, usage.view(), 0, std::min<int64_t>(indent, 30), terminalWidth());
  out.append('\n');

  if (command.flag_count > 0)
    out.append("Arguments:\n");
  for (int64_t i = 0; i < command.flag_count; ++i) {
    const nn_flag &flag = command.flags[i];
    Text entry, meaning;
    appendEntry(entry, flag);
    meaning.append(flag.doc).append(*flag.doc ? " " : "");
    if (flag.has_default)
      meaning.append("(default: ").append(flag.default_text).append(")");
    else
      meaning.append("(required)");
    table.row(entry.view(), meaning.view());
  }
  out.append(command.flag_count > 0 ? "\n" : "");
  appendBuiltins(out, table);
  show(out);
}

void testHelp(const nn_program &program) {
  Text out;
  out.append("Usage: ").append(program.name).append(" [FILTER]\n\n");
  appendParagraph(out, "Runs the tests of this program, or those whose names contain FILTER, each "
                       "in a process of its "
                       "own. The exit status is 1 if one fails.");
  Table table(out);
  measureBuiltins(table);
  appendBuiltins(out, table);
  show(out);
}

} // namespace nnrt
