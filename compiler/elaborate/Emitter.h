//===- Emitter.h - values become operations ---------------------------------------===//
//
// What elaboration emits, without the syntax tree: conversions, element-wise operations and
// products, sizes, elements and slices, variables, checks, text; and errors, with the calls that
// led there. It needs a unit that is being filled. After an error a result is poison, or null.
//
// Implemented by topic: Emitter.cpp (places, errors, regions, checks), Conversions.cpp,
// Elementwise.cpp, Select.cpp, Operators.cpp, Sizes.cpp, Slices.cpp, Variables.cpp, Strings.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_EMITTER_H
#define NNC_ELABORATE_EMITTER_H

#include "compiler/elaborate/Unit.h"
#include "compiler/ir/Origin.h"
#include "compiler/support/Diagnostics.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace nnc::elaborate {

/// Restores a member when the scope ends.
template <typename T> class Restore {
public:
  Restore(T &place, T value) : place(place), old(place) { place = std::move(value); }
  /// Leaves the member as it is for now.
  explicit Restore(T &place) : place(place), old(place) {}
  ~Restore() { place = std::move(old); }
  Restore(const Restore &) = delete;

private:
  T &place;
  T old;
};

/// A function, layer or command that is being elaborated, as messages and locations see it.
struct Frame {
  std::string what;        // "relu", "Linear.forward"
  Span callSite;           // null for a command
  mlir::LocationAttr site; // the same, with the calls that led there
  /// The caller's statement around the call; null where there is none.
  const ast::Statement *statement = nullptr;
  bool inLibrary = false;
  const Frame *parent = nullptr;
  unsigned depth = 0;
};

/// Where emission stands. What is entered (functions, statements, regions) changes it, and leaving
/// restores it.
struct Position {
  const Frame *frame = nullptr;
  /// The statement being elaborated.
  Span currentSpan;
  const ast::Statement *statement = nullptr;
  /// Where the value being evaluated will live: names of layers and params.
  std::string path;
  /// How many regions of control flow that is known at run time only we are in.
  unsigned runtimeDepth = 0;
  /// True where control does not reach: after nn.break and nn.continue, or a return.
  bool blockEnded = false;
};

/// A part of an axis, as a slice names it.
struct SliceBounds {
  Value lower, upper;
  Span span, lowerSpan, upperSpan; // of all of it, and of its bounds
};

class Emitter : public Position {
public:
  Emitter(mlir::ModuleOp module, DiagnosticEngine &engine, Modules &modules);

  //===-- Places and errors --===//
  /// The place within the calls that led there; of nowhere, that of the statement.
  mlir::Location getLoc(Span span);
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

  //===-- Regions and checks --===//
  /// Emits `body` inside a new block of `region`, ended by nn.end. False where control does not
  /// reach its end.
  bool emitRegion(mlir::Region &region, mlir::TypeRange argumentTypes,
                  llvm::function_ref<void(mlir::ValueRange)> body);
  /// Emits a check that ends the program with a message.
  void emitCheck(mlir::Value holds, const std::string &message, Span span);
  /// The same with values between the pieces of text, one fewer than those.
  ir::AssertOp emitCheck(mlir::Value holds, llvm::ArrayRef<std::string> text,
                         llvm::ArrayRef<Value> values, Span span);
  /// Gives the operation that computes a value the user's name for it, for messages and drawings.
  void nameValue(const Value &value, llvm::StringRef name);

  //===-- WholeNumbers.cpp --===//
  /// Ends the program where the sum, difference or product of two whole numbers, which `result` is,
  /// has wrapped around. Nothing is emitted where it cannot.
  void checkFits(mlir::Value result, Span span);
  /// A whole number of the program in fewer bits; ends the program where it does not fit them.
  mlir::Value narrow(mlir::Value number, mlir::Type elementType, Span span);
  /// Ends the program where a whole number that divides is 0. False after an error.
  bool checkDivisor(mlir::Value divisor, Span span);
  /// Ends the program where `size` is 0: there is no `what` of nothing. False after an error.
  bool checkNotEmpty(ir::Dim size, llvm::StringRef what, Span span);
  /// Ends the program where the whole numbers up to `size` do not fit 32 bits. False after an
  /// error.
  bool checkIndexable(ir::Dim size, llvm::StringRef what, Span span);
  /// Whole numbers as places of an axis: those from -size to -1 count from its end. Others stay as
  /// they are, for whatever checks them.
  mlir::Value countFromEnd(mlir::Value places, ir::Dim size, Span span);

  //===-- Conversions.cpp --===//
  /// What `f32` in the source stands for, and the type of real numbers that do not say: f32, or f64
  /// where the whole program is to be computed with it.
  mlir::Type getReal() {
    return isDouble ? mlir::Type(builder.getF64Type()) : builder.getF32Type();
  }
  /// The element type of that name; null where none has it.
  mlir::Type getElementType(llvm::StringRef name);
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
  /// The scalar that a loss is; null after an error.
  mlir::Value toLoss(Value value, Span span);

