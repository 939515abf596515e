//===- Builtins.h - functions of the language that are written in C++ --------------===//
//
// Tables of built-in functions, by topic (Builtins*.cpp, DataSources.cpp, Einsum.cpp). Most take
// evaluated arguments and an Emitter; those that evaluate syntax or call back take the Interpreter.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_BUILTINS_H
#define NNC_ELABORATE_BUILTINS_H

#include "compiler/elaborate/Emitter.h"

namespace nnc::elaborate {

class Interpreter;

/// A call as a built-in function sees it.
struct BuiltinCall {
  llvm::StringRef name;
  Span span;
  std::vector<Argument> arguments;   // evaluated; empty for a special form
  const ast::Call *syntax = nullptr; // null where it is called through a value
  /// After matching against Builtin::parameters: one value each, poison where left out.
  Values matched = {};
  std::vector<bool> given = {};
};

/// A function of the language that is written in C++. `parameters`: names separated by blanks,
/// `name?` may be left out, `name*` takes the rest. A special form evaluates its arguments itself.
struct Builtin {
  using Emit = Value (*)(Emitter &, BuiltinCall &);
  using Interpret = Value (*)(Interpreter &, BuiltinCall &);
  Builtin(llvm::StringRef name, llvm::StringRef parameters, Emit emit,
          bool happensAtRunTime = false)
      : name(name), parameters(parameters), emit(emit), happensAtRunTime(happensAtRunTime) {}
  Builtin(llvm::StringRef name, llvm::StringRef parameters, Interpret interpret, bool isSpecialForm,
          bool happensAtRunTime = false)
      : name(name), parameters(parameters), interpret(interpret), isSpecialForm(isSpecialForm),
        happensAtRunTime(happensAtRunTime) {}

  llvm::StringRef name;
  llvm::StringRef parameters;
  Emit emit = nullptr; // one of both
  Interpret interpret = nullptr;
  bool isSpecialForm = false;
  /// Whether a loop that calls it is to run, not to be unrolled.
  bool happensAtRunTime = false;
};

/// Whether a built-in function of that name has `happensAtRunTime`.
bool happensAtRunTime(llvm::StringRef name);
/// Fills `matched` and `given` by parameters, written as those of a Builtin. False after an error.
bool matchArguments(Emitter &e, llvm::StringRef parameters, BuiltinCall &call);

/// All built-in functions but the element-wise ones, which come from their operations.
llvm::ArrayRef<Builtin> getStructureBuiltins();
llvm::ArrayRef<Builtin> getReductionBuiltins();
llvm::ArrayRef<Builtin> getShapeBuiltins();
llvm::ArrayRef<Builtin> getTrainingBuiltins();
llvm::ArrayRef<Builtin> getProgramBuiltins();
llvm::ArrayRef<Builtin> getDataBuiltins();
llvm::ArrayRef<Builtin> getWindowBuiltins();
/// Einsum.cpp.
Value einsum(Emitter &e, BuiltinCall &call);

/// An element-wise operation that the language can name.
struct ElementwiseEntry {
  llvm::StringRef languageName;
  llvm::StringRef operationName; // "nn.exp"
  unsigned arity;
};
/// Null where no operation has the name.
const ElementwiseEntry *findElementwise(llvm::StringRef languageName, unsigned arity);
bool isElementwiseName(llvm::StringRef languageName);
/// Which element type wins where scalars meet: the one with the larger rank.
unsigned rankOf(mlir::Type type);
/// Hands `add` a built-in function for each element-wise operation that has a name in the language.
void addElementwiseBuiltins(llvm::function_ref<void(llvm::StringRef, const Builtin *)> add);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_BUILTINS_H
