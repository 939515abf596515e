//===- Elaborator.h - from the syntax tree to the nn dialect ---------------------===//
//
// Elaboration resolves names, evaluates what is known at compile time, makes layers, inlines
// functions, finds and checks every shape, and emits the nn dialect. It is an interpreter of the
// syntax tree whose run-time values are SSA values. Every error goes to the DiagnosticEngine, with
// the call chain; evaluation goes on with poisoned values, so that one run reports all independent
// errors.
//
// This class knows the files of a program and fills its units. Its parts: Unit (what is remembered
// of the operation being filled), Emitter (values become operations), Interpreter (walks the tree),
// Activation (enters a function), Phase (when a loop happens), Observer (is told).
//
// Implemented in Elaborator.cpp (the language's own names), Modules.cpp (items, imports),
// Program.cpp (commands, tests), Functions.cpp (a function by itself), ItemChecks.cpp (each item,
// for all sizes), Names.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_ELABORATOR_H
#define NNC_ELABORATE_ELABORATOR_H

#include "compiler/elaborate/Interpreter.h"
#include "compiler/syntax/Imports.h"

namespace nnc::elaborate {

class Elaborator {
public:
  /// With `isDouble`, `f32` in the source stands for f64.
  Elaborator(mlir::ModuleOp module, DiagnosticEngine &engine, const ImportMap &imports,
             bool isDouble);

  /// Who is told of what is found from now on.
  void setObserver(Observer *observer) { interpreter.observer = observer; }
  void addLibrary(const ast::File &file);
  /// A file that later ones import; before it those that it imports itself.
  void addModule(const ast::File &file);
  void addProgram(const ast::File &file, const std::map<std::string, std::string> &defines);
  /// Emits every command, or with `tests` every test block.
  void emitCommands(bool tests);
  /// Where it is noted what the commands and tests call, for checkItems. With it, compositions are
  /// checked where they are written.
  void setCoverage(Coverage *coverage) {
    interpreter.coverage = coverage;
    interpreter.compositionMistakes = coverage ? &compositionMistakes : nullptr;
  }
  /// Checks the program's functions, layers, losses and optimizers by themselves, for all sizes.
  /// Lists what could not be checked.
  std::vector<std::string> checkItems();
  /// Emits function, loss or layer `name` by itself as an nn.func, on unknown sizes.
  bool emitFunction(llvm::StringRef name, bool withGradient);

private:
  void addItems(const ast::File &file, Module &into);
  void addImport(const ast::ImportItem &item, Module &into);
  void addConst(const ast::ConstItem &item, Module &into);
  /// Reports names in functions and layers that mean nothing.
  void checkNames(const ast::File &file, Module &module);
  void emitCommand(const ast::Identifier &name, llvm::StringRef doc,
                   llvm::ArrayRef<ast::Parameter> parameters, const ast::Block &body, bool isTest);

  Modules modules;
  Interpreter interpreter;
  std::vector<Diagnostic> compositionMistakes; // not reported yet
  const ImportMap &imports;
  std::map<std::string, std::string> defines; // of the program, not used yet
};

/// Runs what emits operations where nothing is being filled; they are thrown away.
Value runOutside(Interpreter &e, Span span, llvm::function_ref<Value()> run);
/// Evaluates what must be known at compile time, where nothing is being filled.
Value evaluateOutside(Interpreter &e, const ast::Expr *expr, llvm::StringRef what);
/// Ends the unit that is being filled.
void finishUnit(Interpreter &e);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_ELABORATOR_H
