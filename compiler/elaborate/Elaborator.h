//===- Elaborator.h - from the syntax tree to the nn dialect ---------------------===//
//
// Elaboration resolves names, evaluates what is known at compile time, makes layers, inlines
// functions, finds and checks every shape, and emits the nn dialect. It is an interpreter of the
// syntax tree whose run-time values are SSA values. Every error goes to the DiagnosticEngine, with
// the call chain; evaluation goes on with poisoned values, so that one run reports all independent
// errors.
//
// The class is implemented by topic: Modules.cpp (items, imports), Program.cpp (commands, tests),
// Functions.cpp (a function by itself), Names.cpp, Statements.cpp, Control.cpp, Exits.cpp,
// Expressions.cpp, Elementwise.cpp, Operators.cpp, Conversions.cpp, Indexing.cpp, Recurrence.cpp,
// Calls.cpp, CustomGradients.cpp, Einsum.cpp, Layers.cpp, Types.cpp, Sizes.cpp, Training.cpp,
// DataSources.cpp, Data.cpp, Strings.cpp, Describe.cpp; built-in functions are in Builtins*.cpp,
// questions about syntax in Scan.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_ELABORATOR_H
#define NNC_ELABORATE_ELABORATOR_H

#include "compiler/elaborate/Value.h"
#include "compiler/support/Diagnostics.h"
#include "compiler/syntax/Imports.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"
#include <set>

namespace nnc::elaborate {

class Elaborator;
struct Recurrence;

/// A call as a built-in function sees it.
struct BuiltinCall {
  llvm::StringRef name;
  Span span;
  std::vector<Argument> arguments;   // evaluated; empty for a special form
  const ast::Call *syntax = nullptr; // null where it is called through a value
  /// After matching against Builtin::parameters: one value each, poison where left out.
  Values matched;
  std::vector<bool> given;
};

/// A function of the language that is written in C++. `parameters`: names separated by blanks,
/// `name?` may be left out, `name*` takes the rest. A special form evaluates its arguments itself.
struct Builtin {
  llvm::StringRef name;
  llvm::StringRef parameters;
  Value (*evaluate)(Elaborator &, BuiltinCall &);
  bool isSpecialForm = false;
  /// Whether a loop that calls it is to run, not to be unrolled.
  bool happensAtRunTime = false;
};
/// Whether a built-in function of that name has `happensAtRunTime`.
bool happensAtRunTime(llvm::StringRef name);
/// All built-in functions but the element-wise ones, which come from their operations.
llvm::ArrayRef<Builtin> getStructureBuiltins();
llvm::ArrayRef<Builtin> getReductionBuiltins();
llvm::ArrayRef<Builtin> getShapeBuiltins();
/// Einsum.cpp.
Value einsum(Elaborator &elaborator, BuiltinCall &call);
llvm::ArrayRef<Builtin> getTrainingBuiltins();
llvm::ArrayRef<Builtin> getProgramBuiltins();
llvm::ArrayRef<Builtin> getDataBuiltins();
llvm::ArrayRef<Builtin> getWindowBuiltins();

/// An element-wise operation that the language can name.
struct ElementwiseEntry {
  llvm::StringRef languageName;
  llvm::StringRef operationName; // "nn.exp"
  unsigned arity;
};
/// Null where no operation has the name.
const ElementwiseEntry *findElementwise(llvm::StringRef languageName, unsigned arity);
bool isElementwiseName(llvm::StringRef languageName);
/// Hands `add` a built-in function for each element-wise operation that has a name in the language.
void addElementwiseBuiltins(llvm::function_ref<void(llvm::StringRef, const Builtin *)> add);

/// What is made of the elements of a comprehension.
enum class Fold { List, Sum, Mean, Max, Min, All, Any };

class Elaborator {
public:
  Elaborator(mlir::ModuleOp module, DiagnosticEngine &engine);

