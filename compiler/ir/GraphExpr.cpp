//===- GraphExpr.cpp - arithmetic on tensors, written as formulas -----------------===//

#include "compiler/ir/GraphExpr.h"

using namespace mlir;

namespace nnc::ir {

llvm::SmallVector<Graph, 3> Graph::wrap(OpBuilder &builder, Location loc, ValueRange values) {
  llvm::SmallVector<Graph, 3> graphs;
  for (Value value : values)
    graphs.emplace_back(builder, loc, value);
  return graphs;
}

template <typename Op, typename... Operands> static Graph emit(Graph a, Operands... operands) {
  return a.with(Op::create(a.getBuilder(), a.getLoc(), a.getValue(), operands.getValue()...));
}

/// The same for operations whose result has the type of their first operand.
template <typename Op, typename... Operands> static Graph same(Graph a, Operands... operands) {
  return a.with(
      Op::create(a.getBuilder(), a.getLoc(), a.getType(), a.getValue(), operands.getValue()...));
}

Graph operator+(Graph a, Graph b) { return same<AddOp>(a, b); }
Graph operator-(Graph a, Graph b) { return same<SubOp>(a, b); }
Graph operator*(Graph a, Graph b) { return same<MulOp>(a, b); }
Graph operator/(Graph a, Graph b) { return same<DivOp>(a, b); }
Graph operator-(Graph a) { return same<NegOp>(a); }
Graph operator==(Graph a, Graph b) { return emit<EqOp>(a, b); }
Graph operator<(Graph a, Graph b) { return emit<LtOp>(a, b); }
Graph operator>(Graph a, Graph b) { return emit<GtOp>(a, b); }
Graph select(Graph condition, Graph onTrue, Graph onFalse) {
  return condition.with(SelectOp::create(condition.getBuilder(), condition.getLoc(),
                                         onTrue.getType(), condition.getValue(), onTrue.getValue(),
                                         onFalse.getValue()));
}
Graph zeroLike(Graph a) { return a.filled(0); }
Graph isZero(Graph a) { return a == zeroLike(a); }
Graph sign(Graph a) { return same<SignOp>(a); }
Graph floor(Graph a) { return same<FloorOp>(a); }
Graph exp(Graph a) { return same<ExpOp>(a); }
Graph log(Graph a) { return same<LogOp>(a); }
Graph sin(Graph a) { return same<SinOp>(a); }
Graph cos(Graph a) { return same<CosOp>(a); }
Graph pow(Graph a, Graph b) { return same<PowOp>(a, b); }

} // namespace nnc::ir
