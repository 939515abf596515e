//===- WrittenFiles.cpp - saving, loading, and files that are tried first -----------------===//
//
// An optimizer's state is made as params are first trained, which may come after the line that
// loads it: such files get their variables when the unit is complete.
//
// A file whose name is computed from constants and flags alone is tried at the start of the
// command, under the conditions of its `save` that are known there, too. Of other conditions it is
// assumed that they come true.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/WrittenFiles.h"
#include "compiler/elaborate/Paths.h"
#include "compiler/ir/Purification.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

//===-- What is saved ------------------------------------------------------------------------===//

/// The first part of tuples and lists that holds nothing which has a name: its path, and the part.
static std::optional<std::pair<std::string, Value>> findNameless(const Value &value,
                                                                 const std::string &at) {
  if (value.is(Value::Object) || value.is(Value::Function))
    return std::nullopt;
  if (!value.is(Value::Tuple) && !value.is(Value::List))
    return {{at, value}};
  for (auto [i, element] : llvm::enumerate(value.getElements()))
    if (auto found = findNameless(element, at + "[" + std::to_string(i) + "]"))
      return found;
  return std::nullopt;
}

/// "0.1" as [0][1], empty as it is.
static std::string getIndices(llvm::StringRef path) {
  std::string indices;
  llvm::SmallVector<llvm::StringRef> parts;
  path.split(parts, '.', -1, false);
  for (llvm::StringRef part : parts)
    indices += ("[" + part + "]").str();
  return indices;
}

/// Gives an operation that saves or loads its variables, and their names in the file.
static void setVariables(Emitter &e, mlir::Operation *op, llvm::ArrayRef<Reached> reached) {
  llvm::SmallVector<mlir::Attribute> symbols;
  llvm::SmallVector<llvm::StringRef> names;
  for (const Reached &one : reached) {
    symbols.push_back(mlir::FlatSymbolRefAttr::get(e.context, one.variable->symbol));
    names.push_back(one.path);
    e.unit.uses[one.variable->symbol].isLoaded |= llvm::isa<LoadOp>(op);
  }
  mlir::ArrayAttr variables = e.builder.getArrayAttr(symbols),
                  labels = e.builder.getStrArrayAttr(names);
  llvm::TypeSwitch<mlir::Operation *>(op).Case<SaveOp, LoadOp>([&](auto file) {
    file.setVariablesAttr(variables);
    file.setNamesAttr(labels);
  });
}

Value elaborate::saveOrLoad(Emitter &e, std::vector<Held> held, const Value &file, bool isSave,
                            Span span) {
  if (file.isPoison())
    return Value();
  for (const Held &part : held) {
    if (part.variable)
      continue;
    if (part.value.isPoison())
      return Value();
    if (auto nameless = findNameless(part.value, getIndices(part.path)))
      return e.fail(diag::WrongArgument, span,
                    nameless->first.empty()
                        ? "the first argument of " + std::string(isSave ? "save" : "load")
                        : "part " + nameless->first + " of what is " +
                              (isSave ? "saved" : "loaded"),
                    "a layer, a model or an optimizer (a model's `state` can hold it)",
                    describe(nameless->second));
  }
  std::vector<Reached> reached = collectHeld(e.unit, held);
  if (reached.empty())
    return e.fail(diag::NothingToTrain, span,
                  held.size() == 1 ? describe(held.front().value) : "what is given");
  if (!file.isString())
    return e.fail(diag::WrongArgument, span, "the file", "text", describe(file));
  for (const Reached &one : reached)
    if (!llvm::isa<NNTensorType>(one.variable->type))
      return e.fail(diag::NotSupported, span, "saving the text '" + one.path + "'");
  mlir::Value path = e.toRuntimeString(file, span);
  mlir::Location loc = e.getLoc(span);
  mlir::ArrayAttr none = e.builder.getArrayAttr({});
  mlir::Operation *op = isSave ? SaveOp::create(e.builder, loc, path, none, none).getOperation()
                               : LoadOp::create(e.builder, loc, path, none, none).getOperation();
  setVariables(e, op, reached);
  e.unit.files.push_back({op, std::move(held)});
  e.forgetValues();
  return Value::unit();
}

void elaborate::completeFiles(Emitter &e) {
  for (const HeldFile &file : e.unit.files)
    setVariables(e, file.op, collectHeld(e.unit, file.held));
}

