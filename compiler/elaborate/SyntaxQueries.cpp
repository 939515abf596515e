//===- SyntaxQueries.cpp - questions about a piece of syntax ------------------------------===//

#include "compiler/elaborate/SyntaxQueries.h"
#include "compiler/elaborate/Builtins.h"

using namespace nnc;
using namespace nnc::elaborate;
using llvm::StringRef;

namespace {
using OnExpr = llvm::function_ref<void(const ast::Expr *)>;
using OnStatement = llvm::function_ref<void(const ast::Statement *)>;

struct Walker {
  OnExpr onExpr;
  OnStatement onStatement;

  void visit(const ast::Block &block) {
    for (const ast::Statement *statement : block.statements)
      visit(statement);
  }

  void visit(const ast::Statement *statement) {
    onStatement(statement);
    switch (statement->kind) {
    case ast::Statement::Bind:
      return visit(llvm::cast<ast::BindStatement>(statement)->value);
    case ast::Statement::Param:
      if (auto &init = llvm::cast<ast::ParamStatement>(statement)->init)
        visit(init->expr);
      return;
    case ast::Statement::If: {
      auto *branch = llvm::cast<ast::IfStatement>(statement);
      for (const auto &[condition, body] : branch->branches) {
        visit(condition);
        visit(body);
      }
      if (branch->elseBody)
        visit(*branch->elseBody);
      return;
    }
    case ast::Statement::For:
      visit(llvm::cast<ast::ForStatement>(statement)->source);
      return visit(llvm::cast<ast::ForStatement>(statement)->body);
    case ast::Statement::While:
      visit(llvm::cast<ast::WhileStatement>(statement)->condition);
      return visit(llvm::cast<ast::WhileStatement>(statement)->body);
    case ast::Statement::Return:
      for (const ast::Expr *value : llvm::cast<ast::ReturnStatement>(statement)->values)
        visit(value);
      return;
    case ast::Statement::Yield:
      for (const ast::Expr *value : llvm::cast<ast::YieldStatement>(statement)->values)
        visit(value);
      return;
    case ast::Statement::Assert:
      visit(llvm::cast<ast::AssertStatement>(statement)->condition);
      return visit(llvm::cast<ast::AssertStatement>(statement)->message);
    case ast::Statement::Assign:
      visit(llvm::cast<ast::AssignStatement>(statement)->target);
      return visit(llvm::cast<ast::AssignStatement>(statement)->value);
    case ast::Statement::Expression:
      return visit(llvm::cast<ast::ExpressionStatement>(statement)->expr);
    case ast::Statement::Break:
    case ast::Statement::Continue:
      return;
    }
  }

  void visit(const ast::Generator &generator) {
    visit(generator.source);
    visit(generator.condition);
  }

  void visit(const ast::Expr *expr) {
    if (!expr)
      return;
    onExpr(expr);
    switch (expr->kind) {
    case ast::Expr::StringLiteral:
      for (const auto &piece : llvm::cast<ast::StringLiteral>(expr)->pieces)
        visit(piece.expr);
      return;
    case ast::Expr::Call: {
      auto *call = llvm::cast<ast::Call>(expr);
      visit(call->callee);
      for (const ast::Argument &argument : call->arguments)
        visit(argument.value);
      if (call->generator)
        visit(*call->generator);
      return;
    }
    case ast::Expr::Index:
      visit(llvm::cast<ast::Index>(expr)->base);
      for (const ast::IndexItem &item : llvm::cast<ast::Index>(expr)->items)
        visit(item.expr);
      return;
    case ast::Expr::Member:
      return visit(llvm::cast<ast::Member>(expr)->base);
    case ast::Expr::Unary:
      return visit(llvm::cast<ast::Unary>(expr)->operand);
    case ast::Expr::Binary:
      visit(llvm::cast<ast::Binary>(expr)->lhs);
      return visit(llvm::cast<ast::Binary>(expr)->rhs);
    case ast::Expr::Compose:
      visit(llvm::cast<ast::Compose>(expr)->lhs);
      return visit(llvm::cast<ast::Compose>(expr)->rhs);
    case ast::Expr::Pipe:
      visit(llvm::cast<ast::Pipe>(expr)->lhs);
      return visit(llvm::cast<ast::Pipe>(expr)->rhs);
    case ast::Expr::If:
      visit(llvm::cast<ast::If>(expr)->condition);
      visit(llvm::cast<ast::If>(expr)->thenExpr);
      return visit(llvm::cast<ast::If>(expr)->elseExpr);
    case ast::Expr::Minimize:
      visit(llvm::cast<ast::Minimize>(expr)->loss);
      visit(llvm::cast<ast::Minimize>(expr)->over);
      return visit(llvm::cast<ast::Minimize>(expr)->optimizer);
    case ast::Expr::Scan:
      for (const auto &source : llvm::cast<ast::Scan>(expr)->sources)
        visit(source.source);
      visit(llvm::cast<ast::Scan>(expr)->along);
      return visit(llvm::cast<ast::Scan>(expr)->body);
    case ast::Expr::Tuple:
      for (const ast::Expr *element : llvm::cast<ast::Tuple>(expr)->elements)
        visit(element);
      return;
    case ast::Expr::List:
      for (const ast::Expr *element : llvm::cast<ast::List>(expr)->elements)
        visit(element);
      return;
    case ast::Expr::Comprehension:
      visit(llvm::cast<ast::Comprehension>(expr)->element);
      return visit(llvm::cast<ast::Comprehension>(expr)->generator);
    case ast::Expr::IntLiteral:
    case ast::Expr::FloatLiteral:
    case ast::Expr::BoolLiteral:
    case ast::Expr::Name:
      return;
    }
  }
};
} // namespace

