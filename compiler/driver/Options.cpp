//===- Options.cpp - nnc's command line, from the table of options and the commands' -----===//

#include "compiler/driver/Options.h"
#include "compiler/driver/Command.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"

using namespace nnc;
using namespace nnc::driver;
using llvm::StringRef;

namespace {
using Set = llvm::Error (*)(Options &, StringRef);
struct OptionInfo {
  StringRef name;  // -o, --stage
  StringRef value; // what follows, "" for a switch
  StringRef help;  // none: not shown
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
    {"-o", "FILE", "where to write; default: the program's name (build), standard output",
     TEXT(output)},
    {"-D", "NAME=VALUE", "give a const another value", setDefine},
    {"-I", "FOLDER", "look for imported files there, too (as in the folders of NNC_PATH)",
     [](Options &o, StringRef v) -> llvm::Error {
       o.folders.push_back(v.str());
       return llvm::Error::success();
     }},
    {"--real", "TYPE", "what f32 stands for in the whole program: f32 (default) or f64",
     [](Options &o, StringRef v) { return choose(o.real, "--real", v, {"f32", "f64"}); }},
    {"-O", "LEVEL", "optimise: 0, 1, 2 (default) or 3", setLevel},
    {"-g", "", "line tables: a debugger shows the lines of the .nn file", SWITCH(lineTables)},
    {"--cpu", "CPU", "native (default: this machine's), x86-64, x86-64-v2, x86-64-v3 or x86-64-v4",
     [](Options &o, StringRef v) {
       return choose(o.cpu, "--cpu", v,
                     {"native", "x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"});
     }},
    {"--no-fuse", "", "", // for tests of fusion
     [](Options &o, StringRef) -> llvm::Error {
       o.fuse = false;
       return llvm::Error::success();
     }},
    {"--no-share", "", "", // for tests of sharing
     [](Options &o, StringRef) -> llvm::Error {
       o.share = false;
       return llvm::Error::success();
     }},
    {"--exact", "", "compute formulas as they are written, though they overflow or cancel",
     SWITCH(exact)},
    {"--strip", "", "leave out symbols", SWITCH(strip)},
    {"--quiet", "", "do not say how much memory the commands need", SWITCH(quiet)},
    {"--stage", "STAGE", "which stage; see below", setStage},
    {"--cost", "", "stages nn to opt: with the work and memory traffic of each operation",
     SWITCH(cost)},
    {"--of", "NAME", "only this function, loss, layer or command", TEXT(unit)},
    {"--view", "VIEW", "forward (default) or backward: with the gradient",
     [](Options &o, StringRef v) { return choose(o.view, "--view", v, {"forward", "backward"}); }},
    {"--format", "FORMAT", "dot (default) or svg",
     [](Options &o, StringRef v) { return choose(o.format, "--format", v, {"dot", "svg"}); }},
    {"--verify-diagnostics", "", "compare with the file's expected-error comments",
     SWITCH(verifyDiagnostics)},
    {"--values", "",
     "list what the names and calls of the file stand for, and how its loops happen",
     SWITCH(values)},
    {"--unchecked", "",
     "list what could not be checked for all sizes in functions and layers, and why",
     SWITCH(unchecked)},
    {"--color", "WHEN", "auto (default: on terminals), always or never", setColour},
    {"--help", "", "show this help", SWITCH(help)},
};

/// A folder stands for the only program in it.
llvm::Error enterFolder(std::string &input) {
  namespace fs = llvm::sys::fs;
  if (!fs::is_directory(input))
    return llvm::Error::success();
  std::vector<std::string> programs;
  std::error_code code;
  for (fs::directory_iterator entry(input, code), end; !code && entry != end; entry.increment(code))
    if (llvm::sys::path::extension(entry->path()) == ".nn" && !fs::is_directory(entry->path()))
      programs.push_back(llvm::sys::path::filename(entry->path()).str());
  if (code)
    return wrong("cannot read the folder '" + input + "': " + code.message());
  llvm::sort(programs);
  if (programs.size() != 1)
    return wrong("'" + input + "' is a folder " +
                 (programs.empty() ? "without a .nn file"
                                   : "with several .nn files: " + llvm::join(programs, ", ") +
                                         "; name one of them"));
  llvm::SmallString<128> path(input == "." ? "" : input);
  llvm::sys::path::append(path, programs[0]);
  input = path.str().str();
  return llvm::Error::success();
}

bool has(const Command &command, const OptionInfo &option) {
  llvm::SmallVector<StringRef> names;
  command.options.split(names, ' ');
  return option.name == "--help" || llvm::is_contained(names, option.name);
}
} // namespace

llvm::Expected<Options> driver::parseOptions(llvm::ArrayRef<const char *> arguments) {
  Options options;
  if (arguments.empty())
    return wrong("a command is missing");
  options.command = findCommand(arguments[0]);
  if (!options.command)
    return wrong(llvm::Twine("'") + arguments[0] + "' is not a command");
  const Command &command = *options.command;
  for (size_t i = 1; i < arguments.size(); ++i) {
    StringRef argument = arguments[i];
    if (command.passesArguments && !options.inputs.empty()) {
      if (argument == "--" && arguments[i - 1] == options.inputs[0])
        continue; // as other tools have it; what follows is the program's either way
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
      return option.name == name && has(command, option);
    });
    if (found == std::end(optionTable))
      return wrong("'" + command.name + "' has no option '" + argument + "'");
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
                     ? (command.name + " needs a file: nnc " + command.name + " FILE.nn").str()
                     : "more than one file: '" + options.inputs[1] + "'");
  if (!options.help && command.arguments.starts_with("FILE.nn"))
    if (llvm::Error error = enterFolder(options.inputs[0]))
      return std::move(error);
  return options;
}

void driver::printHelp(const Command *command, llvm::raw_ostream &os) {
  if (!command) {
    os << "nnc: a compiler for neural networks\n\nUsage: nnc COMMAND [OPTIONS] "
          "FILE.nn\n\nCommands:\n";
    for (const Command *known : getCommands())
      os << "  " << llvm::left_justify((known->name + " " + known->arguments).str(), 26)
         << known->help << "\n";
    os << "\n  nnc COMMAND --help        the options of a command\n  nnc --version             the "
          "version\n";
    return;
  }
  os << "nnc " << command->name << ": " << command->help << "\n\nUsage: nnc " << command->name
     << " [OPTIONS] " << command->arguments << "\n\nOptions:\n";
  for (const OptionInfo &option : optionTable)
    if (has(*command, option) && !option.help.empty()) {
      StringRef join = option.value.empty() ? "" : option.name.starts_with("--") ? "=" : " ";
      os << "  " << llvm::left_justify((option.name + join + option.value).str(), 26) << option.help
         << "\n";
    }
  if (command->printMore)
    command->printMore(os);
}
