//===- Recurrence.cpp - scan ... in ... along ... { ... yield ... } -------------------------===//
//
// A scan becomes nn.scan: the outer vars that its body assigns are carried, what it yields is
// stacked. The scanned axis of sources is brought to the front, and that of the results back to
// where it was.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Recurrence.h"
#include "compiler/elaborate/Elaborator.h"
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
static bool flatten(Elaborator &e, const Value &value, Span span,
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

/// What a source of a scan is; its length is null after an error.
static Source makeSource(Elaborator &e, const ast::Scan::Source &node, const Value &along,
                         int64_t &axis) {
  Source source{node.pattern, node.source->span, {}, {}, {}};
  Value value = e.evaluate(node.source);
  if (value.isPoison())
    return source;
  if (value.is(Value::RangeKind)) {
    const Range &range = value.getRange();
    source.lower = *range.lower;
    Value count = e.binary(ast::BinaryOp::Sub, *range.upper, *range.lower, source.span, source.span,
                           source.span);
    if (range.inclusive)
      count = e.binary(ast::BinaryOp::Add, count, Value::ofInt(1), source.span, source.span,
                       source.span);
    if (count.is(Value::Int) && count.getInt() < 0)
      count = Value::ofInt(0);
    source.length = e.toDim(count, source.span, false);
    return source;
  }
  bool isTensor = value.isTensor() || (value.is(Value::List) && !value.getElements().empty() &&
                                       llvm::all_of(value.getElements(), [](const Value &v) {
                                         return v.isStaticNumber() || v.is(Value::Bool) ||
                                                v.is(Value::List) || v.is(Value::Size);
                                       }));
  Value tensor = isTensor ? e.toTensor(value, source.span) : Value();
  if (isTensor && tensor.isPoison())
    return source;
  if (!isTensor || tensor.isScalarTensor()) {
    e.error(diag::NotScannable, source.span, e.describe(value));
    return source;
  }
  NNTensorType type = tensor.getTensorType();
  std::optional<int64_t> resolved = e.resolveAxis(along, type.getRank(), source.span);
  if (!resolved)
    return source;
  axis = *resolved;
  source.length = type.getDim(axis);
  source.tensor = moveAxis(e.builder, e.getLoc(source.span), tensor.getRuntime(), axis, 0);
  return source;
}

Value Elaborator::evaluateScan(const ast::Scan *expr) {
  Value along = expr->along ? evaluate(expr->along) : Value::ofInt(0);
  if (along.isPoison())
    return along;
  std::vector<Source> sources;
  int64_t axis = 0;
  for (const ast::Scan::Source &node : expr->sources) {
    sources.push_back(makeSource(*this, node, along, axis));
    if (!sources.back().length)
      return Value();
    if (sources.back().length != sources.front().length) {
      error(diag::ScanLengths, sources.back().span, sources.front().length.str(),
            sources.back().length.str())
          .note(sources.front().span, "this has " + sources.front().length.str());
      return Value();
    }
  }

  // The outer vars that the body assigns. Those that already have a place of their own become
  // carried values below, with the state of layers.
  llvm::SetVector<StringRef> names;
  collectAssigned(expr->body, names);
  std::vector<Carried> carried;
  llvm::SmallVector<mlir::Value> inits;
  for (StringRef name : names) {
    Binding *binding = scope->find(name);
    if (!binding || !binding->isVar || binding->variable || !binding->weightsVariables.empty() ||
        binding->value.isPoison())
      continue;
    Carried one{binding, name, binding->value, static_cast<unsigned>(inits.size()), 0};
    if (!flatten(*this, binding->value, binding->span, inits))
      return fail(
          diag::NotSupported, expr->span,
          ("carrying the var '" + name + "' (" + describe(binding->value) + ") through a scan")
              .str());
    one.count = inits.size() - one.first;
    carried.push_back(one);
  }

  // The body is elaborated in a scan without operands, which gives way to the complete one.
  mlir::Location loc = getLoc(expr->span);
  Dim length = sources.front().length;
  auto draft =
      ScanOp::create(builder, loc, mlir::TypeRange(), mlir::TypeRange(), length.toAttribute(),
                     false, mlir::ValueRange(), mlir::ValueRange(), mlir::ValueRange());
  llvm::SmallVector<mlir::Type> types = {getScalarType(builder.getI64Type())};
  llvm::SmallVector<mlir::Value> tensors;
  for (const Source &source : sources)
    if (source.tensor) {
      tensors.push_back(source.tensor);
      types.push_back(ScanOp::getRowType(llvm::cast<NNTensorType>(source.tensor.getType())));
    }
  for (mlir::Value init : inits)
    types.push_back(init.getType());

  Recurrence turn;
  bool good = true;
  llvm::SmallVector<mlir::Value> next, rows;
  unsigned errorsBefore = engine.getErrorCount();
  {
    Restore<Recurrence *> inside(recurrence, &turn);
    Restore<Loop> kind(loop, Loop::None);
    emitRegion(draft.getBody(), types, [&](mlir::ValueRange arguments) {
      turn.runtimeDepth = runtimeDepth;
      size_t at = 1 + tensors.size();
      for (Carried &one : carried) {
        one.binding->value = assemble(one.before, arguments, at);
        if (one.count == 1)
          nameValue(one.binding->value, one.name);
      }
      Scope local;
      local.parent = scope;
      Restore<Scope *> inScope(scope, &local);
      at = 1;
      for (const Source &source : sources) {
        Value element = source.tensor ? Value::of(arguments[at++]) : Value::of(arguments[0]);
        if (!source.tensor && !(source.lower.is(Value::Int) && source.lower.getInt() == 0))
          element = binary(ast::BinaryOp::Add, element, source.lower, source.span, source.span,
                           source.span);
        bind(source.pattern, element, false, nullptr, source.span);
      }
      for (auto &[name, binding] : local.names)
        binding.isUsed = true;
      execute(expr->body);
      for (Carried &one : carried) {
        llvm::SmallVector<mlir::Value> leaves;
        Value value = readBinding(*one.binding, expr->span);
        if (value.isPoison() || !flatten(*this, value, expr->span, leaves)) {
          good = false;
          continue;
        }
        llvm::ArrayRef<mlir::Value> wanted = llvm::ArrayRef(inits).slice(one.first, one.count);
        mlir::ValueRange wantedRange(wanted), leavesRange(leaves);
        if (!llvm::equal(wantedRange.getTypes(), leavesRange.getTypes())) {
          error(diag::VarChangesType, expr->span, one.name, describe(one.before), describe(value))
              .note(one.binding->span, "'" + one.name + "' is defined here");
          good = false;
          continue;
        }
        llvm::append_range(next, leaves);
      }
      if (turn.rows)
        for (const Value &row : *turn.rows) {
          Value tensor = toTensor(row, expr->span);
          good &= !tensor.isPoison();
          if (good)
            rows.push_back(tensor.getRuntime());
        }
      blockEnded = true; // nn.yield follows below
    });
  }
  for (Carried &one : carried) {
    one.binding->value = one.before;
    one.binding->variable = nullptr;
  }
  if (!good || engine.getErrorCount() != errorsBefore) {
    for (Carried &one : carried)
      one.binding->value = Value();
    draft.erase();
    forgetValues();
    return Value();
  }

  mlir::Block &body = draft.getBlock();
  mlir::OpBuilder end = mlir::OpBuilder::atBlockEnd(&body);
  llvm::SmallVector<mlir::Value> yielded = next;
  llvm::append_range(yielded, rows);
  auto yield = YieldOp::create(end, loc, yielded);
  Purification purification(draft.getBody(), draft);
  if (failed(purification.run())) {
    Span where = expr->span;
    std::string place;
    if (auto line = llvm::dyn_cast<mlir::FileLineColLoc>(purification.culprit->getLoc()))
      place = " (line " + std::to_string(line.getLine()) + ")";
    error(diag::ScanBody, where, purification.what + place);
    draft.getBody().dropAllReferences();
    draft.erase();
    forgetValues();
    return Value();
  }
  // Uses of what was read in the body were replaced: ask the terminator what is carried now.
  next.assign(yield->operand_begin(), yield->operand_begin() + next.size());
  rows.assign(yield->operand_begin() + next.size(), yield->operand_end());
  for (const Purification::Assigned &one : purification.assigned) {
    inits.push_back(one.initial);
    next.push_back(one.next);
  }
  yielded = next;
  llvm::append_range(yielded, rows);
  yield->setOperands(yielded);

  llvm::SetVector<mlir::Value> captures;
  mlir::getUsedValuesDefinedAbove(draft.getBody(), captures);
  if (llvm::any_of(captures, [](mlir::Value v) { return !llvm::isa<NNTensorType>(v.getType()); })) {
    error(diag::ScanBody, expr->span, "text or a data set from outside");
    draft.getBody().dropAllReferences();
    draft.erase();
    forgetValues();
    return Value();
  }
  ScanOp op = ScanOp::complete(draft, tensors, inits);

  // After the loop the vars are what the last turn left.
  for (Carried &one : carried) {
    size_t at = one.first;
    one.binding->value = assemble(one.before, op.getFinals(), at);
    if (one.count == 1)
      nameValue(one.binding->value, one.name);
  }
  size_t extra = inits.size() - purification.assigned.size();
  for (auto [i, one] : llvm::enumerate(purification.assigned)) {
    AssignOp::create(builder, loc, one.variable, op.getFinals()[extra + i]);
  }
  forgetValues();

  Values results;
  for (mlir::Value stacked : op.getStacked()) {
    int64_t rank = llvm::cast<NNTensorType>(stacked.getType()).getRank();
    results.push_back(
        Value::of(moveAxis(builder, loc, stacked, 0, std::min<int64_t>(axis, rank - 1))));
  }
  if (!turn.rows)
    return Value::unit();
  return results.size() == 1 ? results.front() : Value::tuple(std::move(results));
}

void Elaborator::executeYield(const ast::YieldStatement *statement) {
  if (!recurrence || recurrence->runtimeDepth != runtimeDepth) {
    error(diag::YieldOutside, statement->span);
    return;
  }
  if (recurrence->rows) {
    error(diag::YieldTwice, statement->span);
    return;
  }
  recurrence->rows = evaluateAll(statement->values);
}
