//===- CallSites.cpp - where calls stand in a program's structure --------------------===//

#include "compiler/elaborate/CallSites.h"
#include "compiler/elaborate/SyntaxQueries.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace nnc;
using namespace nnc::elaborate;

/// What an expression calls, in the program's words, but for the alias of an imported file.
static std::string getCallee(const ast::Expr *expr, const llvm::StringSet<> &aliases) {
  if (auto *name = llvm::dyn_cast<ast::Name>(expr))
    return name->name;
  if (auto *member = llvm::dyn_cast<ast::Member>(expr)) {
    auto *base = llvm::dyn_cast<ast::Name>(member->base);
    bool isImported = base && aliases.contains(base->name);
    return (isImported ? "" : getCallee(member->base, aliases) + ".") + member->name.name;
  }
  if (auto *call = llvm::dyn_cast<ast::Call>(expr))
    return getCallee(call->callee, aliases);
  if (auto *pipe = llvm::dyn_cast<ast::Pipe>(expr))
    return getCallee(pipe->rhs, aliases);
  if (auto *compose = llvm::dyn_cast<ast::Compose>(expr))
    return getCallee(compose->lhs, aliases) + ">>" + getCallee(compose->rhs, aliases);
  if (auto *index = llvm::dyn_cast<ast::Index>(expr))
    return getCallee(index->base, aliases) + "[]";
  return llvm::isa<ast::Minimize>(expr) ? "minimize" : "()";
}

/// Counts the calls of one body, in the order of the tree.
class CallSites::Body {
public:
  Body(CallSites &sites, const llvm::StringSet<> &aliases) : sites(sites), aliases(aliases) {}

  void add(const ast::Expr *expr) {
    if (expr)
      walk(
          expr, [&](const ast::Expr *inner) { addIfCall(inner); },
          [&](const ast::Statement *inner) { addIfDrawn(inner); });
  }
  void add(const ast::Block &block) {
    walk(
        block, [&](const ast::Expr *inner) { addIfCall(inner); },
        [&](const ast::Statement *inner) { addIfDrawn(inner); });
  }
  void add(llvm::ArrayRef<ast::Parameter> parameters) {
    for (const ast::Parameter &parameter : parameters)
      add(parameter.defaultValue);
  }
  void add(const ast::Function &function) {
    add(function.parameters);
    add(function.expr);
    if (function.block)
      add(*function.block);
    for (const ast::CustomGradient &rule : function.customGradients)
      add(rule.value);
  }
  void add(llvm::ArrayRef<ast::LayerMember *> members) {
    for (const ast::LayerMember *member : members) {
      addInitialiser(member->init);
      if (member->init)
        add(member->init->expr);
      add(member->value);
      add(member->message);
      add(member->body);
      add(member->elseBody);
      if (member->method)
        Body(sites, aliases).add(*member->method);
    }
  }

private:
  void count(const ast::Expr *expr) {
    std::string callee = getCallee(expr, aliases);
    unsigned number = counts[callee]++;
    sites.names.try_emplace(expr->span, callee + "#" + std::to_string(number));
  }
  void addIfCall(const ast::Expr *expr) {
    if (llvm::isa<ast::Call, ast::Pipe, ast::Minimize>(expr))
      count(expr);
  }
  /// `~ f` calls f, which need not look like a call.
  void addInitialiser(const std::optional<ast::Initialiser> &init) {
    if (init && init->draws && !llvm::isa<ast::Call, ast::Pipe, ast::Minimize>(init->expr))
      count(init->expr);
  }
  void addIfDrawn(const ast::Statement *statement) {
    if (auto *param = llvm::dyn_cast<ast::ParamStatement>(statement))
      addInitialiser(param->init);
  }

  CallSites &sites;
  const llvm::StringSet<> &aliases; // of imported files
  llvm::StringMap<unsigned> counts; // by callee
};

void CallSites::read(const ast::File &file) {
  llvm::StringSet<> aliases;
  for (const ast::Item *item : file.items)
    if (auto *import = llvm::dyn_cast<ast::ImportItem>(item); import && import->alias)
      aliases.insert(import->alias->name);
  for (const ast::Item *item : file.items) {
    Body body(*this, aliases);
    if (auto *constant = llvm::dyn_cast<ast::ConstItem>(item)) {
      body.add(constant->value);
    } else if (auto *function = llvm::dyn_cast<ast::FunctionItem>(item)) {
      body.add(*function->function);
    } else if (auto *layer = llvm::dyn_cast<ast::LayerItem>(item)) {
      body.add(layer->parameters);
      body.add(layer->members);
    } else if (auto *command = llvm::dyn_cast<ast::CommandItem>(item)) {
      body.add(command->parameters);
      body.add(command->body);
    } else if (auto *test = llvm::dyn_cast<ast::TestItem>(item)) {
      body.add(test->body);
    }
  }
}

llvm::StringRef CallSites::getName(Span span) {
  if (auto file = pending.find(span.file); file != pending.end()) {
    read(*file->second);
    pending.erase(file);
  }
  auto found = names.find(span);
  return found == names.end() ? llvm::StringRef() : llvm::StringRef(found->second);
}