  //===-- Program.cpp --===//
  void addLibrary(const ast::File &file);
  /// A file that later ones import; before it those that it imports itself.
  void addModule(const ast::File &file);
  void addProgram(const ast::File &file, const std::map<std::string, std::string> &defines);
  /// Emits every command, or with `tests` every test block.
  void emitCommands(bool tests);
  /// Emits function, loss or layer `name` by itself as an nn.func, on unknown sizes.
  bool emitFunction(llvm::StringRef name, bool withGradient);
  void addItems(const ast::File &file, Module &into);
  void addImport(const ast::ImportItem &item, Module &into);
  Value evaluateOutside(const ast::Expr *expr, llvm::StringRef what);
  /// Runs what emits operations where no command is being filled; they are thrown away.
  Value runOutside(Span span, llvm::function_ref<Value()> run);
  /// The arguments with which the program's layers that can be made without any make a layer first;
  /// nothing where none does, or with values that exist at run time only.
  std::optional<std::vector<Argument>> findArguments(const ast::LayerItem &item);
  void addConst(const ast::ConstItem &item, Module &into);
  /// Reports names in functions and layers that mean nothing.
  void checkNames(const ast::File &file, Module &module);
  Value parseDefine(llvm::StringRef text, const Value &like);
  void beginUnit(mlir::Operation *op);
  void endUnit();
  void emitCommand(const ast::Identifier &name, llvm::StringRef doc,
                   llvm::ArrayRef<ast::Parameter> parameters, const ast::Block &body, bool isTest);
  static bool isReached(mlir::Value argument, mlir::Value value);

  //===-- Errors --===//
  DiagnosticBuilder error(diag::Kind kind, Span span, auto &&...args) {
    DiagnosticBuilder builder = engine.report(kind, span, std::forward<decltype(args)>(args)...);
    addCallChain(builder);
    return builder;
  }
  /// Reports and returns poison.
  Value fail(diag::Kind kind, Span span, auto &&...args) {
    error(kind, span, std::forward<decltype(args)>(args)...);
    return Value();
  }
  void addCallChain(DiagnosticBuilder &builder);

  //===-- Expressions.cpp --===//
  Value evaluate(const ast::Expr *expr);
  /// What stands right of |> or >> or after ~: a call of a function there lacks its first argument.
  Value evaluateStage(const ast::Expr *expr);
  Values evaluateAll(llvm::ArrayRef<ast::Expr *> exprs);
  Binding *lookup(const ast::Identifier &name);
  std::shared_ptr<Callable> bindMethod(Instance &instance, llvm::StringRef name);
  std::shared_ptr<Callable> findMethod(llvm::StringRef name);
  Value readBinding(Binding &binding, Span span);
  Value evaluateMember(const ast::Member *expr);
  Value getMember(Value base, const ast::Identifier &name, Span span);

  //===-- Comprehensions.cpp --===//
  /// What `callee(e for p in s)` makes of the elements.
  static Fold getFold(const Value &callee);
  Value evaluateComprehension(ast::Expr *element, const ast::Generator &generator, Fold fold,
                              Span span);
  Value comprehendList(Value source, ast::Expr *element, const ast::Generator &generator, Fold fold,
                       Span span);
  Value comprehendScan(Value source, ast::Expr *element, const ast::Generator &generator, Fold fold,
                       Span span);
  Value comprehendBatches(Value source, bool counted, ast::Expr *element,
                          const ast::Generator &generator, Fold fold, Span span);
  Value combine(Fold fold, Value a, Value b, Span span);
  std::string findInnerSize(ir::NNTensorType type);

  //===-- Operators.cpp --===//
  Value elementwise(llvm::StringRef languageName, Values operands, Span span,
                    llvm::ArrayRef<Span> operandSpans = {});
  /// Emits an assertion that an integer scalar is not 0.
  void checkNotZero(mlir::Value divisor, Span span);
  Value select(Value condition, Value onTrue, Value onFalse, Span span);
  Value binary(ast::BinaryOp op, Value lhs, Value rhs, Span span, Span lhsSpan, Span rhsSpan);
  Value matmul(Value lhs, Value rhs, Span span);
  /// The value as a run-time tensor; `like` gives the element type to which a number adapts (f32
  /// and i32 otherwise).
  Value toTensor(Value value, Span span, mlir::Type like = {});
  /// As toTensor, and converted to exactly this element type.
  mlir::Value toElementType(Value value, mlir::Type elementType, Span span);
  mlir::Value convertTo(mlir::Value tensor, mlir::Type elementType);
  mlir::Value broadcastTo(mlir::Value tensor, llvm::ArrayRef<ir::Dim> shape);
  /// The common shape, or nothing after an error that names both.
  std::optional<llvm::SmallVector<ir::Dim>> unifyShapes(llvm::ArrayRef<mlir::Value> tensors,
                                                        Span span, llvm::ArrayRef<Span> spans);
  mlir::Value constant(double value, mlir::Type elementType);
  mlir::Value constantInt(int64_t value);
  /// A run-time i64 / f64 / bool scalar, or null after an error.
  mlir::Value toRuntimeInt(Value value, Span span, llvm::StringRef what);
  mlir::Value toRuntimeF64(Value value, Span span, llvm::StringRef what);
  mlir::Value toRuntimeBool(Value value, Span span, llvm::StringRef what);
  /// Computes for each tensor of weights or gradients; operands that are none are the same for all.
  Value mapWeights(llvm::ArrayRef<Value> operands, Span span,
                   llvm::function_ref<Value(Values)> compute);
  std::string describe(const Value &value);

