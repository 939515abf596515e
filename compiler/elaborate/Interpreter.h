//===- Interpreter.h - walks the syntax tree ---------------------------------------===//
//
// Evaluates expressions and carries out statements, over values that are known or that the program
// computes. What it emits, it emits as an Emitter; what a topic needs besides stands in the topic's
// own header: Loops.h, Exits.h, Recurrence.h, Comprehensions.h, Layers.h, Types.h, Training.h,
// Data.h. Errors are reported with the call chain, and evaluation goes on with poison.
//
// Implemented in Expressions.cpp, Calls.cpp, Statements.cpp, Assignments.cpp, Indexing.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_INTERPRETER_H
#define NNC_ELABORATE_INTERPRETER_H

#include "compiler/elaborate/Activation.h"
#include "compiler/elaborate/Builtins.h"
#include <set>

namespace nnc::elaborate {

class Coverage;
class Observer;

class Interpreter : public Emitter, public Control {
public:
  Interpreter(mlir::ModuleOp module, DiagnosticEngine &engine, Modules &modules);

  //===-- Expressions.cpp --===//
  Value evaluate(const ast::Expr *expr);
  /// What stands right of |> or >> or after ~: a call of a function there lacks its first argument.
  Value evaluateStage(const ast::Expr *expr);
  Values evaluateAll(llvm::ArrayRef<ast::Expr *> exprs);
  /// The meaning of a name; null after an error.
  Binding *lookup(const ast::Identifier &name);
  Value readBinding(Binding &binding);
  Value getMember(Value base, const ast::Identifier &name, Span span);

  /// What text shows of values: of an object what its method `value` gives.
  Values showValues(llvm::ArrayRef<Value> values, Span span);

  //===-- Calls.cpp --===//
  std::vector<Argument> evaluateArguments(const ast::Call *call);
  Value call(Value callee, std::vector<Argument> arguments, Span span,
             const ast::Call *syntax = nullptr);
  Value callMethod(std::shared_ptr<Instance> self, llvm::StringRef method,
                   std::vector<Argument> arguments, Span span);
  /// Binds arguments to parameters in `scope` (names, order, defaults, types). False after an
  /// error.
  bool bindParameters(llvm::ArrayRef<ast::Parameter> parameters, std::vector<Argument> arguments,
                      Scope &into, llvm::StringRef what, Span declaration, Span callSpan);

  //===-- Statements.cpp --===//
  /// The statements in a scope of their own.
  void execute(const ast::Block &block);
  void executeStatements(llvm::ArrayRef<ast::Statement *> statements);
  void bind(const ast::Pattern *pattern, Value value, bool isVar, const ast::Type *type, Span span);
  void define(const ast::Identifier &name, Binding binding);
  void warnUnused(Scope &local);

  //===-- Assignments.cpp --===//
  /// Gives the vars that `blocks` assign a place, before control flow that is known at run time
  /// only.
  void promoteVars(llvm::ArrayRef<const ast::Block *> blocks);

  /// Told of what is evaluated; none is null.
  Observer *observer = nullptr;
  /// Where the functions that are called are noted; none is null.
  Coverage *coverage = nullptr;
  /// Where the mistakes in compositions that are made are noted; where it is null, they are not
  /// looked for.
  std::vector<Diagnostic> *compositionMistakes = nullptr;

private:
  Value evaluateKind(const ast::Expr *expr);
  Value evaluateName(const ast::Expr *expr, llvm::StringRef name);
  Value evaluateUnary(const ast::Unary *expr);
  Value evaluateBinary(const ast::Binary *expr);
  Value evaluateCompose(const ast::Expr *expr);
  Value evaluateIf(const ast::If *expr);
  Value evaluateList(const ast::List *expr);
  Value evaluateString(const ast::StringLiteral *expr);
  Value evaluateCall(const ast::Call *expr);
  Value showValue(const Value &value, Span span);
  std::shared_ptr<Callable> findMethod(llvm::StringRef name);
  Value index(Value base, const ast::Index *expr);
  std::optional<Value> indexSequence(const Value &base, const ast::Index *expr);
  Value indexWeights(const Value &base, const ast::IndexItem &item);
  Value indexTensor(const Value &base, const ast::Index *expr);
  Value callFunction(Module &module, const ast::Function &function, std::shared_ptr<Instance> self,
                     std::vector<Argument> arguments, Span span);
  Value callBuiltin(const Builtin &builtin, BuiltinCall call);
  Value callComposition(const Callable &composition, std::vector<Argument> arguments, Span span);
  void execute(const ast::Statement *statement);
  void executeBind(const ast::BindStatement *statement);
  void executeAssert(const ast::AssertStatement *statement);
  void bindName(const ast::Identifier &name, Value value, bool isVar, const ast::Type *type,
                Span span);
  void executeAssign(const ast::AssignStatement *statement);
  void assignTo(const ast::Expr *target, Value value, Span span);
  void assignWeights(const Binding &binding, llvm::StringRef name, const Value &value, Span span);
  void assignStatic(Binding &binding, llvm::StringRef name, Value value, Span span);
  mlir::Value keepType(const Value &value, mlir::Type wanted, bool mayReshape, llvm::StringRef name,
                       Span span);

  std::set<std::pair<const SourceFile *, uint32_t>> warned;
};

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_INTERPRETER_H