//===-- What a command does first ------------------------------------------------------------===//

namespace {
/// Copies what is known at the start of a command there.
class Start {
public:
  Start(mlir::Block &block, mlir::OpBuilder &builder) : block(block), builder(builder) {}

  /// Whether the value is computed from constants and flags alone.
  bool knows(mlir::Value value) const;
  mlir::Value copy(mlir::Value value);

private:
  mlir::Block &block;
  mlir::OpBuilder &builder;
  mlir::IRMapping copies;
};
} // namespace

bool Start::knows(mlir::Value value) const {
  mlir::Operation *op = value.getDefiningOp();
  if (!op)
    return llvm::cast<mlir::BlockArgument>(value).getOwner() == &block;
  auto tensor = llvm::dyn_cast<NNTensorType>(value.getType());
  if (llvm::isa<ClockOp>(op) || !isMovable(op) || (tensor && !tensor.isScalar()))
    return false;
  return llvm::all_of(op->getOperands(), [&](mlir::Value operand) { return knows(operand); });
}

mlir::Value Start::copy(mlir::Value value) {
  mlir::Operation *op = value.getDefiningOp();
  if (!op || copies.contains(value))
    return copies.lookupOrDefault(value);
  for (mlir::Value operand : op->getOperands())
    copy(operand);
  builder.clone(*op, copies);
  return copies.lookup(value);
}

/// The conditions of the branches around an operation that are known at the start, each with the
/// truth value that leads there.
static llvm::SmallVector<std::pair<mlir::Value, bool>> getConditions(mlir::Operation *op,
                                                                     const Start &start) {
  llvm::SmallVector<std::pair<mlir::Value, bool>> conditions;
  for (mlir::Region *region = op->getParentRegion(); region; region = region->getParentRegion())
    if (auto branch = llvm::dyn_cast<IfOp>(region->getParentOp());
        branch && start.knows(branch.getCondition()))
      conditions.push_back({branch.getCondition(), region == &branch.getThenRegion()});
  return conditions;
}

/// Tries the file that an operation writes, at the builder's place.
static void tryFile(Emitter &e, FileWriterOpInterface writer,
                    llvm::ArrayRef<std::pair<mlir::Value, bool>> conditions, Start &start) {
  mlir::Location loc = writer.getLoc();
  mlir::Value path = start.copy(writer.getWrittenPath()), taken;
  auto emit = [&] { TryFileOp::create(e.builder, loc, path); };
  for (auto [condition, wanted] : conditions) {
    mlir::Value holds = start.copy(condition);
    if (!wanted)
      holds = NotOp::create(e.builder, loc, holds);
    taken = taken ? AndOp::create(e.builder, loc, taken, holds) : holds;
  }
  if (!taken)
    return emit();
  auto branch = IfOp::create(e.builder, loc, taken);
  e.emitRegion(branch.getThenRegion(), {}, [&](mlir::ValueRange) { emit(); });
  e.emitRegion(branch.getElseRegion(), {}, [](mlir::ValueRange) {});
}

void elaborate::emitPrecautions(Emitter &e) {
  mlir::OpBuilder::InsertionGuard guard(e.builder);
  mlir::Block &block = e.unit.op->getRegion(0).front();
  llvm::SmallVector<FileWriterOpInterface> writers;
  e.unit.op->walk([&](FileWriterOpInterface writer) { writers.push_back(writer); });
  if (writers.empty() && !e.unit.trains)
    return;
  if (e.unit.variableAnchor)
    e.builder.setInsertionPointAfter(e.unit.variableAnchor);
  else
    e.builder.setInsertionPointToStart(&block);
  KeepGoingOp::create(e.builder, e.getLoc(e.currentSpan));
  Start start(block, e.builder);
  llvm::DenseSet<const void *> tried; // in any case
  for (FileWriterOpInterface writer : writers) {
    mlir::Value path = writer.getWrittenPath();
    if (!start.knows(path))
      continue;
    auto text = path.getDefiningOp<StringOp>();
    const void *name = text ? text.getValueAttr().getAsOpaquePointer() : path.getAsOpaquePointer();
    auto conditions = getConditions(writer, start);
    if (!tried.contains(name))
      tryFile(e, writer, conditions, start);
    if (conditions.empty())
      tried.insert(name);
  }
}
