//===- Observer.h - told of what elaboration finds ------------------------------------===//
//
// What elaboration finds out and does not keep: the value of each expression, what each name stands
// for, how each loop is carried out. An expression of a function is evaluated at each call anew.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_OBSERVER_H
#define NNC_ELABORATE_OBSERVER_H

#include "compiler/elaborate/Phase.h"

namespace nnc::elaborate {

class Observer {
public:
  virtual ~Observer() = default;
  /// An expression has this value, in this scope.
  virtual void evaluated(const ast::Expr &, const Value &, const Scope &) {}
  /// A name has been given its meaning.
  virtual void declared(const ast::Identifier &, const Binding &, const Scope &) {}
  /// A layer is about to be made with these arguments.
  virtual void made(const ast::LayerItem &, const std::vector<Argument> &) {}
  /// It has been decided how a loop, scan or comprehension over `source` happens.
  virtual void decided(const ast::Expr &source, const Phase &) {}
};

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_OBSERVER_H
