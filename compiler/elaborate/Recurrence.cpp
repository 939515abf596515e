//===- Recurrence.cpp - scan ... in ... along ... { ... yield ... } -------------------------===//
//
// A scan becomes nn.scan: the outer vars that its body assigns are carried, what it yields is
// stacked. The scanned axis of sources is brought to the front, and that of the results back to
// where it was.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Recurrence.h"
#include "compiler/elaborate/Exits.h"
#include "compiler/elaborate/SyntaxQueries.h"
#include "compiler/ir/Purification.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

namespace {

/// One of the things that a scan walks through together.
struct Source {
  const ast::Pattern *pattern = nullptr;
  Span span;
  mlir::Value tensor; // with the scanned axis first; null for a range
  Value lower;        // of a range
  Dim length;
};

/// An outer var that the body assigns.
struct Carried {
  Binding *binding;
  StringRef name;
  Value before;
  unsigned first = 0, count = 0; // its tensors among the carried ones
};

} // namespace

/// The axis `axis` of a tensor moved to place `to`.
static mlir::Value moveAxis(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value tensor,
                            int64_t from, int64_t to) {
  int64_t rank = llvm::cast<NNTensorType>(tensor.getType()).getRank();
  llvm::SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  order.erase(order.begin() + from);
  order.insert(order.begin() + to, from);
  return from == to ? tensor : TransposeOp::create(builder, loc, tensor, order).getResult();
}

/// Adds the tensors that a var's value consists of; false where it is no tensor, nor a list or
/// tuple of them.
static bool flatten(Interpreter &e, const Value &value, Span span,
                    llvm::SmallVectorImpl<mlir::Value> &leaves) {
  bool isNested = value.is(Value::Tuple) ||
                  (value.is(Value::List) && !value.getElements().empty() &&
                   llvm::any_of(value.getElements(),
                                [](const Value &v) {
                                  return v.isTensor() || v.is(Value::Tuple) || v.is(Value::List);
                                }) &&
                   !llvm::all_of(value.getElements(), [](const Value &v) {
                     return v.isStaticNumber() || v.is(Value::Bool);
                   }));
  if (isNested)
    return llvm::all_of(value.getElements(),
                        [&](const Value &element) { return flatten(e, element, span, leaves); });
  if (!value.isTensor() && !value.isStaticNumber() && !value.is(Value::Bool) &&
      !value.is(Value::Size) && !value.is(Value::List))
    return false;
  Value tensor = e.toTensor(value, span);
  if (tensor.isPoison())
    return false;
  leaves.push_back(tensor.getRuntime());
  return true;
}

/// A value of the structure of `like`, made of the tensors from `next` on.
static Value assemble(const Value &like, mlir::ValueRange leaves, size_t &next) {
  bool isNested = like.is(Value::Tuple) ||
                  (like.is(Value::List) && llvm::any_of(like.getElements(), [](const Value &v) {
                     return v.isTensor() || v.is(Value::Tuple);
                   }));
  if (!isNested)
    return Value::of(leaves[next++]);
  Values elements;
  for (const Value &element : like.getElements())
    elements.push_back(assemble(element, leaves, next));
  return like.is(Value::Tuple) ? Value::tuple(std::move(elements))
                               : Value::list(std::move(elements));
}

namespace {

/// A scan under construction. Its body is elaborated in an nn.scan without operands, the draft,
/// which gives way to the complete one.
class ScanBuilder {
public:
  ScanBuilder(Interpreter &e, const ast::Scan *expr)
      : e(e), expr(expr), loc(e.getLoc(expr->span)) {}

  Value run();

private:
  bool addSources();
  std::optional<Source> makeSource(const ast::Scan::Source &node, const Value &along);
  std::optional<Source> makeRange(Source source, const Range &range);
  bool addCarried();
  bool emitBody();
  void bindSources(mlir::ValueRange arguments);
  bool takeCarried(const Carried &one);
  bool takeRows();
  bool purify();
  Value complete();
  void drop();
  Value binary(ast::BinaryOp op, Value a, Value b, Span span) {
    return e.binary(op, a, b, span, span, span);
  }

  Interpreter &e;
  const ast::Scan *expr;
  mlir::Location loc;
  std::vector<Source> sources;
  int64_t axis = 0;                       // that is walked
  llvm::SmallVector<mlir::Value> tensors; // of the sources
  std::vector<Carried> carried;
  llvm::SmallVector<mlir::Value> inits, next, rows; // carried before and after a turn; yielded
  Recurrence turn;
  ScanOp draft;
  std::vector<Purification::Assigned> assigned; // variables that the body assigns
};

} // namespace

std::optional<Source> ScanBuilder::makeRange(Source source, const Range &range) {
  source.lower = *range.lower;
  Value count = binary(ast::BinaryOp::Sub, *range.upper, *range.lower, source.span);
  if (range.inclusive)
    count = binary(ast::BinaryOp::Add, count, Value::ofInt(1), source.span);
  if (count.is(Value::Int) && count.getInt() < 0)
    count = Value::ofInt(0);
  source.length = e.toDim(count, source.span, false);
  if (!source.length)
    return std::nullopt;
  return source;
}

