//===- Loops.cpp - if, for, while: at compile time or at run time -------------------===//
//
// Control that is known at compile time is carried out here: branches are chosen, loops unrolled.
// Control that is known at run time only becomes nn.if, nn.for, nn.while, nn.batches; the `var`s
// that it assigns get a place in memory before it (promoteVars).
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Loops.h"
#include "compiler/elaborate/Data.h"
#include "compiler/elaborate/Exits.h"
#include "compiler/elaborate/Observer.h"
#include "compiler/elaborate/Recurrence.h"
#include "compiler/elaborate/SyntaxQueries.h"
#include "llvm/ADT/ScopeExit.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

void elaborate::executeIf(Interpreter &e, const ast::IfStatement *statement, size_t branch) {
  if (branch == statement->branches.size()) {
    if (statement->elseBody)
      e.execute(*statement->elseBody);
    return;
  }
  const auto &[conditionExpr, body] = statement->branches[branch];
  bool dependedOnMode = e.activation && e.activation->dependsOnMode;
  Value condition = e.evaluate(conditionExpr);
  if (condition.is(Value::Bool)) {
    if (e.activation && onlyTells(*statement))
      e.activation->dependsOnMode = dependedOnMode;
    if (condition.getBool())
      e.execute(body);
    else
      executeIf(e, statement, branch + 1);
    return;
  }
  mlir::Value holds = e.toRuntimeBool(condition, conditionExpr->span, "the condition");
  if (!holds)
    return;
  llvm::SmallVector<const ast::Block *> blocks;
  for (size_t i = branch; i < statement->branches.size(); ++i)
    blocks.push_back(&statement->branches[i].body);
  if (statement->elseBody)
    blocks.push_back(&*statement->elseBody);
  e.promoteVars(blocks);
  auto op = IfOp::create(e.builder, e.getLoc(statement->span), holds);
  bool falls = executeBranches(
      e, statement->span,
      [&] {
        return e.emitRegion(op.getThenRegion(), {}, [&](mlir::ValueRange) { e.execute(body); });
      },
      [&] {
        return e.emitRegion(op.getElseRegion(), {},
                            [&](mlir::ValueRange) { executeIf(e, statement, branch + 1); });
      });
  e.blockEnded = !falls;
}

//===-- Loops ------------------------------------------------------------------------------===//

namespace {
/// A loop whose turns are carried out one by one while the program is compiled.
class UnrolledTurns {
public:
  UnrolledTurns(Interpreter &e, Span span, const ast::Pattern *pattern,
                llvm::function_ref<void()> run, const ast::Block *body, bool counted)
      : e(e), span(span), pattern(pattern), run(run), body(body), counted(counted), control(e),
        raisedBefore(e.raised.size()), errorsBefore(e.engine.getErrorCount()) {
    e.loop = Control::Loop::Unrolled;
    e.loopRuntimeDepth = e.runtimeDepth;
    e.unrolled = &exits;
  }
  ~UnrolledTurns() {
    close(/*ofTurn=*/false);
    e.loop = control.loop;
    e.loopRuntimeDepth = control.loopRuntimeDepth;
    e.unrolled = control.unrolled;
  }

  /// Whether the loop goes on after it.
  bool turn(const Value &element) {
    if (e.raised.size() == raisedBefore) {
      runTurn(element);
      bool isOpen = llvm::any_of(e.raised, [&](const auto &flag) {
        return flag == exits.skipped || flag == exits.broken;
      });
      e.blockEnded &= !isOpen;
    } else {
      // An earlier turn may have left.
      if (body)
        e.promoteVars(body);
      auto op = IfOp::create(e.builder, e.getLoc(span), hasLeft(e, raisedBefore));
      e.emitRegion(op.getThenRegion(), {}, [](mlir::ValueRange) {});
      e.emitRegion(op.getElseRegion(), {}, [&](mlir::ValueRange) { runTurn(element); });
    }
    close(/*ofTurn=*/true);
    bool goesOn = e.jump != Control::Jump::Break && !(e.activation && e.activation->returned) &&
                  !e.blockEnded && e.engine.getErrorCount() == errorsBefore;
    e.jump = Control::Jump::None;
    return goesOn;
  }

private:
  void runTurn(Value element) {
    if (counted)
      element = Value::tuple({Value::ofInt(number++), element});
    if (exits.skipped)
      e.assignVariable(*exits.skipped, e.toTensor(Value::ofBool(false), span).getRuntime());
    Scope local;
    local.parent = e.scope;
    Restore<Scope *> inScope(e.scope, &local);
    e.bind(pattern, element, false, nullptr, span);
    for (auto &[name, binding] : local.names)
      binding.isUsed = true;
    run();
  }

  /// The exits of this loop, or of its turn, end here.
  void close(bool ofTurn) {
    auto isOurs = [&](const std::shared_ptr<const Variable> &flag) {
      return flag && (flag == exits.skipped || (!ofTurn && flag == exits.broken));
    };
    e.raised.erase(std::remove_if(e.raised.begin() + raisedBefore, e.raised.end(), isOurs),
                   e.raised.end());
  }

  Interpreter &e;
  Span span;
  const ast::Pattern *pattern;
  llvm::function_ref<void()> run;
  const ast::Block *body;
  bool counted;
  int64_t number = 0; // of the turn
  UnrolledLoop exits;
  Control control; // around the loop
  size_t raisedBefore;
  unsigned errorsBefore;
};
} // namespace

