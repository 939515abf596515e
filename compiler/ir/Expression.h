//===- Expression.h - formulas over any kind of expression ---------------------===//
//
// The records of element-wise operations state their values and gradients as formulas, once. A
// formula is a template over a class E of expressions, which has
//
//   E constant(double) const                 a number of this expression's type
//   static E call<Op>(llvm::ArrayRef<E>)     the operation Op of some expressions
//
// E is Scalar (emits arithmetic of kernels), TensorExpr (emits nn operations), Number (computes in
// double) or Notation (writes the formula down). This header gives all of them operators, functions
// by the mnemonics of the operations, and numbers that adapt to the expression that they meet.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_EXPRESSION_H
#define NNC_IR_EXPRESSION_H

#include "compiler/ir/NN.h"
#include <concepts>

namespace nnc::ir {

template <typename E>
concept Expression = requires(const E &a, double number) {
  { a.constant(number) } -> std::same_as<E>;
};

/// An operand as it is, or a number as an operand like another one.
template <Expression E> E adapt(const E &, const E &operand) { return operand; }
template <Expression E> E adapt(const E &like, double number) { return like.constant(number); }

/// An operator on two expressions, or on one and a number.
#define NN_OPERATOR(SYMBOL, OP)                                                                    \
  template <Expression E> E operator SYMBOL(E a, E b) { return E::template call<OP>({a, b}); }     \
  template <Expression E> E operator SYMBOL(E a, double b) { return a SYMBOL a.constant(b); }      \
  template <Expression E> E operator SYMBOL(double a, E b) { return b.constant(a) SYMBOL b; }
NN_OPERATOR(+, AddOp)
NN_OPERATOR(-, SubOp)
NN_OPERATOR(*, MulOp)
NN_OPERATOR(/, DivOp)
NN_OPERATOR(==, EqOp)
NN_OPERATOR(!=, NeOp)
NN_OPERATOR(<, LtOp)
NN_OPERATOR(<=, LeOp)
NN_OPERATOR(>, GtOp)
NN_OPERATOR(>=, GeOp)
NN_OPERATOR(&, AndOp)
NN_OPERATOR(|, OrOp)
#undef NN_OPERATOR
template <Expression E> E operator-(E a) { return E::template call<NegOp>({a}); }
template <Expression E> E operator!(E a) { return E::template call<NotOp>({a}); }

/// The second where the condition, which is the first, holds; else the third.
template <Expression E> E select(E condition, E onTrue, E onFalse) {
  return E::template call<SelectOp>({condition, onTrue, onFalse});
}
template <Expression E> E select(E condition, E onTrue, double onFalse) {
  return select(condition, onTrue, onTrue.constant(onFalse));
}
template <Expression E> E select(E condition, double onTrue, E onFalse) {
  return select(condition, onFalse.constant(onTrue), onFalse);
}

/// All other operations, by their mnemonics: exp(a), pow(a, 2), max(a, 0).
#define NN_FUNCTION(NAME, OP)                                                                      \
  template <Expression E, typename... Rest> E NAME(E a, Rest... rest) {                            \
    return E::template call<OP>({a, adapt(a, rest)...});                                           \
  }
#include "compiler/ir/Functions.h.inc"
#undef NN_FUNCTION

/// Calls visit.template operator()<Op>() for each operation Op whose record is a formula.
template <typename Visit> void forEachFormula(Visit visit) {
  auto visitIf = [&]<typename Op>() {
    if constexpr (requires { Op::hasFormula; })
      visit.template operator()<Op>();
  };
  auto visitAll = [&]<typename... Ops>() { (visitIf.template operator()<Ops>(), ...); };
  visitAll.template operator()<
#define GET_OP_LIST
#include "compiler/ir/NNOps.cpp.inc"
      >();
}

} // namespace nnc::ir

#endif // NNC_IR_EXPRESSION_H
