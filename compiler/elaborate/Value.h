//===- Value.h - what an expression is while the program is elaborated ----------===//
//
// Elaboration runs the program's structure at compile time. A Value is either static (a number, a
// list, a function, a layer's instance, a size) or run-time (an SSA value of the nn dialect). A
// poisoned Value stands for an error that has been reported: whatever meets it is silently poisoned
// too.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_VALUE_H
#define NNC_ELABORATE_VALUE_H

#include "compiler/elaborate/CallSites.h"
#include "compiler/ir/NN.h"
#include "compiler/syntax/Ast.h"
#include "llvm/ADT/StringMap.h"
#include <deque>
#include <map>
#include <variant>

namespace nnc::elaborate {

struct Builtin;
struct Callable;
struct Instance;
struct Module;
struct Dataset;
struct Weights;
class Value;

using Values = std::vector<Value>;

/// A place of the program: nn.variable. What the unit does with it stands in the unit.
struct Variable {
  std::string symbol;
  ir::VariableKind kind;
  mlir::Type type; // NNTensorType or StrType
  Span span;
  std::string name; // as the user wrote it
  Span madeAt;      // the outermost call that made it, if any
  ir::VariableOp declaration;
  mlir::StringAttr getSymbol() const { return mlir::StringAttr::get(type.getContext(), symbol); }
  ir::NNTensorType getTensorType() const { return llvm::cast<ir::NNTensorType>(type); }
};

struct Range {
  std::shared_ptr<Value> lower, upper;
  bool inclusive = false;
};

/// `data.batches(size)`, or the data set itself, row by row.
struct Batches {
  std::shared_ptr<Dataset> data;
  std::shared_ptr<Value> size; // null: single rows
};

/// `enumerate(source)`: what loops walk as (number, element).
struct Enumerated {
  std::shared_ptr<Value> source;
};

class Value {
public:
  enum Kind {
    Poison,
    Unit,
    Bool,
    Int,
    Float,
    Str,
    Size,
    Runtime,
    Tuple,
    List,
    RangeKind,
    Function,
    Object,
    Data,
    BatchesKind,
    EnumeratedKind,
    WeightsKind,
    ModuleKind
  };

  Value() = default; // poison
  static Value unit() { return Value(std::in_place_index<Unit>, std::monostate()); }
  static Value ofBool(bool value) { return Value(std::in_place_index<Bool>, value); }
  /// `said`: the type of i32(5), which is that of what is computed with it; null for a number that
  /// adapts.
  static Value ofInt(int64_t value, mlir::Type said = {}) {
    Value result(std::in_place_index<Int>, value);
    result.said = said;
    return result;
  }
  static Value ofFloat(double value) { return Value(std::in_place_index<Float>, value); }
  static Value ofString(std::string value) {
    return Value(std::in_place_index<Str>, std::move(value));
  }
  /// A dimension: an Int where static.
  static Value ofSize(ir::Dim dim) {
    return dim.isStatic() ? ofInt(dim.getStatic()) : Value(std::in_place_index<Size>, dim);
  }
  /// A tensor or string that exists when the program runs.
  static Value of(mlir::Value value) { return Value(std::in_place_index<Runtime>, value); }
  static Value tuple(Values values) {
    return Value(std::in_place_index<Tuple>, std::make_shared<Values>(std::move(values)));
  }
  static Value list(Values values) {
    return Value(std::in_place_index<List>, std::make_shared<Values>(std::move(values)));
  }
  static Value of(Range range) { return Value(std::in_place_index<RangeKind>, std::move(range)); }
  static Value of(std::shared_ptr<Callable> callable) {
    return Value(std::in_place_index<Function>, std::move(callable));
  }
  static Value of(std::shared_ptr<Instance> instance) {
    return Value(std::in_place_index<Object>, std::move(instance));
  }
  static Value of(std::shared_ptr<Dataset> data) {
    return Value(std::in_place_index<Data>, std::move(data));
  }
  static Value of(Batches batches) {
    return Value(std::in_place_index<BatchesKind>, std::move(batches));
  }
  /// What `import "file.nn" as name` names.
  static Value of(Module *module) { return Value(std::in_place_index<ModuleKind>, module); }
  static Value of(Enumerated enumerated) {
    return Value(std::in_place_index<EnumeratedKind>, std::move(enumerated));
  }
  static Value of(std::shared_ptr<Weights> weights) {
    return Value(std::in_place_index<WeightsKind>, std::move(weights));
  }