  //===-- Elementwise.cpp, Select.cpp, Operators.cpp --===//
  Value elementwise(llvm::StringRef languageName, Values operands, Span span,
                    llvm::ArrayRef<Span> operandSpans = {});
  Value select(Value condition, Value onTrue, Value onFalse, Span span);
  Value binary(ast::BinaryOp op, Value lhs, Value rhs, Span span, Span lhsSpan, Span rhsSpan);
  Value matmul(Value lhs, Value rhs, Span span);
  /// Computes for each tensor of weights or gradients; operands that are none are the same for all.
  /// With `calculates`, what is not made of real numbers, and state that only some operands have,
  /// keeps the value of the first operand that has it.
  Value mapWeights(llvm::ArrayRef<Value> operands, Span span,
                   llvm::function_ref<Value(Values)> compute, bool calculates);
  /// The tensors of weights at these paths, null for state that they lack, as gradients do; nothing
  /// if they belong to another structure. Of each path, the symbol of the variable.
  std::optional<llvm::SmallVector<mlir::Value>> pairLeaves(const Weights &weights,
                                                           llvm::ArrayRef<std::string> paths,
                                                           llvm::ArrayRef<std::string> symbols);

  //===-- Slices.cpp --===//
  /// Emits an assertion that a dimension is not negative, where that is not plain.
  void checkNotNegative(ir::Dim dim, Span span, const std::string &message);
  /// tensor[_, ..., lower..upper]; null after an error.
  mlir::Value slice(mlir::Value tensor, int64_t axis, const SliceBounds &bounds);
  Value selectElement(mlir::Value tensor, int64_t axis, Value at, Span span);
  std::optional<int64_t> resolveAxis(Value value, int64_t rank, Span span);

  //===-- Sizes.cpp --===//
  /// The dimension that a value stands for; a run-time integer is bound to a new size symbol unless
  /// `forParameter`.
  ir::Dim toDim(Value value, Span span, bool forParameter);
  std::optional<llvm::SmallVector<ir::Dim>> toShape(Value value, Span span);
  /// Emits a check that two sizes are equal; the message has their numbers after `first` and
  /// `second`.
  void checkSizes(ir::Dim a, ir::Dim b, Span span, const std::string &first,
                  const std::string &second);
  /// A new size symbol, made at this depth of run-time control, or known at another one.
  std::string makeSizeSymbol(llvm::StringRef base) { return makeSizeSymbol(base, runtimeDepth); }
  std::string makeSizeSymbol(llvm::StringRef base, unsigned depth);
  /// False where two sizes differ whatever the program is run with, or for all values that the
  /// sizes of a checked function stand for.
  bool mayBeEqual(ir::Dim a, ir::Dim b);
  /// A size of the tensor that is known only deeper in run-time control than `depth`; empty if
  /// there is none.
  std::string findInnerSize(ir::NNTensorType type, unsigned depth);

  //===-- Variables.cpp --===//
  std::shared_ptr<const Variable> makeVariable(llvm::StringRef path, ir::VariableKind kind,
                                               mlir::Type type, Span span, llvm::StringRef name);
  /// A variable for each of the weights, with its value, that the binding stands for from now on.
  void makeWeightsVariables(Binding &binding, llvm::StringRef path, ir::VariableKind kind,
                            const Weights &weights, llvm::StringRef name);
  mlir::Value readVariable(const Variable &variable);
  void assignVariable(const Variable &variable, mlir::Value value);
  /// No variable is known to hold a value any more.
  void forgetValues() { unit.known.clear(); }
  /// A place below the current one.
  std::string getPathOf(llvm::StringRef name) const {
    return path.empty() ? name.str() : path + "." + name.str();
  }
  /// A number for a place in the program's structure, together with the calls that led there.
  int64_t getPlace(Span span);
  /// The number of draws at a place so far.
  mlir::Value nextStream(Span span);

  //===-- Strings.cpp --===//
  mlir::Value toRuntimeString(Value value, Span span);
  /// Any values as text, e.g. for print; null after an error.
  mlir::Value formatValues(llvm::ArrayRef<Value> values, llvm::ArrayRef<std::string> text,
                           llvm::ArrayRef<std::string> specs, Span span);

  ir::OriginListener origins; // of what the builder inserts
  mlir::OpBuilder builder;
  DiagnosticEngine &engine;
  mlir::ModuleOp module;
  mlir::MLIRContext *context;
  Modules &modules;
  bool isDouble = false;
  /// Whether what is emitted is thrown away: sizes then stand for all values, in parameters too.
  bool isChecking = false;
  Unit unit;

private:
  void addCallChain(DiagnosticBuilder &builder);
  /// The value as an operand of nn.format.
  std::optional<mlir::Value> toPrintable(Value value, Span span);
  /// Whether a dimension is not negative, as a run-time truth value; null where it plainly is not.
  mlir::Value isNotNegative(ir::Dim dim, Span span);
  /// A whole number as a polynomial over size symbols and, where nothing is known, opaque ones.
  ir::Dim getSizeExpression(mlir::Value value);
  /// The same over size symbols alone: `value`, which it stands for, is bound to a new one where
  /// needed.
  ir::Dim bindSize(ir::Dim expression, mlir::Value value, Span span);
  /// Whether it is made only of sizes that the types of a checked function name: they stand for all
  /// values, so two that are different are not always equal.
  bool isUniversal(ir::Dim dim);
  /// What an expression has been bound to, where that holds here; empty otherwise.
  ir::Dim findBoundSize(ir::Dim expression);
};

/// A value in the words of messages.
std::string describe(const Value &value);
/// Whether something in the polynomial has not been bound to a size symbol.
bool isOpaqueSize(ir::Dim dim);
/// False where two sizes differ whatever the program is run with.
bool canBeEqual(ir::Dim a, ir::Dim b);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_EMITTER_H
