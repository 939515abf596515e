//===- GraphExpr.h - arithmetic on tensors, written as formulas -----------------===//
//
// Graph wraps a tensor value and gives it operators and functions that emit nn operations, so that
// a gradient rule is a formula in its operation's TableGen record. Numbers adapt to the tensor they
// meet.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_GRAPH_EXPR_H
#define NNC_IR_GRAPH_EXPR_H

#include "compiler/ir/NN.h"

namespace nnc::ir {

class Graph {
public:
  Graph(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value)
      : builder(&builder), loc(loc), value(value) {}
  static llvm::SmallVector<Graph, 3> wrap(mlir::OpBuilder &builder, mlir::Location loc,
                                          mlir::ValueRange values);

  mlir::Value getValue() const { return value; }
  NNTensorType getType() const { return llvm::cast<NNTensorType>(value.getType()); }
  mlir::OpBuilder &getBuilder() const { return *builder; }
  mlir::Location getLoc() const { return loc; }
  Graph with(mlir::Value other) const { return Graph(*builder, loc, other); }
  /// A tensor of this one's type, every element `number`.
  Graph filled(double number) const { return with(createFilled(*builder, loc, getType(), number)); }

private:
  mlir::OpBuilder *builder;
  mlir::Location loc;
  mlir::Value value;
};

Graph operator+(Graph a, Graph b);
Graph operator-(Graph a, Graph b);
Graph operator*(Graph a, Graph b);
Graph operator/(Graph a, Graph b);
Graph operator-(Graph a);
inline Graph operator+(Graph a, double b) { return a + a.filled(b); }
inline Graph operator-(Graph a, double b) { return a - a.filled(b); }
inline Graph operator*(Graph a, double b) { return a * a.filled(b); }
inline Graph operator-(double a, Graph b) { return b.filled(a) - b; }
Graph operator==(Graph a, Graph b);
Graph operator<(Graph a, Graph b);
Graph operator>(Graph a, Graph b);
Graph select(Graph condition, Graph onTrue, Graph onFalse);
Graph zeroLike(Graph a);
Graph isZero(Graph a);
Graph sign(Graph a);
Graph floor(Graph a);
Graph exp(Graph a);
Graph log(Graph a);
Graph sin(Graph a);
Graph cos(Graph a);
Graph pow(Graph a, Graph b);

} // namespace nnc::ir

#endif // NNC_IR_GRAPH_EXPR_H
