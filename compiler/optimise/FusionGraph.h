//===- FusionGraph.h - a block as a graph of groups ------------------------------------===//
//
// The operations of one block as nodes with the orders that must hold between them: values,
// variables, output, size symbols. Nodes can be merged into groups as long as the graph stays
// without cycles; at the end it gives an order of the nodes that respects all of it.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_OPTIMISE_FUSION_GRAPH_H
#define NNC_OPTIMISE_FUSION_GRAPH_H

#include "compiler/ir/NN.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

namespace nnc::optimise {

class FusionGraph {
public:
  struct Node {
    /// In program order; more than one only in a group. Empty once merged into another.
    llvm::SmallVector<mlir::Operation *> ops;
    /// Nodes that must come before.
    llvm::SmallSetVector<unsigned, 8> before;
    /// The iteration space, where the node is a group; null otherwise.
    nnc::ir::NNTensorType space;
    /// The axes that the group's reductions combine.
    std::optional<llvm::SmallVector<int64_t>> reducedAxes;
    /// Tensors of the space's shape that the group reads.
    llvm::SmallPtrSet<mlir::Value, 8> reads;
    /// Operations whose values the group reads other than element by element.
    llvm::SmallPtrSet<mlir::Operation *, 8> readElsewhere;
  };

  /// `isRepeated` says which operations are no nodes, because each reader has its own copy.
  FusionGraph(mlir::Block &block, llvm::function_ref<bool(mlir::Operation *)> isRepeated);

  unsigned size() const { return nodes.size(); }
  Node &operator[](unsigned node) { return nodes[node]; }
  /// The node that holds `op`; nothing for a repeated operation or one outside the block.
  std::optional<unsigned> getNode(mlir::Operation *op) const;
  /// The node into which `node` was merged; itself if it was not.
  unsigned find(unsigned node) const;
  /// Whether joining the two leaves the graph without cycles.
  bool canMerge(unsigned a, unsigned b);
  /// Moves what `from` holds into `into`; canMerge must have said that it can.
  void merge(unsigned into, unsigned from);
  /// All nodes, each after those that must come before it; otherwise in program order of their last
  /// operations.
  llvm::SmallVector<unsigned> getOrder();

private:
  void addValues(unsigned node, mlir::Operation *op,
                 llvm::function_ref<bool(mlir::Operation *)> isRepeated);
  /// Collects into `between` what must come before `to` and stands behind `from` in `sequence`;
  /// false where a path leads from `from` to `to` by at least one other node.
  bool collectBetween(unsigned from, unsigned to, llvm::SmallVectorImpl<unsigned> &between);

  mlir::Block &block;
  std::vector<Node> nodes;
  llvm::DenseMap<mlir::Operation *, unsigned> nodeOf;
  llvm::DenseMap<mlir::Operation *, unsigned> position;
  /// Merged nodes point to what they were merged into.
  mutable std::vector<unsigned> representative;
  /// Gives the nodes places far from each other, in their order.
  void number();
  void leaveOrder(unsigned node);
  /// Moves nodes to right before another, in the order that they have.
  void orderBefore(unsigned node, llvm::MutableArrayRef<unsigned> moved);

  /// The nodes that are not merged into others, in an order that is possible: a ring of neighbours
  /// that ends at size(), and numbers that ascend along it. Kept up to date, it bounds how far
  /// paths must be followed.
  std::vector<unsigned> earlier, later;
  std::vector<uint64_t> place;
  /// Nodes that a search has met bear its number.
  std::vector<unsigned> met;
  unsigned searches = 0;
};

} // namespace nnc::optimise

#endif // NNC_OPTIMISE_FUSION_GRAPH_H