  Kind getKind() const { return static_cast<Kind>(storage.index()); }
  bool is(Kind kind) const { return getKind() == kind; }
  bool isPoison() const { return is(Poison); }
  bool isTensor() const {
    return is(Runtime) && llvm::isa<ir::NNTensorType>(getRuntime().getType());
  }
  bool isScalarTensor() const { return isTensor() && getTensorType().isScalar(); }
  bool isRuntimeString() const {
    return is(Runtime) && llvm::isa<ir::StrType>(getRuntime().getType());
  }
  bool isString() const { return is(Str) || isRuntimeString(); }
  /// A number known at compile time.
  bool isStaticNumber() const { return is(Int) || is(Float); }
  /// Whether a size in a parameter's shape may be made of it.
  bool isSizeLike() const { return is(Int) || is(Size); }

  bool getBool() const { return std::get<Bool>(storage); }
  int64_t getInt() const { return std::get<Int>(storage); }
  /// The type that a conversion gave the static number; null where there was none.
  mlir::Type getSaidType() const { return said; }
  double getFloat() const {
    return is(Int) ? static_cast<double>(getInt()) : std::get<Float>(storage);
  }
  const std::string &getString() const { return std::get<Str>(storage); }
  ir::Dim getSize() const { return std::get<Size>(storage); }
  mlir::Value getRuntime() const { return std::get<Runtime>(storage); }
  ir::NNTensorType getTensorType() const {
    return llvm::cast<ir::NNTensorType>(getRuntime().getType());
  }
  /// Of a Tuple or List.
  const Values &getElements() const {
    return is(Tuple) ? *std::get<Tuple>(storage) : *std::get<List>(storage);
  }
  const Range &getRange() const { return std::get<RangeKind>(storage); }
  const std::shared_ptr<Callable> &getCallable() const { return std::get<Function>(storage); }
  const std::shared_ptr<Instance> &getInstance() const { return std::get<Object>(storage); }
  const std::shared_ptr<Dataset> &getDataset() const { return std::get<Data>(storage); }
  const Batches &getBatches() const { return std::get<BatchesKind>(storage); }
  Module &getModule() const { return *std::get<ModuleKind>(storage); }
  Value getEnumerated() const { return *std::get<EnumeratedKind>(storage).source; }
  const std::shared_ptr<Weights> &getWeights() const { return std::get<WeightsKind>(storage); }

private:
  using Storage =
      std::variant<std::monostate, std::monostate, bool, int64_t, double, std::string, ir::Dim,
                   mlir::Value, std::shared_ptr<Values>, std::shared_ptr<Values>, Range,
                   std::shared_ptr<Callable>, std::shared_ptr<Instance>, std::shared_ptr<Dataset>,
                   Batches, Enumerated, std::shared_ptr<Weights>, Module *>;
  template <std::size_t I, typename T>
  Value(std::in_place_index_t<I> index, T &&value) : storage(index, std::forward<T>(value)) {}
  Storage storage;
  mlir::Type said;
};

/// A part of what is trained or saved: one variable, or what a value holds.
struct Held {
  std::string path;                         // in the tuple or list of parts; empty for the whole
  std::shared_ptr<const Variable> variable; // or null
  Value value;
  Span span;
};

/// What a name means.
struct Binding {
  Value value;
  std::shared_ptr<const Variable>
      variable; // of a param, a state, or a var that control flow assigns
  std::vector<std::shared_ptr<const Variable>> weightsVariables; // of a state that holds weights
  std::vector<std::string> weightsPaths;
  std::vector<std::string> weightsSymbols; // of the params that they belong to
  bool isVar = false;
  bool isTyped = false; // declared with a type
  bool isUsed = false;
  Span span;

