//===- Paths.cpp - what a path of the program names ----------------------------------===//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Paths.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

/// Whether it names what it stands for, as in `net[0].w`: finding that computes nothing.
static bool isPath(const ast::Expr *expr) {
  if (auto *member = llvm::dyn_cast<ast::Member>(expr))
    return isPath(member->base);
  if (auto *index = llvm::dyn_cast<ast::Index>(expr))
    return isPath(index->base);
  return llvm::isa<ast::Name>(expr);
}

/// The elements of a tuple or list that is written out; nothing for any other expression.
static std::optional<llvm::ArrayRef<ast::Expr *>> getElements(const ast::Expr *expr) {
  if (auto *tuple = llvm::dyn_cast<ast::Tuple>(expr))
    return llvm::ArrayRef(tuple->elements);
  if (auto *list = llvm::dyn_cast<ast::List>(expr))
    return llvm::ArrayRef(list->elements);
  return std::nullopt;
}

Place elaborate::findPlace(Interpreter &e, const ast::Expr *expr) {
  if (auto *name = llvm::dyn_cast<ast::Name>(expr))
    return {e.scope->find(name->name), nullptr, Value()};
  auto *member = llvm::cast<ast::Member>(expr);
  Value base = e.evaluate(member->base);
  if (!base.is(Value::Object))
    return {nullptr, nullptr, base};
  const Instance &owner = *base.getInstance();
  return {owner.scope.index.lookup(member->name.name), &owner, base};
}

std::shared_ptr<const Variable> elaborate::findVariable(Interpreter &e, const ast::Expr *expr) {
  auto *member = llvm::dyn_cast<ast::Member>(expr);
  if (member ? !isPath(member->base) : !llvm::isa<ast::Name>(expr))
    return nullptr;
  Binding *binding = findPlace(e, expr).binding;
  if (!binding)
    return nullptr;
  binding->isUsed = true;
  return binding->variable;
}

/// `evaluated`: the value of the expression if it is known, so that nothing is computed twice.
static void resolve(Interpreter &e, const ast::Expr *expr, const Value *evaluated,
                    const std::string &at, std::vector<Held> &parts) {
  if (auto elements = getElements(expr)) {
    bool isKnown = evaluated && (evaluated->is(Value::Tuple) || evaluated->is(Value::List)) &&
                   evaluated->getElements().size() == elements->size();
    for (auto [i, element] : llvm::enumerate(*elements))
      resolve(e, element, isKnown ? &evaluated->getElements()[i] : nullptr,
              joinPath(at, std::to_string(i)), parts);
    return;
  }
  std::shared_ptr<const Variable> variable = findVariable(e, expr);
  if (variable && variable->kind == VariableKind::Var)
    variable = nullptr; // a value of the program, which nothing holds
  Value value = variable ? Value() : evaluated ? *evaluated : e.evaluate(expr);
  parts.push_back({at, variable, std::move(value), expr->span});
}

std::vector<Held> elaborate::resolvePaths(Interpreter &e, const ast::Expr *expr) {
  std::vector<Held> parts;
  resolve(e, expr, nullptr, "", parts);
  return parts;
}

std::vector<Held> elaborate::resolveArgument(Interpreter &e, const BuiltinCall &call,
                                             StringRef name) {
  std::vector<Held> parts;
  if (call.syntax)
    for (auto [i, argument] : llvm::enumerate(call.syntax->arguments))
      if (parts.empty() && (argument.name ? argument.name->name == name : i == 0))
        resolve(e, argument.value, &call.matched[0], "", parts);
  if (parts.empty())
    parts.push_back({"", nullptr, call.matched[0], call.span});
  return parts;
}

/// Adds what is not there yet, with its path in the whole.
static void addOnce(std::vector<Reached> &all, llvm::StringSet<> &seen, const std::string &at,
                    llvm::ArrayRef<Reached> some) {
  for (const Reached &one : some)
    if (seen.insert(one.variable->symbol).second)
      all.push_back({joinPath(at, one.path), one.variable});
}

std::vector<Reached> elaborate::collectParams(Interpreter &e, const ast::Expr *expr) {
  std::vector<Reached> all;
  llvm::StringSet<> seen;
  for (const Held &part : resolvePaths(e, expr)) {
    if (!part.variable && part.value.isPoison())
      return {};
    std::vector<Reached> reached;
    if (!part.variable)
      reached = collectVariables(part.value, false);
    else if (part.variable->kind == VariableKind::Param)
      reached = {{part.variable->name, part.variable}};
    if (reached.empty()) {
      e.error(diag::NothingToTrain, part.span,
              part.variable ? "'" + part.variable->name + "'" : describe(part.value));
      return {};
    }
    addOnce(all, seen, part.path, reached);
  }
  return all;
}

std::vector<Reached> elaborate::collectHeld(const Unit &unit, llvm::ArrayRef<Held> parts) {
  std::vector<Reached> all;
  llvm::StringSet<> seen;
  for (const Held &part : parts)
    if (part.variable)
      addOnce(all, seen, part.path, {{part.variable->name, part.variable}});
    else
      addOnce(all, seen, part.path, collectHeld(unit, part.value));
  return all;
}
