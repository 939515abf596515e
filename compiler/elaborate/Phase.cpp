//===- Phase.cpp - when a loop happens -----------------------------------------------===//

#include "compiler/elaborate/Phase.h"
#include "compiler/elaborate/SyntaxQueries.h"

using namespace nnc;
using namespace nnc::elaborate;

/// Turns beyond which a loop that changes tensors is not unrolled unless its body needs that: its
/// code would grow with them.
static constexpr int64_t tensorLimit = 32;
/// Turns beyond which a loop over a static range is not unrolled unless its body needs that.
static constexpr uint64_t unrollLimit = 256;

int64_t elaborate::countTurns(const Range &range) {
  int64_t turns;
  if (__builtin_sub_overflow(range.upper->getInt(), range.lower->getInt(), &turns) ||
      __builtin_add_overflow(turns, int64_t(range.inclusive), &turns))
    return std::numeric_limits<int64_t>::max();
  return std::max<int64_t>(turns, 0);
}

/// What a name or path such as `net.layers` stands for, if that is known without evaluating
/// anything; else poison. Gradients over a layer stand for all that is below them, too.
static Value peek(Scope &scope, const ast::Expr *expr) {
  if (auto *name = llvm::dyn_cast<ast::Name>(expr)) {
    Binding *binding = scope.find(name->name);
    return binding ? binding->value : Value();
  }
  auto *member = llvm::dyn_cast<ast::Member>(expr);
  Value base = member ? peek(scope, member->base) : Value();
  if (!base.is(Value::Object))
    return base.is(Value::WeightsKind) ? base : Value();
  Binding *binding = base.getInstance()->scope.findHere(member->name.name);
  return binding ? binding->value : Value();
}

/// Whether the elements exist at compile time only, e.g. layers.
static bool isStaticSelection(const Value &value) {
  if (!value.is(Value::List) && !value.is(Value::Tuple))
    return value.is(Value::WeightsKind);
  return !llvm::all_of(value.getElements(), [](const Value &v) {
    return v.isStaticNumber() || v.is(Value::Bool) || v.is(Value::List);
  });
}

/// Whether the body selects by the loop's variable, or by what is computed from it, from a list
/// that exists at compile time only, e.g. of layers, or makes a layer with it.
static bool needsUnrolling(Interpreter &e, const ast::ForStatement &statement) {
  if (statement.pattern->kind != ast::Pattern::Name)
    return false;
  llvm::StringSet<> dependent;
  dependent.insert(statement.pattern->name.name);
  bool needs = false;
  auto depends = [&](const ast::Expr *expr) {
    bool found = false;
    walk(
        expr,
        [&](const ast::Expr *inner) {
          auto *name = llvm::dyn_cast<ast::Name>(inner);
          found |= name && dependent.contains(name->name);
        },
        [](const ast::Statement *) {});
    return found;
  };
  walk(
      statement.body,
      [&](const ast::Expr *expr) {
        // A layer that is made has its sizes when the program is compiled.
        if (auto *call = llvm::dyn_cast<ast::Call>(expr))
          if (Value callee = peek(*e.scope, call->callee);
              callee.is(Value::Function) && callee.getCallable()->kind == Callable::Class)
            needs |= llvm::any_of(call->arguments, [&](const ast::Argument &argument) {
              return depends(argument.value);
            });
        auto *node = llvm::dyn_cast<ast::Index>(expr);
        if (node && isStaticSelection(peek(*e.scope, node->base)))
          needs |= llvm::any_of(node->items, [&](const ast::IndexItem &item) {
            return item.expr && depends(item.expr);
          });
      },
      [&](const ast::Statement *inner) {
        auto *bound = llvm::dyn_cast<ast::BindStatement>(inner);
        if (bound && bound->pattern->kind == ast::Pattern::Name && depends(bound->value))
          dependent.insert(bound->pattern->name.name);
      });
  return needs;
}

/// Whether one of the vars that the body assigns is a tensor now.
static bool changesTensor(Interpreter &e, const ast::Block &body) {
  llvm::SetVector<llvm::StringRef> names;
  collectAssigned(body, names);
  return llvm::any_of(names, [&](llvm::StringRef name) {
    Binding *binding = e.scope->find(name);
    return binding && (binding->variable || binding->value.isTensor());
  });
}

static bool assignsParam(Interpreter &e, const ast::Block &body) {
  llvm::SetVector<llvm::StringRef> names;
  collectAssigned(body, names);
  return llvm::any_of(names, [&](llvm::StringRef name) {
    Binding *binding = e.scope->find(name);
    return binding && binding->variable && binding->variable->kind == ir::VariableKind::Param;
  });
}

/// Whether the value is a number or a list of such: an element of a tensor.
static bool isTensorElement(const Value &value) {
  return value.isStaticNumber() || value.is(Value::Bool) || value.is(Value::List);
}

static bool isStaticRange(const Value &value) {
  return value.is(Value::RangeKind) && value.getRange().lower->is(Value::Int) &&
         value.getRange().upper->is(Value::Int);
}

Phase elaborate::decidePhase(Interpreter &e, const ast::ForStatement &statement,
                             const Value &source) {
  if (source.is(Value::BatchesKind) || source.is(Value::Data))
    return {Phase::Batches, "it walks a data set"};
  bool isRange = isStaticRange(source);
  bool isLong = isRange ? countTurns(source.getRange()) > int64_t(unrollLimit)
                        : source.is(Value::List) && source.getElements().size() > unrollLimit;
  if (source.is(Value::Tuple) ||
      (source.is(Value::List) && !(isLong && llvm::all_of(source.getElements(), isTensorElement))))
    return {Phase::Unrolled, "its elements are known when the program is compiled"};
  if (!isRange && !source.is(Value::List))
    return {Phase::Loop, "its number of turns is known only when the program runs"};
  if (needsUnrolling(e, statement))
    return {Phase::Unrolled, "its body selects from a list, or makes a layer, which happens only "
                             "while the program is compiled"};
  if (isLong)
    return {Phase::Loop, "it has many turns"};
  if (isRange && countTurns(source.getRange()) > tensorLimit && changesTensor(e, statement.body))
    return {Phase::Loop, "it has many turns, and changes a tensor"};
  if (hasEffects(statement.body))
    return {Phase::Loop, "its body does what happens only when the program runs"};
  if (assignsParam(e, statement.body))
    return {Phase::Loop, "its body assigns a param"};
  return {Phase::Unrolled, "it has few turns, and its body only computes"};
}

Phase elaborate::decidePhase(const Value &source, Fold fold) {
  if (source.is(Value::BatchesKind) || source.is(Value::Data))
    return {Phase::Batches, "it walks a data set"};
  if (source.is(Value::List) || source.is(Value::Tuple))
    return {Phase::Unrolled, "its elements are known when the program is compiled"};
  if (!isStaticRange(source))
    return {Phase::Scan, "its number of turns is known only when the program runs"};
  if (fold == Fold::List)
    return {Phase::Unrolled, "it makes a list of static length"};
  if (countTurns(source.getRange()) <= int64_t(unrollLimit))
    return {Phase::Unrolled, "it has few turns"};
  return {Phase::Scan, "it has many turns"};
}

llvm::StringRef elaborate::getName(Phase::Kind kind) {
  static constexpr llvm::StringLiteral names[] = {"unrolled", "a loop", "batches", "a scan"};
  return names[kind];
}
