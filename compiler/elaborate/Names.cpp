//===- Names.cpp - names in functions that nothing calls ------------------------------===//
//
// A function is elaborated where it is called. So that a misspelt name in one that nobody calls is
// found too, every item of the program is searched for names that mean nothing anywhere in it:
// neither in the item itself, in whatever block, nor in the program, nor in the library.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/DataSources.h"
#include "compiler/elaborate/Elaborator.h"
#include "compiler/elaborate/SyntaxQueries.h"

using namespace nnc;
using namespace nnc::elaborate;

namespace {
class NameCheck {
public:
  NameCheck(DiagnosticEngine &engine, Module &module) : engine(engine), module(module) {}

  void addParameters(llvm::ArrayRef<ast::Parameter> parameters) {
    for (const ast::Parameter &parameter : parameters) {
      known.insert(parameter.name.name);
      add(parameter.type);
      visit(parameter.defaultValue);
    }
  }

  void visit(const ast::Expr *expr) {
    if (expr)
      walk(
          expr, [&](const ast::Expr *inner) { visitOne(inner); },
          [&](const ast::Statement *statement) { visitOne(statement); });
  }
  void visit(const ast::Block &block) {
    walk(
        block, [&](const ast::Expr *inner) { visitOne(inner); },
        [&](const ast::Statement *statement) { visitOne(statement); });
  }

  void visit(const ast::Function &function) {
    known.insert(function.name.name);
    addParameters(function.parameters);
    add(function.result);
    visit(function.expr);
    if (function.block)
      visit(*function.block);
    for (const ast::CustomGradient &gradient : function.customGradients) {
      known.insert(gradient.cotangent.name);
      visit(gradient.value);
    }
  }

  void visit(llvm::ArrayRef<ast::LayerMember *> members) {
    for (const ast::LayerMember *member : members) {
      known.insert(member->name.name);
      add(member->type);
      add(member->pattern);
      visit(member->value);
      visit(member->message);
      if (member->init)
        visit(member->init->expr);
      visit(member->body);
      visit(member->elseBody);
      if (member->method)
        visit(*member->method);
    }
  }

  /// Reports what was used and is known nowhere.
  void finish() {
    for (const ast::Name *name : used)
      if (!known.contains(name->name) && !module.scope.find(name->name) && !isRawTerm(name->name))
        engine.report(diag::UnknownName, name->span, name->name);
  }

private:
  void add(const ast::Pattern *pattern) {
    if (!pattern)
      return;
    known.insert(pattern->name.name);
    for (const ast::Pattern *element : pattern->elements)
      add(element);
  }

  /// Names first met in a type are dimensions.
  void add(const ast::Type *type) {
    if (!type)
      return;
    for (const ast::DimSpec &dim : type->dims) {
      if (dim.restName)
        known.insert(dim.restName->name);
      if (auto *name = llvm::dyn_cast_or_null<ast::Name>(dim.expr))
        known.insert(name->name);
      else
        visit(dim.expr);
    }
    for (const ast::Type *element : type->elements)
      add(element);
  }

  void visitOne(const ast::Expr *expr) {
    if (auto *name = llvm::dyn_cast<ast::Name>(expr))
      used.push_back(name);
    if (auto *call = llvm::dyn_cast<ast::Call>(expr)) {
      for (const ast::Argument &argument : call->arguments)
        add(argument.type);
      if (call->generator)
        add(call->generator->pattern);
    }
    if (auto *comprehension = llvm::dyn_cast<ast::Comprehension>(expr))
      add(comprehension->generator.pattern);
    if (auto *scan = llvm::dyn_cast<ast::Scan>(expr))
      for (const ast::Scan::Source &source : scan->sources)
        add(source.pattern);
  }

  void visitOne(const ast::Statement *statement) {
    if (auto *bind = llvm::dyn_cast<ast::BindStatement>(statement)) {
      add(bind->pattern);
      add(bind->type);
    }
    if (auto *param = llvm::dyn_cast<ast::ParamStatement>(statement)) {
      known.insert(param->name.name);
      add(param->type);
    }
    if (auto *loop = llvm::dyn_cast<ast::ForStatement>(statement))
      add(loop->pattern);
  }

  DiagnosticEngine &engine;
  Module &module;
  llvm::StringSet<> known;
  std::vector<const ast::Name *> used;
};
} // namespace

void Elaborator::checkNames(const ast::File &file, Module &module) {
  for (const ast::Item *item : file.items) {
    NameCheck check(interpreter.engine, module);
    if (auto *function = llvm::dyn_cast<ast::FunctionItem>(item)) {
      check.visit(*function->function);
    } else if (auto *layer = llvm::dyn_cast<ast::LayerItem>(item)) {
      check.addParameters(layer->parameters);
      check.visit(layer->members);
    } else {
      continue; // commands and tests are always elaborated
    }
    check.finish();
  }
}