void elaborate::walk(const ast::Block &block, OnExpr onExpr, OnStatement onStatement) {
  Walker{onExpr, onStatement}.visit(block);
}

void elaborate::walk(const ast::Expr *expr, OnExpr onExpr, OnStatement onStatement) {
  Walker{onExpr, onStatement}.visit(expr);
}

void elaborate::collectAssigned(const ast::Block &block, llvm::SetVector<StringRef> &names) {
  walk(
      block, [](const ast::Expr *) {},
      [&](const ast::Statement *statement) {
        if (auto *assign = llvm::dyn_cast<ast::AssignStatement>(statement))
          if (auto *name = llvm::dyn_cast<ast::Name>(assign->target))
            names.insert(name->name);
      });
}

bool elaborate::hasJump(const ast::Block &block, ast::Statement::Kind kind) {
  return llvm::any_of(block.statements, [&](const ast::Statement *statement) {
    auto *branch = llvm::dyn_cast<ast::IfStatement>(statement);
    if (!branch)
      return statement->kind == kind;
    return (branch->elseBody && hasJump(*branch->elseBody, kind)) ||
           llvm::any_of(branch->branches,
                        [&](const auto &part) { return hasJump(part.body, kind); });
  });
}

bool elaborate::hasReturn(const ast::Block &block) {
  bool found = false;
  walk(
      block, [](const ast::Expr *) {},
      [&](const ast::Statement *statement) {
        found |= llvm::isa<ast::ReturnStatement>(statement);
      });
  return found;
}

static bool onlyTells(const ast::Block &block) {
  return llvm::all_of(block.statements, [](const ast::Statement *statement) {
    if (llvm::isa<ast::AssertStatement>(statement))
      return true;
    auto *expression = llvm::dyn_cast<ast::ExpressionStatement>(statement);
    auto *call = expression ? llvm::dyn_cast<ast::Call>(expression->expr) : nullptr;
    auto *callee = call ? llvm::dyn_cast<ast::Name>(call->callee) : nullptr;
    return callee &&
           (callee->name == "print" || callee->name == "write" || callee->name == "report");
  });
}

bool elaborate::onlyTells(const ast::IfStatement &statement) {
  return llvm::all_of(statement.branches,
                      [](const auto &branch) { return ::onlyTells(branch.body); }) &&
         (!statement.elseBody || ::onlyTells(*statement.elseBody));
}

static void addDifferentiated(const ast::Expr *expr, llvm::StringSet<> &names) {
  auto *call = llvm::dyn_cast<ast::Call>(expr);
  if (!call || call->arguments.empty())
    return;
  auto *callee = llvm::dyn_cast<ast::Name>(call->callee);
  if (!callee || (callee->name != "grad" && callee->name != "jacobian"))
    return;
  // In `e |> grad(x)` the call lacks its first argument.
  walk(
      call->arguments.back().value,
      [&](const ast::Expr *target) {
        if (auto *name = llvm::dyn_cast<ast::Name>(target))
          names.insert(name->name);
      },
      [](const ast::Statement *) {});
}

void elaborate::collectDifferentiated(const ast::Block &block, llvm::StringSet<> &names) {
  walk(
      block, [&](const ast::Expr *expr) { addDifferentiated(expr, names); },
      [](const ast::Statement *) {});
}

void elaborate::collectDifferentiated(const ast::Expr *expr, llvm::StringSet<> &names) {
  walk(
      expr, [&](const ast::Expr *inner) { addDifferentiated(inner, names); },
      [](const ast::Statement *) {});
}

bool elaborate::hasEffects(const ast::Block &block) {
  bool found = false;
  walk(
      block,
      [&](const ast::Expr *expr) {
        found |= llvm::isa<ast::Minimize>(expr);
        if (auto *call = llvm::dyn_cast<ast::Call>(expr))
          if (auto *name = llvm::dyn_cast<ast::Name>(call->callee))
            found |= happensAtRunTime(name->name);
      },
      [&](const ast::Statement *statement) {
        found |= llvm::isa<ast::AssertStatement, ast::ExpressionStatement, ast::BreakStatement,
                           ast::ContinueStatement>(statement);
        if (auto *assign = llvm::dyn_cast<ast::AssignStatement>(statement))
          found |= !llvm::isa<ast::Name>(assign->target);
      });
  return found;
}
