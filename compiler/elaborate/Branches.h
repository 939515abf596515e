//===- Branches.h - what is computed under a condition of the run only ---------*- C++ -*-===//
#ifndef NNC_ELABORATE_BRANCHES_H
#define NNC_ELABORATE_BRANCHES_H

#include "compiler/elaborate/Interpreter.h"

namespace nnc::elaborate {

/// The value of an expression that is needed only where `condition` is `wanted`. What could stop
/// the program, or not end, is carried out only there; elsewhere the value is of no meaning.
Value evaluateWhere(Interpreter &e, const Value &condition, bool wanted, const ast::Expr *expr);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_BRANCHES_H
