//===- Exits.h - return, break, continue -----------------------------------------------===//
//
// How control leaves a function, a loop or a comprehension. An exit in control flow that only the
// running program decides raises a flag; what follows runs where no flag is up, and a function's
// values are merged, each where it is taken. Guarantees that after takeResult no exit is open.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_EXITS_H
#define NNC_ELABORATE_EXITS_H

#include "compiler/elaborate/Interpreter.h"

namespace nnc::elaborate {

void executeJump(Interpreter &e, const ast::Statement *statement);
void executeReturn(Interpreter &e, const ast::ReturnStatement *statement);
/// Before control flow that is known at run time only, made of these blocks: makes the flags that
/// tell which exits in there were taken.
void prepareExits(Interpreter &e, llvm::ArrayRef<const ast::Block *> blocks);
/// Whether an exit that was taken since `raised` had that size is still open, at run time.
mlir::Value hasLeft(Interpreter &e, size_t raisedBefore);
/// Elaborates what follows a statement in which exits may have been taken, so that it happens only
/// where none was.
void executeUnlessLeft(Interpreter &e, size_t raisedBefore, llvm::ArrayRef<ast::Statement *> rest);
/// One value of those that exits give, each where it is taken; `what` they leave, for messages.
Value mergeExits(Interpreter &e, std::vector<RuntimeReturn> exits, const std::string &what);
/// What the current function, whose body has been elaborated, returns; closes its exits.
Value takeResult(Interpreter &e, Span declaration);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_EXITS_H
