//===- Activation.h - a function, layer or command that is being elaborated -----------===//
//
// The one way to enter something that is called: the constructor sets all that belongs to what is
// entered, and the destructor restores all of it. What each of them may change is one set:
// Position (Emitter.h) and Control.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_ACTIVATION_H
#define NNC_ELABORATE_ACTIVATION_H

#include "compiler/elaborate/Emitter.h"
#include "llvm/ADT/StringSet.h"

namespace nnc::elaborate {

class Activation;
class Interpreter;
struct Recurrence;

/// An unrolled loop in which a condition that is known at run time only decides about `break` or
/// `continue`: whether the loop, and its current turn, have been left.
struct UnrolledLoop {
  std::shared_ptr<const Variable> broken, skipped;
};

/// A call of what may hold params: a method, a composition, a function that is given a layer.
struct NetworkCall {
  Values holders;
  const NetworkCall *around; // the call in whose body it is
};

/// What the names and the exits of a statement refer to.
struct Control {
  Activation *activation = nullptr;
  Scope *scope = nullptr;
  Module *currentModule = nullptr;
  bool training = false;
  /// Whether evaluation mode was asked for, by evaluation(E).
  bool choseEvaluation = false;
  /// The innermost call of what may hold params.
  const NetworkCall *network = nullptr;
  /// The innermost loop of the current function, and runtimeDepth directly inside it.
  enum class Loop { None, Unrolled, Runtime } loop = Loop::None;
  unsigned loopRuntimeDepth = 0;
  UnrolledLoop *unrolled = nullptr; // the innermost one
  /// Set when a static break or continue ends the current unrolled turn.
  enum class Jump { None, Break, Continue } jump = Jump::None;
  /// Exits (of functions, unrolled loops, turns) that may have been taken at run time and whose end
  /// has not been reached yet, in the order in which they were found.
  std::vector<std::shared_ptr<const Variable>> raised;
  /// In a loop over batches, also in what is called there: how many rows a batch has.
  std::optional<ir::Dim> batchRows;
  /// The scan whose body is being elaborated, in the current function.
  Recurrence *recurrence = nullptr;
  /// While a mapping of a data set is evaluated: the raw tensors of its columns.
  const std::map<const ast::Expr *, mlir::Value> *mappingValues = nullptr;
};

/// A return that happens or not when the program runs.
struct RuntimeReturn {
  mlir::Operation *at; // where its value is stored
  Value value;
  Span span;
};

class Activation {
public:
  /// Enters a function or layer that is called; its own names stand in `scope`.
  Activation(Interpreter &interpreter, std::string what, Span callSite, Module &module,
             Scope &scope);
  /// Enters a command, or a function by itself, with nothing around it.
  Activation(Interpreter &interpreter, std::string what, Module &module, Scope &scope);
  ~Activation();
  Activation(const Activation &) = delete;

  /// Its body ends here: what follows in it happens, whatever exit was taken.
  void closeExits();
  /// Whether calls are nested so deeply that they cannot end.
  bool isTooDeep() const { return frame.depth > 200; }

  Frame frame;
  /// Names that grad() in its body is asked for.
  llvm::StringSet<> differentiated;
  unsigned runtimeDepth; // when it was entered

  /// Whether it asked for the mode, and was in evaluation mode without being told to.
  bool dependsOnMode = false;

  bool returned = false; // at compile time
  Value result;
  std::vector<RuntimeReturn> returns;
  std::shared_ptr<const Variable> left; // whether one of them has happened

private:
  void enter(std::string what, Module &module, Scope &scope);

  Interpreter &interpreter;
  Position position; // around it
  Control control;
};

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_ACTIVATION_H
