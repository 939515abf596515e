//===- Options.cpp - nnc's command line, from two tables ------------------------------===//

#include "compiler/driver/Options.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace nnc;
using namespace nnc::driver;
using llvm::StringRef;

namespace {
struct CommandInfo {
  StringRef name, arguments, help;
};
const CommandInfo commands[] = {
    {"build", "FILE.nn", "compile to a standalone executable"},
    {"run", "FILE.nn [ARGUMENTS]", "build into a cache, then run with the arguments"},
    {"test", "FILE.nn [FILTER]", "build and run the test blocks"},
    {"check", "FILE.nn", "report all errors and warnings"},
    {"emit", "FILE.nn", "show the program at a stage of compilation"},
    {"graph", "FILE.nn", "draw a function, loss, layer or command, or its gradient"},
    {"explain", "CODE", "explain an error code, with an example"},
};

using Set = llvm::Error (*)(Options &, StringRef);
struct OptionInfo {
  StringRef name;     // -o, --stage
  StringRef value;    // what follows, "" for a switch
  StringRef commands; // those that have it, separated by blanks
  StringRef help;     // none: not shown
  Set set;
};

llvm::Error wrong(const llvm::Twine &text) { return llvm::createStringError(text); }

template <typename Member>
llvm::Error choose(Member &member, StringRef option, StringRef value,
                   llvm::ArrayRef<StringRef> allowed) {
  if (!llvm::is_contained(allowed, value))
    return wrong(option + " takes " + llvm::join(allowed, ", ") + "; not '" + value + "'");
  member = value.str();
  return llvm::Error::success();
}

#define SWITCH(MEMBER)                                                                             \
  [](Options &o, StringRef) -> llvm::Error {                                                       \
    o.MEMBER = true;                                                                               \
    return llvm::Error::success();                                                                 \
  }
#define TEXT(MEMBER)                                                                               \
  [](Options &o, StringRef v) -> llvm::Error {                                                     \
    o.MEMBER = v.str();                                                                            \
    return llvm::Error::success();                                                                 \
  }

llvm::Error setStage(Options &options, StringRef value) {
  std::vector<std::string> names;
  for (const PhaseInfo &info : getPhases()) {
    if (info.name == value) {
      options.stage = info.phase;
      return llvm::Error::success();
    }
    names.push_back(info.name.str());
  }
  return wrong("--stage takes " + llvm::join(names, ", ") + "; not '" + value + "'");
}

llvm::Error setDefine(Options &options, StringRef value) {
  auto [name, text] = value.split('=');
  if (name.empty() || !value.contains('='))
    return wrong("-D takes NAME=VALUE; not '" + value + "'");
  options.defines[name.str()] = text.str();
  return llvm::Error::success();
}

llvm::Error setColour(Options &options, StringRef value) {
  std::string text;
  if (llvm::Error error = choose(text, "--color", value, {"auto", "always", "never"}))
    return error;
  options.colour = text == "auto"     ? DiagnosticEngine::Colour::Auto
                   : text == "always" ? DiagnosticEngine::Colour::Always
                                      : DiagnosticEngine::Colour::Never;
  return llvm::Error::success();
}

llvm::Error setLevel(Options &options, StringRef value) {
  if (value.size() != 1 || value[0] < '0' || value[0] > '3')
    return wrong("-O takes 0, 1, 2 or 3; not '" + value + "'");
  options.optimisationLevel = value[0] - '0';
  return llvm::Error::success();
}

const OptionInfo optionTable[] = {
    {"-o", "FILE", "build emit graph",
     "where to write; default: the program's name (build), standard output", TEXT(output)},
    {"-D", "NAME=VALUE", "build run test check emit graph", "give a const another value",
     setDefine},
    {"-I", "FOLDER", "build run test check emit graph",
     "look for imported files there, too (as in the folders of NNC_PATH)",
     [](Options &o, StringRef v) -> llvm::Error {
       o.folders.push_back(v.str());
       return llvm::Error::success();
     }},
    {"--real", "TYPE", "build run test check emit graph",
     "what f32 stands for in the whole program: f32 (default) or f64",
     [](Options &o, StringRef v) { return choose(o.real, "--real", v, {"f32", "f64"}); }},
    {"-O", "LEVEL", "build run test emit", "optimise: 0, 1, 2 (default) or 3", setLevel},
    {"-g", "", "build run test emit", "line tables: a debugger shows the lines of the .nn file",
     SWITCH(lineTables)},
    {"--cpu", "CPU", "build run test emit",
     "native (default: this machine's), x86-64, x86-64-v2, x86-64-v3 or x86-64-v4",
     [](Options &o, StringRef v) {
       return choose(o.cpu, "--cpu", v,
                     {"native", "x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"});
     }},
    {"--no-fuse", "", "build run test emit", "", // for tests of fusion
     [](Options &o, StringRef) -> llvm::Error {
       o.fuse = false;
       return llvm::Error::success();
     }},
    {"--strip", "", "build", "leave out symbols", SWITCH(strip)},
    {"--quiet", "", "build", "do not say how much memory the commands need", SWITCH(quiet)},
    {"--stage", "STAGE", "emit", "which stage; see below", setStage},
    {"--cost", "", "emit", "stages nn to opt: with the work and memory traffic of each operation",
     SWITCH(cost)},
    {"--of", "NAME", "emit graph", "only this function, loss, layer or command", TEXT(unit)},
    {"--view", "VIEW", "graph", "forward (default) or backward: with the gradient",
     [](Options &o, StringRef v) { return choose(o.view, "--view", v, {"forward", "backward"}); }},
    {"--format", "FORMAT", "graph", "dot (default) or svg",
     [](Options &o, StringRef v) { return choose(o.format, "--format", v, {"dot", "svg"}); }},
    {"--verify-diagnostics", "", "check", "compare with the file's expected-error comments",
     SWITCH(verifyDiagnostics)},
    {"--values", "", "check",
     "list what the names and calls of the file stand for, and how its loops happen",
     SWITCH(values)},
    {"--unchecked", "", "check",
     "list what could not be checked for all sizes in functions and layers, and why",
     SWITCH(unchecked)},
    {"--color", "WHEN", "build run test check emit graph",
     "auto (default: on terminals), always or never", setColour},
    {"--help", "", "build run test check emit graph explain", "show this help", SWITCH(help)},
};

bool has(const OptionInfo &option, StringRef command) {
  llvm::SmallVector<StringRef> names;
  option.commands.split(names, ' ');
  return llvm::is_contained(names, command);
}
} // namespace