void elaborate::forEach(Interpreter &e, Value source, Span span, const ast::Pattern *pattern,
                        llvm::function_ref<void()> run, const ast::Block *body) {
  bool counted = source.is(Value::EnumeratedKind);
  if (counted)
    source = source.getEnumerated();
  UnrolledTurns turns(e, span, pattern, run, body, counted);
  if (source.is(Value::List) || source.is(Value::Tuple)) {
    for (const Value &element : source.getElements())
      if (!turns.turn(element))
        return;
    return;
  }
  const Range &range = source.getRange();
  int64_t count = countTurns(range), upper = range.lower->getInt() + count;
  if (count > unrollMaximum) {
    e.error(diag::TooManyTurns, span, count, unrollMaximum)
        .hint("iterate over the list itself, or over fewer turns");
    return;
  }
  for (int64_t i = range.lower->getInt(); i < upper; ++i)
    if (!turns.turn(Value::ofInt(i)))
      return;
}

static void emitLoop(Interpreter &e, mlir::Region &region, mlir::TypeRange types,
                     const ast::ForStatement *statement,
                     llvm::function_ref<Value(mlir::ValueRange)> getElement) {
  Restore<Control::Loop> kind(e.loop, Control::Loop::Runtime);
  Restore<unsigned> depth(e.loopRuntimeDepth, e.runtimeDepth + 1);
  e.emitRegion(region, types, [&](mlir::ValueRange arguments) {
    Scope local;
    local.parent = e.scope;
    Restore<Scope *> inScope(e.scope, &local);
    Value element = getElement(arguments);
    e.bind(statement->pattern, element, false, nullptr, statement->source->span);
    for (auto &[name, binding] : local.names)
      binding.isUsed = true;
    e.execute(statement->body);
  });
}

/// A loop that the program carries out, over a range or the rows of a tensor.
static void emitFor(Interpreter &e, const ast::ForStatement *statement, const Value &source,
                    bool counted) {
  Span span = statement->source->span;
  mlir::Value lower, upper, rows;
  if (source.is(Value::RangeKind)) {
    lower = e.toRuntimeInt(*source.getRange().lower, span, "the bound of a range");
    Value end = *source.getRange().upper;
    if (source.getRange().inclusive)
      end = e.binary(ast::BinaryOp::Add, end, Value::ofInt(1), span, span, span);
    upper = e.toRuntimeInt(end, span, "the bound of a range");
  } else if (source.isTensor() || source.is(Value::List)) {
    Value tensor = e.toTensor(source, span);
    if (tensor.isPoison())
      return;
    if (tensor.getTensorType().isScalar()) {
      e.error(diag::NotIterable, span, describe(source));
      return;
    }
    rows = tensor.getRuntime();
    lower = e.constantInt(0);
    upper =
        SizeOp::create(e.builder, e.getLoc(span), tensor.getTensorType().getDim(0).toAttribute());
  } else {
    e.error(diag::NotIterable, span, describe(source));
    return;
  }
  if (!lower || !upper)
    return;
  e.promoteVars(&statement->body);
  auto op = ForOp::create(e.builder, e.getLoc(statement->span), lower, upper);
  emitLoop(e, op.getBody(), lower.getType(), statement, [&](mlir::ValueRange arguments) {
    Value at = Value::of(arguments[0]);
    Value element = rows ? e.selectElement(rows, 0, at, span) : at;
    if (!counted || element.isPoison())
      return element;
    Value number = rows ? at : e.binary(ast::BinaryOp::Sub, at, Value::of(lower), span, span, span);
    return Value::tuple({number, element});
  });
}

void elaborate::executeFor(Interpreter &e, const ast::ForStatement *statement) {
  Value source = e.evaluate(statement->source);
  if (source.isPoison())
    return;
  Span span = statement->source->span;
  auto runBody = [&] { e.execute(statement->body); };
  bool counted = source.is(Value::EnumeratedKind);
  if (counted)
    source = source.getEnumerated();
  Phase phase = decidePhase(e, *statement, source);
  if (e.observer)
    e.observer->decided(*statement->source, phase);
  switch (phase.kind) {
  case Phase::Batches: {
    e.promoteVars(&statement->body);
    Batches batches =
        source.is(Value::Data) ? Batches{source.getDataset(), nullptr} : source.getBatches();
    return emitBatches(e, batches, statement->pattern, counted, statement->span, span, runBody);
  }
  case Phase::Unrolled:
    if (counted)
      source = Value::of(Enumerated{std::make_shared<Value>(source)});
    return forEach(e, source, span, statement->pattern, runBody, &statement->body);
  case Phase::Loop:
    return emitFor(e, statement, source, counted);
  case Phase::Scan:
    llvm_unreachable("a comprehension becomes a scan");
  }
}

void elaborate::executeWhile(Interpreter &e, const ast::WhileStatement *statement) {
  e.promoteVars(&statement->body);
  auto op = WhileOp::create(e.builder, e.getLoc(statement->span));
  bool failed = false;
  e.emitRegion(op.getCondition(), {}, [&](mlir::ValueRange) {
    mlir::Value holds = e.toRuntimeBool(e.evaluate(statement->condition),
                                        statement->condition->span, "the condition");
    failed = !holds;
    if (failed)
      holds = e.toTensor(Value::ofBool(false), statement->span).getRuntime();
    YieldOp::create(e.builder, e.getLoc(statement->span), holds);
    e.blockEnded = true;
  });
  {
    Restore<Control::Loop> kind(e.loop, Control::Loop::Runtime);
    Restore<unsigned> depth(e.loopRuntimeDepth, e.runtimeDepth + 1);
    e.emitRegion(op.getBody(), {}, [&](mlir::ValueRange) {
      if (!failed)
        e.execute(statement->body);
    });
  }
  // `while true` ends by an exit alone.
  auto *forever = llvm::dyn_cast<ast::BoolLiteral>(statement->condition);
  e.blockEnded |= forever && forever->value && !hasJump(statement->body, ast::Statement::Break);
}