  //===-- Indexing.cpp --===//
  Value index(Value base, const ast::Index *expr);
  /// Emits an assertion that a dimension is not negative, where that is not plain.
  void checkNotNegative(ir::Dim dim, Span span, const std::string &message);
  /// Whether a dimension is not negative, as a run-time truth value; null where it plainly is not.
  mlir::Value isNotNegative(ir::Dim dim, Span span);
  /// tensor[_, ..., lower..upper]; null after an error.
  mlir::Value slice(mlir::Value tensor, int64_t axis, const Value &lower, const Value &upper,
                    const ast::IndexItem &item);
  /// The bounds of a slice whose expression is `at`, of something of that size.
  std::pair<Value, Value> getBounds(const ast::IndexItem &item, Value at, const Value &size);
  Value selectElement(mlir::Value tensor, int64_t axis, Value at, Span span);
  std::optional<int64_t> resolveAxis(Value value, int64_t rank, Span span);

  //===-- Calls.cpp --===//
  std::vector<Argument> evaluateArguments(const ast::Call *call);
  Value evaluateCall(const ast::Call *call);
  Value call(Value callee, std::vector<Argument> arguments, Span span,
             const ast::Call *syntax = nullptr);
  Value callFunction(Module &module, const ast::Function &function, std::shared_ptr<Instance> self,
                     std::vector<Argument> arguments, Span span);
  /// CustomGradients.cpp: the result with the gradient that the function states; in its scope.
  Value attachGradient(const ast::Function &function, Value result);
  struct Frame;
  /// `definition`: the name of the function or layer, where it is declared.
  Frame makeFrame(std::string what, Span definition, Span callSite, const Module &module);
  Value callMethod(std::shared_ptr<Instance> self, llvm::StringRef method,
                   std::vector<Argument> arguments, Span span);
  Value callBuiltin(const Builtin &builtin, BuiltinCall call);
  /// Fills `matched` and `given` by the parameters of the function. False after an error.
  bool matchArguments(const Builtin &builtin, BuiltinCall &call);
  bool isFunctionValue(const Value &value);
  bool isCallable(const Value &value);
  /// Binds arguments to parameters in `scope` (names, order, defaults, types). False after an
  /// error.
  bool bindParameters(llvm::ArrayRef<ast::Parameter> parameters, std::vector<Argument> arguments,
                      Scope &into, llvm::StringRef what, Span declaration, Span callSpan);

  //===-- Layers.cpp --===//
  Value instantiate(Module &module, const ast::LayerItem &item, std::vector<Argument> arguments,
                    Span span);
  std::shared_ptr<Variable> makeVariable(llvm::StringRef path, ir::VariableKind kind,
                                         mlir::Type type, Span span, llvm::StringRef name);
  mlir::Value readVariable(Variable &variable);
  void assignVariable(Variable &variable, mlir::Value value);
  void forgetValues() { known.clear(); }
  /// Emits a param with its initial value; binds it.
  void checkMember(const ast::LayerMember *member);
  Value drawInitial(const ast::Initialiser &init, ir::NNTensorType tensor);
  void declareParam(const ast::Identifier &name, const ast::Type *type,
                    const std::optional<ast::Initialiser> &init, Span span);
  void declareState(const ast::Identifier &name, const ast::Type *type,
                    const std::optional<ast::Initialiser> &init, Span span);
  struct Reached {
    std::string path;
    std::shared_ptr<Variable> variable;
  };
  /// The params (and with `states` the state) that a value holds, each once, in order of
  /// declaration.
  std::vector<Reached> collectVariables(const Value &value, bool states);