/// What a source is; nothing after an error.
std::optional<Source> ScanBuilder::makeSource(const ast::Scan::Source &node, const Value &along) {
  Source source{node.pattern, node.source->span, {}, {}, {}};
  Value value = e.evaluate(node.source);
  if (value.isPoison())
    return std::nullopt;
  if (value.is(Value::RangeKind))
    return makeRange(source, value.getRange());
  bool isTensor = value.isTensor() || (value.is(Value::List) && !value.getElements().empty() &&
                                       llvm::all_of(value.getElements(), [](const Value &v) {
                                         return v.isStaticNumber() || v.is(Value::Bool) ||
                                                v.is(Value::List) || v.is(Value::Size);
                                       }));
  Value tensor = isTensor ? e.toTensor(value, source.span) : Value();
  if (isTensor && tensor.isPoison())
    return std::nullopt;
  if (!isTensor || tensor.isScalarTensor()) {
    e.error(diag::NotScannable, source.span, describe(value));
    return std::nullopt;
  }
  NNTensorType type = tensor.getTensorType();
  std::optional<int64_t> resolved = e.resolveAxis(along, type.getRank(), source.span);
  if (!resolved)
    return std::nullopt;
  axis = *resolved;
  source.length = type.getDim(axis);
  source.tensor = moveAxis(e.builder, e.getLoc(source.span), tensor.getRuntime(), axis, 0);
  return source;
}

/// False after an error.
bool ScanBuilder::addSources() {
  Value along = expr->along ? e.evaluate(expr->along) : Value::ofInt(0);
  if (along.isPoison())
    return false;
  for (const ast::Scan::Source &node : expr->sources) {
    std::optional<Source> source = makeSource(node, along);
    if (!source)
      return false;
    sources.push_back(*source);
    if (source->tensor)
      tensors.push_back(source->tensor);
    Dim first = sources.front().length;
    if (source->length != first) {
      e.error(diag::ScanLengths, source->span, first.str(), source->length.str())
          .note(sources.front().span, "this has " + first.str());
      return false;
    }
  }
  return true;
}

/// The outer vars that the body assigns. Those that already have a place of their own become
/// carried values when the body is purified, with the state of layers.
bool ScanBuilder::addCarried() {
  llvm::SetVector<StringRef> names;
  collectAssigned(expr->body, names);
  for (StringRef name : names) {
    Binding *binding = e.scope->find(name);
    if (!binding || !binding->isVar || binding->variable || !binding->weightsVariables.empty() ||
        binding->value.isPoison())
      continue;
    Carried one{binding, name, binding->value, static_cast<unsigned>(inits.size()), 0};
    if (!flatten(e, binding->value, binding->span, inits)) {
      e.error(diag::NotSupported, expr->span,
              ("carrying the var '" + name + "' (" + describe(binding->value) + ") through a scan")
                  .str());
      return false;
    }
    one.count = inits.size() - one.first;
    carried.push_back(one);
  }
  return true;
}

void ScanBuilder::bindSources(mlir::ValueRange arguments) {
  size_t at = 1;
  for (const Source &source : sources) {
    Value element = Value::of(arguments[source.tensor ? at++ : 0]);
    if (!source.tensor && !(source.lower.is(Value::Int) && source.lower.getInt() == 0))
      element = binary(ast::BinaryOp::Add, element, source.lower, source.span);
    e.bind(source.pattern, element, false, nullptr, source.span);
  }
}

/// Adds what a var is at the end of a turn. False after an error.
bool ScanBuilder::takeCarried(const Carried &one) {
  llvm::SmallVector<mlir::Value> leaves;
  Value value = e.readBinding(*one.binding);
  if (value.isPoison() || !flatten(e, value, expr->span, leaves))
    return false;
  llvm::ArrayRef<mlir::Value> wanted = llvm::ArrayRef(inits).slice(one.first, one.count);
  mlir::ValueRange wantedRange(wanted), leavesRange(leaves);
  if (!llvm::equal(wantedRange.getTypes(), leavesRange.getTypes())) {
    e.error(diag::VarChangesType, expr->span, one.name, describe(one.before), describe(value))
        .note(one.binding->span, ("'" + one.name + "' is defined here").str());
    return false;
  }
  llvm::append_range(next, leaves);
  return true;
}

/// Adds what the turn yields. False after an error.
bool ScanBuilder::takeRows() {
  if (!turn.choices.empty()) {
    Value row = mergeExits(e, turn.choices, "this scan");
    if (row.isPoison())
      return false;
    turn.rows = row.is(Value::Tuple) ? row.getElements() : Values{row};
  }
  if (turn.rows)
    for (const Value &row : *turn.rows) {
      Value tensor = e.toTensor(row, expr->span);
      if (tensor.isPoison())
        return false;
      rows.push_back(tensor.getRuntime());
    }
  return true;
}

