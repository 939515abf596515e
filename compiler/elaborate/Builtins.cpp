//===- Builtins.cpp - arguments of built-in functions -------------------------------===//

#include "compiler/elaborate/Builtins.h"

using namespace nnc;
using namespace nnc::elaborate;
using llvm::StringRef;

bool elaborate::happensAtRunTime(StringRef name) {
  for (llvm::ArrayRef<Builtin> builtins :
       {getTrainingBuiltins(), getProgramBuiltins(), getDataBuiltins()})
    for (const Builtin &builtin : builtins)
      if (builtin.name == name)
        return builtin.happensAtRunTime;
  return false;
}

bool elaborate::matchArguments(Emitter &e, StringRef parameters, BuiltinCall &call) {
  auto refuse = [&](auto &&...arguments) {
    e.error(arguments...);
    return false;
  };
  llvm::SmallVector<StringRef> names;
  parameters.split(names, ' ', -1, false);
  call.matched.assign(names.size(), Value());
  call.given.assign(names.size(), false);
  size_t position = 0;
  for (const Argument &argument : call.arguments) {
    size_t at;
    if (argument.name.empty()) {
      if (position < names.size() && names[position].ends_with("*")) {
        // Takes all positional arguments that are left, as a tuple.
        Values rest = call.given[position] ? call.matched[position].getElements() : Values();
        rest.push_back(argument.value);
        call.matched[position] = Value::tuple(std::move(rest));
        call.given[position] = true;
        continue;
      }
      at = position++;
    } else {
      at = llvm::find_if(names, [&](StringRef name) { return name.rtrim("?*") == argument.name; }) -
           names.begin();
      if (at == names.size())
        return refuse(diag::UnknownArgument, argument.span, call.name, argument.name);
      if (call.given[at])
        return refuse(diag::ArgumentTwice, argument.span, argument.name, call.name);
    }
    if (at >= names.size())
      return refuse(diag::TooManyArguments, argument.span, call.name, names.size(),
                    call.arguments.size());
    call.matched[at] = argument.value;
    call.given[at] = true;
  }
  for (auto [name, given] : llvm::zip(names, call.given))
    if (!given && !name.ends_with("?") && !name.ends_with("*"))
      return refuse(diag::MissingArgument, call.span, call.name, name);
  return true;
}