  //===-- Types.cpp --===//
  /// Checks and adapts a value to a declared type, binding names of unknown dimensions in the
  /// current scope. `isDefault`: the value broadcasts to the type.
  Value matchType(Value value, const ast::Type &type, Span span, bool isDefault,
                  llvm::StringRef what);
  /// The tensor type that a declaration names; dimensions must be known. Null after an error.
  ir::NNTensorType resolveTensorType(const ast::Type &type, bool forParameter);
  mlir::Type getElementType(llvm::StringRef name);
  //===-- Sizes.cpp --===//
  /// The dimension that a value stands for; a run-time integer is bound to a new size symbol unless
  /// `forParameter`.
  ir::Dim toDim(Value value, Span span, bool forParameter);
  std::optional<llvm::SmallVector<ir::Dim>> toShape(Value value, Span span);
  /// Emits a check that two sizes are equal; the message has their numbers after `first` and
  /// `second`.
  void checkSizes(ir::Dim a, ir::Dim b, Span span, const std::string &first,
                  const std::string &second);
  std::string makeSizeSymbol(llvm::StringRef base);
  /// A whole number as a polynomial over size symbols and, where nothing is known, opaque ones.
  ir::Dim getSizeExpression(mlir::Value value);
  /// The same over size symbols alone: `value`, which it stands for, is bound to a new one where
  /// needed.
  ir::Dim bindSize(ir::Dim expression, mlir::Value value, Span span);
  /// What an expression has been bound to, where that holds here; empty otherwise.
  ir::Dim findBoundSize(ir::Dim expression);

  //===-- Statements.cpp, Control.cpp --===//
  void execute(const ast::Block &block);
  void execute(const ast::Statement *statement);
  void executeStatements(llvm::ArrayRef<ast::Statement *> statements);
  void executeIf(const ast::IfStatement *statement, size_t branch);
  void executeFor(const ast::ForStatement *statement);
  void executeWhile(const ast::WhileStatement *statement);
  void executeAssign(const ast::AssignStatement *statement);
  /// Emits a check that ends the program with a message.
  void emitCheck(mlir::Value holds, const std::string &message, Span span);
  /// The same with values between the pieces of text, one fewer than those.
  void emitCheck(mlir::Value holds, llvm::ArrayRef<std::string> text, llvm::ArrayRef<Value> values,
                 Span span);
  void executeAssert(const ast::AssertStatement *statement);
  void assignTo(const ast::Expr *target, Value value, Span span);
  void bind(const ast::Pattern *pattern, Value value, bool isVar, const ast::Type *type, Span span);
  void nameValue(const Value &value, llvm::StringRef name);
  void define(const ast::Identifier &name, Binding binding);
  /// Gives the vars that `blocks` assign a place, before control flow that is known at run time
  /// only.
  void promoteVars(llvm::ArrayRef<const ast::Block *> blocks);
  /// Elaborates `body` inside a new block of `region`, ended by nn.end.
  /// False where control does not reach its end.
  bool emitRegion(mlir::Region &region, mlir::TypeRange argumentTypes,
                  llvm::function_ref<void(mlir::ValueRange)> body);
  /// Carries out `run` for each element of a static range, list or tuple. `body`: the statements
  /// that it elaborates, if any.
  void forEach(Value source, Span span, const ast::Pattern *pattern, llvm::function_ref<void()> run,
               const ast::Block *body = nullptr);

  //===-- Exits.cpp --===//
  void executeJump(const ast::Statement *statement);
  void executeReturn(const ast::ReturnStatement *statement);
  /// Before control flow that is known at run time only, made of these blocks: makes the flags that
  /// tell which exits in there were taken.
  void prepareExits(llvm::ArrayRef<const ast::Block *> blocks);
  /// Whether an exit that was taken since `raised` had that size is still open, at run time.
  mlir::Value hasLeft(size_t raisedBefore);
  /// Elaborates what follows a statement in which exits may have been taken, so that it happens
  /// only where none was.
  void executeUnlessLeft(size_t raisedBefore, llvm::ArrayRef<ast::Statement *> rest);
  /// What a function whose body has been elaborated returns; closes its exits.
  Value takeResult(Frame &callee, size_t raisedBefore, Span declaration);
  struct RuntimeReturn;
  Value mergeReturns(std::vector<RuntimeReturn> returns, const std::string &what);
  Value mergeNumbers(std::vector<RuntimeReturn> returns, const std::string &what);

