//===- Comprehensions.h - [e for p in s if c] and f(e for p in s if c) ----------------------===//
//
// A list where the turns are known; a loop or a scan where only the running program knows them, a
// sum over batches among them. Needs an element that is one value of one shape in every turn.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_COMPREHENSIONS_H
#define NNC_ELABORATE_COMPREHENSIONS_H

#include "compiler/elaborate/Interpreter.h"

namespace nnc::elaborate {

/// What is made of the elements of a comprehension.
enum class Fold { List, Sum, Mean, Max, Min, All, Any };

/// fold(element for pattern in source if condition).
struct Comprehension {
  ast::Expr *element;
  const ast::Generator &generator;
  Fold fold;
  Span span;
};

/// What `callee(e for p in s)` makes of the elements.
Fold getFold(const Value &callee);
/// What combining starts with, and leaves another value as it is.
Value getIdentity(Fold fold);
Value combine(Emitter &e, Fold fold, Value a, Value b, Span span);
Value evaluateComprehension(Interpreter &e, const Comprehension &comprehension);
/// BatchComprehensions.cpp: over a data set or its batches, numbered where `counted`.
Value comprehendBatches(Interpreter &e, const Comprehension &comprehension, const Value &source,
                        bool counted);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_COMPREHENSIONS_H