/// Elaborates the body in the draft. False after an error.
bool ScanBuilder::emitBody() {
  llvm::SmallVector<mlir::Type> types = {getScalarType(e.builder.getI64Type())};
  for (mlir::Value tensor : tensors)
    types.push_back(ScanOp::getRowType(llvm::cast<NNTensorType>(tensor.getType())));
  for (mlir::Value init : inits)
    types.push_back(init.getType());
  bool good = true;
  unsigned errorsBefore = e.engine.getErrorCount();
  Restore<Recurrence *> inside(e.recurrence, &turn);
  Restore<Control::Loop> kind(e.loop, Control::Loop::Unrolled);
  Restore<UnrolledLoop *> exits(e.unrolled, &turn.exits);
  Restore<unsigned> depth(e.loopRuntimeDepth, e.runtimeDepth + 1);
  e.emitRegion(draft.getBody(), types, [&](mlir::ValueRange arguments) {
    turn.runtimeDepth = e.runtimeDepth;
    size_t at = 1 + tensors.size();
    for (Carried &one : carried) {
      one.binding->value = assemble(one.before, arguments, at);
      if (one.count == 1)
        e.nameValue(one.binding->value, one.name);
    }
    Scope local;
    local.parent = e.scope;
    Restore<Scope *> inScope(e.scope, &local);
    bindSources(arguments);
    for (auto &[name, binding] : local.names)
      binding.isUsed = true;
    e.execute(expr->body);
    closeTurn(e);
    for (const Carried &one : carried)
      good &= takeCarried(one);
    good &= takeRows();
    e.blockEnded = true; // nn.yield follows
  });
  good &= e.engine.getErrorCount() == errorsBefore;
  for (Carried &one : carried) {
    one.binding->value = good ? one.before : Value();
    one.binding->variable = nullptr;
  }
  return good;
}

/// Makes the body a function of values, ended by nn.yield. False after an error.
bool ScanBuilder::purify() {
  mlir::OpBuilder end = mlir::OpBuilder::atBlockEnd(&draft.getBlock());
  llvm::SmallVector<mlir::Value> yielded = next;
  llvm::append_range(yielded, rows);
  auto yield = YieldOp::create(end, loc, yielded);
  Purification purification(draft.getBlock(), draft);
  Obstacle obstacle;
  if (failed(purification.run(obstacle))) {
    std::string place;
    if (mlir::FileLineColRange at = getUserPlace(obstacle.op->getLoc()))
      place = " (line " + std::to_string(at.getStartLine()) + ")";
    e.error(diag::ScanBody, expr->span, obstacle.what + place);
    return false;
  }
  // Uses of what was read in the body were replaced: ask the terminator what is carried now.
  next.assign(yield->operand_begin(), yield->operand_begin() + next.size());
  rows.assign(yield->operand_begin() + next.size(), yield->operand_end());
  assigned = std::move(purification.assigned);
  for (const Purification::Assigned &one : assigned) {
    inits.push_back(one.initial);
    next.push_back(one.next);
  }
  yielded = next;
  llvm::append_range(yielded, rows);
  yield->setOperands(yielded);

  llvm::SetVector<mlir::Value> captures;
  mlir::getUsedValuesDefinedAbove(draft.getBody(), captures);
  if (llvm::none_of(captures, [](mlir::Value v) { return llvm::isa<DatasetType>(v.getType()); }))
    return true;
  e.error(diag::ScanBody, expr->span, "a data set from outside");
  return false;
}

/// The complete operation; the vars are what the last turn left.
Value ScanBuilder::complete() {
  ScanOp op = ScanOp::complete(draft, tensors, inits);
  useRows(op);
  for (Carried &one : carried) {
    size_t at = one.first;
    one.binding->value = assemble(one.before, op.getFinals(), at);
    if (one.count == 1)
      e.nameValue(one.binding->value, one.name);
  }
  size_t extra = inits.size() - assigned.size();
  for (auto [i, one] : llvm::enumerate(assigned))
    AssignOp::create(e.builder, loc, one.variable, op.getFinals()[extra + i]);
  e.forgetValues();

  Values results;
  for (mlir::Value stacked : op.getStacked()) {
    int64_t rank = llvm::cast<NNTensorType>(stacked.getType()).getRank();
    results.push_back(
        Value::of(moveAxis(e.builder, loc, stacked, 0, std::min<int64_t>(axis, rank - 1))));
  }
  if (!turn.rows)
    return Value::unit();
  return results.size() == 1 ? results.front() : Value::tuple(std::move(results));
}

/// Takes the draft away after an error.
void ScanBuilder::drop() {
  draft.getBody().dropAllReferences();
  draft.erase();
  e.forgetValues();
}

Value ScanBuilder::run() {
  if (!addSources() || !addCarried())
    return Value();
  draft = ScanOp::create(e.builder, loc, mlir::TypeRange(), mlir::TypeRange(),
                         sources.front().length.toAttribute(), false, mlir::ValueRange(),
                         mlir::ValueRange(), mlir::ValueRange());
  if (!emitBody() || !purify()) {
    drop();
    return Value();
  }
  return complete();
}

Value elaborate::evaluateScan(Interpreter &e, const ast::Scan *expr) {
  return ScanBuilder(e, expr).run();
}