bool driver::isCommand(StringRef name) {
  return llvm::any_of(commands, [&](const CommandInfo &info) { return info.name == name; });
}

llvm::Expected<Options> driver::parseOptions(llvm::ArrayRef<const char *> arguments) {
  Options options;
  if (arguments.empty())
    return wrong("a command is missing");
  options.command = arguments[0];
  if (!isCommand(options.command))
    return wrong("'" + options.command + "' is not a command");
  bool passesOn = options.command == "run" || options.command == "test";
  for (size_t i = 1; i < arguments.size(); ++i) {
    StringRef argument = arguments[i];
    if (passesOn && !options.inputs.empty()) {
      options.programArguments.push_back(argument.str());
      continue;
    }
    if (!argument.starts_with("-") || argument == "-") {
      options.inputs.push_back(argument.str());
      continue;
    }
    bool isLong = argument.starts_with("--");
    StringRef name = isLong ? argument.split('=').first : argument.take_front(2);
    if (argument == "-h")
      name = argument = "--help";
    auto *found = llvm::find_if(optionTable, [&](const OptionInfo &option) {
      return option.name == name && has(option, options.command);
    });
    if (found == std::end(optionTable))
      return wrong("'" + options.command + "' has no option '" + argument + "'");
    StringRef value;
    if (!found->value.empty()) {
      if (isLong && argument.contains('='))
        value = argument.split('=').second;
      else if (!isLong && argument.size() > 2)
        value = argument.drop_front(2);
      else if (i + 1 < arguments.size())
        value = arguments[++i];
      else
        return wrong("'" + name + "' needs a value: " + name + " " + found->value);
    } else if (argument != name) {
      return wrong("'" + name + "' takes no value");
    }
    if (llvm::Error error = found->set(options, value))
      return std::move(error);
  }
  if (options.inputs.size() != 1 && !options.help)
    return wrong(options.inputs.empty()
                     ? options.command + " needs a file: nnc " + options.command + " FILE.nn"
                     : "more than one file: '" + options.inputs[1] + "'");
  return options;
}

void driver::printHelp(StringRef command, llvm::raw_ostream &os) {
  if (command.empty()) {
    os << "nnc: a compiler for neural networks\n\nUsage: nnc COMMAND [OPTIONS] "
          "FILE.nn\n\nCommands:\n";
    for (const CommandInfo &info : commands)
      os << "  " << llvm::left_justify((info.name + " " + info.arguments).str(), 26) << info.help
         << "\n";
    os << "\n  nnc COMMAND --help        the options of a command\n  nnc --version             the "
          "version\n";
    return;
  }
  auto *info = llvm::find_if(commands, [&](const CommandInfo &c) { return c.name == command; });
  os << "nnc " << info->name << ": " << info->help << "\n\nUsage: nnc " << info->name
     << " [OPTIONS] " << info->arguments << "\n\nOptions:\n";
  for (const OptionInfo &option : optionTable)
    if (has(option, command) && !option.help.empty()) {
      StringRef join = option.value.empty() ? "" : option.name.starts_with("--") ? "=" : " ";
      os << "  " << llvm::left_justify((option.name + join + option.value).str(), 26) << option.help
         << "\n";
    }
  if (command == "emit") {
    os << "\nStages:\n";
    for (const PhaseInfo &phase : getPhases())
      os << "  " << llvm::left_justify(phase.name, 26) << phase.description << "\n";
  }
}