  /// Elaborates the body of a run-time loop, the pattern bound to what `getElement` makes of the
  /// block's arguments.
  void emitLoop(mlir::Region &region, mlir::TypeRange types, const ast::ForStatement *statement,
                llvm::function_ref<Value(mlir::ValueRange)> getElement);
  bool needsUnrolling(const ast::ForStatement *statement);
  bool assignsParam(const ast::Block &body);
  void warnUnused(Scope &local);

  //===-- Recurrence.cpp --===//
  Value evaluateScan(const ast::Scan *expr);
  void executeYield(const ast::YieldStatement *statement);

  //===-- Training.cpp --===//
  Value evaluateMinimize(const ast::Minimize *expr);
  Value step(std::shared_ptr<Instance> optimizer, const ast::Call *node);
  void applyUpdates(std::shared_ptr<Instance> optimizer, llvm::ArrayRef<Reached> variables,
                    mlir::ValueRange gradients, Span span);
  /// grad(of, target); with `isJacobian` jacobian(of, target), of the shape of both together.
  Value gradient(const ast::Expr *of, const ast::Expr *target, Span span, bool isJacobian);
  Value gradientOf(mlir::Value value, const ast::Expr *target, Span span, bool isJacobian);
  std::vector<Reached> resolveTargets(const ast::Expr *expr);
  std::shared_ptr<Variable> resolveVariable(const ast::Expr *expr);
  mlir::Value toLoss(Value value, Span span);
  void emitResets();
  mlir::Value nextStream(Span span);
  int64_t getPlace(Span span);

  //===-- Data.cpp --===//
  /// A field of the rows of which `raw` holds the raw fields, by number.
  Value mapField(const DataSource &source, const DataField &field,
                 const std::map<unsigned, mlir::Value> &raw, ir::Dim rows);
  void checkClasses(mlir::Value numbers, const DataField &field);
  void keepForMapping(DataSource &source, llvm::StringRef name, Value value);
  Value datasetMember(std::shared_ptr<Dataset> data, const ast::Identifier &name, Span span);
  Value datasetMethod(std::shared_ptr<Dataset> data, const ast::Identifier &name,
                      const ast::Call *call);
  Value datasetWindows(std::shared_ptr<Dataset> data, const BuiltinCall &call, Span span);
  /// Emits nn.batches; in its body `emit` gets what a turn yields: the fields (one is bare), with
  /// `counted` as (number, fields). Only fields that the pattern names are read.
  void emitBatches(const Batches &batches, const ast::Pattern *pattern, bool counted, Span span,
                   Span sourceSpan, llvm::function_ref<void()> emit);
  std::string listMembers(const DataSource &source);

  //===-- Strings.cpp --===//
  Value evaluateString(const ast::StringLiteral *expr);
  mlir::Value toRuntimeString(Value value, Span span);
  /// Any value as text, e.g. for print.
  mlir::Value formatValues(llvm::ArrayRef<Value> values, llvm::ArrayRef<std::string> text,
                           llvm::ArrayRef<std::string> specs, Span span);
  std::optional<mlir::Value> toPrintable(Value value, Span span);

  //===-- State shared by the topics --===//
  mlir::Location getLoc(Span span);
  mlir::OpBuilder builder;
  /// What `f32` in the source stands for, and the type of real numbers that do not say: f32, or f64
  /// where the whole program is to be computed with it.
  mlir::Type getReal() {
    return isDouble ? mlir::Type(builder.getF64Type()) : builder.getF32Type();
  }
  bool isDouble = false;
  DiagnosticEngine &engine;
  mlir::ModuleOp module;
  mlir::MLIRContext *context;
  Module library, program;
  std::map<const ast::File *, std::unique_ptr<Module>> modules; // imported
  const ImportMap *imports = nullptr;