  /// A name that nobody assigns or needs to use, such as that of a dimension.
  static Binding fixed(Value value, Span span) {
    Binding binding;
    binding.value = std::move(value);
    binding.isUsed = true;
    binding.span = span;
    return binding;
  }
};

/// Names of a block, inside those of the surrounding one; in order, with stable addresses.
struct Scope {
  Scope *parent = nullptr;
  Instance *owner = nullptr; // the layer whose members these are
  std::deque<std::pair<std::string, Binding>> names;
  llvm::StringMap<Binding *> index;
  Binding *findHere(llvm::StringRef name) { return index.lookup(name); }
  Binding *find(llvm::StringRef name) {
    for (Scope *scope = this; scope; scope = scope->parent)
      if (Binding *binding = scope->findHere(name))
        return binding;
    return nullptr;
  }
  /// Adds a name, or gives it a new meaning.
  Binding &set(llvm::StringRef name, Binding binding) {
    if (Binding *existing = findHere(name))
      return *existing = std::move(binding);
    names.emplace_back(name.str(), std::move(binding));
    index[name] = &names.back().second;
    return names.back().second;
  }
};

/// The items of one file and what it imports, or the standard library.
struct Module {
  Scope scope;
  const ast::File *file = nullptr; // null: the standard library
  bool isLibrary = false;
};

/// All files of a program.
struct Modules {
  Module library, program;
  std::map<const ast::File *, std::unique_ptr<Module>> imported;
  CallSites callSites; // of all of them
};

/// An argument of a call, evaluated.
struct Argument {
  std::string name; // "" for positional
  Value value;
  Span span;
  /// Of a check: nothing is known of the value, and what depends on it is not checked.
  bool isUnknown = false;
};

/// Anything that can be called.
struct Callable {
  enum Kind { UserFunction, Class, BuiltinFunction, Composition, Partial };
  Kind kind;
  Module *module = nullptr; // UserFunction, Class
  const ast::Function *function = nullptr;
  std::shared_ptr<Instance> self;        // of a method
  const ast::LayerItem *layer = nullptr; // Class
  const Builtin *builtin = nullptr;
  Values parts;                    // Composition: first to last
  ir::NNTensorType output;         // Composition: what it gives, as its check found; or null
  Value callee;                    // Partial: lacks its first argument
  std::vector<Argument> arguments; // Partial; of a Composition, where each part is written
};

/// A layer, model or optimizer that has been made.
struct Instance : std::enable_shared_from_this<Instance> {
  const ast::LayerItem *item = nullptr;
  Module *module = nullptr;
  std::string path; // of the place in the program, for symbols
  Scope scope;      // constructor arguments and members
  llvm::StringMap<const ast::Function *> methods;
};

/// Whether it is a function that can be called: not the name of a layer, which makes one.
inline bool isFunctionValue(const Value &value) {
  return value.is(Value::Function) && value.getCallable()->kind != Callable::Class;
}
/// Whether it is a function, or a layer with a forward function.
inline bool isCallable(const Value &value) {
  return value.is(Value::Function) ||
         (value.is(Value::Object) && value.getInstance()->methods.count("forward"));
}

/// A field of a data set as the user declared it.
struct DataField {
  std::string name;
  ir::NNTensorType rowType;
  const ast::Expr *mapping = nullptr; // null: the raw field itself
  std::map<const ast::Expr *, unsigned>
      rawFields; // each columns(), column(), pixels of the mapping
  unsigned rawField = 0;
  int64_t computedClasses = 0; // of class[k], where the mapping computes it: k
  Span span;
};

/// What the views of one source share.
struct DataSource {
  std::vector<DataField> fields;
  std::vector<ir::NNTensorType> rawTypes;
  std::shared_ptr<Scope> scope; // what the names in mappings mean
  /// Of characters: its windows have a field x, and y, the window one character later.
  bool isText = false;
};

struct Dataset {
  mlir::Value handle;
  std::shared_ptr<DataSource> source;
  ir::DatasetType getType() const { return llvm::cast<ir::DatasetType>(handle.getType()); }
};

/// Tensors with the structure of a layer: gradients over it, or its weights.
struct Weights {
  struct Leaf {
    std::string path;
    std::string symbol; // of the variable that it belongs to
    mlir::Value value;
    /// The gradients of this variable, as grad gave them, that it is computed from, with numbers;
    /// empty where it is computed from anything else, or that is not known.
    std::vector<mlir::Value> gradients = {};
  };
  std::vector<Leaf> leaves;
  /// The tensor at a path, e.g. grad(loss, net).head.w, or all that lie below it; poison where
  /// nothing does.
  Value below(llvm::StringRef name) const;
};

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_VALUE_H
