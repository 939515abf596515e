//===- Loops.h - if, for, while: at compile time or at run time -----------------------===//
//
// Asks Phase when each happens: decided by static values it leaves no trace but its turns; else it
// becomes an operation whose regions the Interpreter fills.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_LOOPS_H
#define NNC_ELABORATE_LOOPS_H

#include "compiler/elaborate/Interpreter.h"

namespace nnc::elaborate {

/// From branch number `branch` on.
void executeIf(Interpreter &e, const ast::IfStatement *statement, size_t branch = 0);
void executeFor(Interpreter &e, const ast::ForStatement *statement);
void executeWhile(Interpreter &e, const ast::WhileStatement *statement);
/// Carries out `run` for each element of a static range, list or tuple. `body`: the statements that
/// it elaborates, if any.
void forEach(Interpreter &e, Value source, Span span, const ast::Pattern *pattern,
             llvm::function_ref<void()> run, const ast::Block *body = nullptr);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_LOOPS_H