  /// A return that happens or not when the program runs.
  struct RuntimeReturn {
    mlir::Operation *at; // where its value is stored
    Value value;
    Span span;
  };
  /// A function that is being inlined.
  struct Frame {
    std::string what;      // "relu", "Linear.forward"
    Span callSite;         // null for a command
    int64_t firstLine = 0; // of its declaration
    bool inLibrary = false;
    bool returned = false;
    Value result;
    std::vector<RuntimeReturn> returns;
    std::shared_ptr<Variable> left;   // whether one of them has happened
    llvm::StringSet<> differentiated; // names that grad() in its body is asked for
    Frame *parent = nullptr;
    unsigned depth = 0;
    unsigned runtimeDepth = 0; // when it was entered
  };
  Frame *frame = nullptr;
  Scope *scope = nullptr;
  Module *currentModule = nullptr;
  bool training = false;
  /// How many regions of control flow that is known at run time only we are in.
  unsigned runtimeDepth = 0;
  /// The innermost loop of the current function, and runtimeDepth directly inside it.
  enum class Loop { None, Unrolled, Runtime } loop = Loop::None;
  unsigned loopRuntimeDepth = 0;
  /// Set when a static break or continue ends the current unrolled turn.
  enum class Jump { None, Break, Continue } jump = Jump::None;
  /// An unrolled loop in which a condition that is known at run time only decides about `break` or
  /// `continue`: whether the loop, and its current turn, have been left.
  struct UnrolledLoop {
    std::shared_ptr<Variable> broken, skipped;
  } *unrolled = nullptr;
  /// Exits (of functions, unrolled loops, turns) that may have been taken at run time and whose end
  /// has not been reached yet, in the order in which they were found.
  std::vector<std::shared_ptr<Variable>> raised;
  /// True where control does not reach: after nn.break and nn.continue, or a return.
  bool blockEnded = false;
  /// A layer whose first arguments are asked for, and these.
  const ast::LayerItem *watched = nullptr;
  std::optional<std::vector<Argument>> watchedArguments;
  /// The scan whose body is being elaborated, in the current function.
  Recurrence *recurrence = nullptr;
  /// The statement being elaborated.
  Span currentSpan;
  /// Where the value being evaluated will live: names of layers and params.
  std::string path;
  mlir::Operation *unit = nullptr; // the nn.command or nn.func being filled
  llvm::StringSet<> symbols;       // in use in this unit
  llvm::StringMap<unsigned> sizeSymbols;
  llvm::StringMap<unsigned> sizeDepths; // runtimeDepth where a size symbol was made
  std::vector<std::shared_ptr<Variable>> variables;
  std::vector<std::shared_ptr<Instance>> optimizers;
  mlir::Operation *variableAnchor = nullptr;
  struct BoundSize {
    mlir::Block *block;
    ir::Dim dim;
  };
  std::map<std::string, BoundSize> boundSizes; // by expression
  llvm::DenseMap<mlir::Value, unsigned> opaqueSizes;
  std::map<int64_t, std::shared_ptr<Variable>> randomCounters; // by place
  // While a mapping of a data set is evaluated: the raw tensors of its columns.
  const std::map<const ast::Expr *, mlir::Value> *mappingValues = nullptr;
  const ast::File *programFile = nullptr;
  std::map<std::string, std::string> defines;

private:
  struct Known {
    mlir::Block *block;
    mlir::Value value;
  };
  std::map<std::string, Known> known; // what variables hold in a block
  std::set<std::pair<const SourceFile *, uint32_t>> warned;
};

/// False where two sizes differ whatever the program is run with.
bool canBeEqual(ir::Dim a, ir::Dim b);

/// Restores a member when the scope ends.
template <typename T> class Restore {
public:
  Restore(T &place, T value) : place(place), old(place) { place = std::move(value); }
  ~Restore() { place = std::move(old); }
  Restore(const Restore &) = delete;

private:
  T &place;
  T old;
};

/// Sizes.cpp: whether something in the polynomial has not been bound to a size symbol.
bool isOpaqueSize(ir::Dim dim);

//===-- Scan.cpp: questions about a piece of syntax --------------------------===//

/// Names that assignments in the block have as targets.
void collectAssigned(const ast::Block &block, llvm::SetVector<llvm::StringRef> &names);
/// Whether a `break` or `continue` in the block leaves a loop around it.
bool hasJump(const ast::Block &block, ast::Statement::Kind kind);
/// Whether there is a `return` in the block.
bool hasReturn(const ast::Block &block);
/// Names that calls of grad and jacobian differentiate with respect to.
void collectDifferentiated(const ast::Block &block, llvm::StringSet<> &names);
void collectDifferentiated(const ast::Expr *expr, llvm::StringSet<> &names);
/// Whether the block does something that happens only when the program runs: trains, prints,
/// asserts, calls for effect.
bool hasEffects(const ast::Block &block);
void walk(const ast::Block &block, llvm::function_ref<void(const ast::Expr *)> onExpr,
          llvm::function_ref<void(const ast::Statement *)> onStatement);
void walk(const ast::Expr *expr, llvm::function_ref<void(const ast::Expr *)> onExpr,
          llvm::function_ref<void(const ast::Statement *)> onStatement);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_ELABORATOR_H
