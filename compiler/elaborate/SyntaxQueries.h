//===- SyntaxQueries.h - questions about a piece of syntax -------------------------===//
//
// What can be said of statements and expressions without evaluating them.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_SYNTAX_QUERIES_H
#define NNC_ELABORATE_SYNTAX_QUERIES_H

#include "compiler/syntax/Ast.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

namespace nnc::elaborate {

/// Names that assignments in the block have as targets.
void collectAssigned(const ast::Block &block, llvm::SetVector<llvm::StringRef> &names);
/// Whether a `break` or `continue` in the block leaves a loop around it.
bool hasJump(const ast::Block &block, ast::Statement::Kind kind);
/// Whether there is a `return` in the block.
bool hasReturn(const ast::Block &block);
/// Names that calls of grad and jacobian differentiate with respect to.
void collectDifferentiated(const ast::Block &block, llvm::StringSet<> &names);
void collectDifferentiated(const ast::Expr *expr, llvm::StringSet<> &names);
/// Whether the block does something that happens only when the program runs: trains, prints,
/// asserts, calls for effect.
bool hasEffects(const ast::Block &block);
/// Whether all branches only print, report and assert.
bool onlyTells(const ast::IfStatement &statement);
/// Hands over everything in there, what is outside before what is inside of it.
void walk(const ast::Block &block, llvm::function_ref<void(const ast::Expr *)> onExpr,
          llvm::function_ref<void(const ast::Statement *)> onStatement);
void walk(const ast::Expr *expr, llvm::function_ref<void(const ast::Expr *)> onExpr,
          llvm::function_ref<void(const ast::Statement *)> onStatement);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_SYNTAX_QUERIES_H
