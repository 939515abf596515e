//===- Fuse.cpp - groups of operations that become one kernel ---------------------------===//
//
// Greedy, in program order, block by block: an operation joins the group that computes what it
// reads element by element, or one that reads the same tensors; groups that it connects are merged.
// What a group may hold is said at nn.fused; that merging keeps an order of execution possible, by
// FusionGraph.
//
// Needs expanded gradients. Guarantees that element operations and reductions with a tensor operand
// or result stand in groups, except those that give a scalar from an element at run-time indices.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/Origin.h"
#include "compiler/optimise/FusionGraph.h"
#include "compiler/optimise/Passes.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace nnc::ir;
using namespace nnc::optimise;

namespace nnc::optimise {
#define GEN_PASS_DEF_FUSE
#include "compiler/optimise/Passes.h.inc"
} // namespace nnc::optimise

namespace {

NNTensorType getTensor(Value value) { return llvm::dyn_cast<NNTensorType>(value.getType()); }

bool isUniformConstant(Operation *op) {
  auto constant = llvm::dyn_cast<ConstantOp>(op);
  return constant && llvm::isa<SplatElementsAttr>(constant.getValue());
}

/// An element operation on tensors, or a reduction. Non-uniform constants are in memory anyway.
bool isFusable(Operation *op) {
  if (auto constant = llvm::dyn_cast<ConstantOp>(op))
    return isUniformConstant(op) && !constant.getType().isScalar();
  if (llvm::isa<ReduceOp>(op))
    return true;
  return llvm::isa<ElementOpInterface>(op) && !getTensor(op->getResult(0)).isScalar();
}

bool isCheap(Operation *op) {
  auto element = llvm::dyn_cast<ElementOpInterface>(op);
  return isUniformConstant(op) || (element && element.isCheap());
}

NNTensorType getOpSpace(Operation *op) {
  if (auto reduce = llvm::dyn_cast<ReduceOp>(op))
    return reduce.getA().getType();
  return getTensor(op->getResult(0));
}

/// Reads operand values of its own space at the same index only.
bool isElementwise(Operation *op) {
  if (llvm::isa<ReduceOp>(op))
    return true;
  return llvm::cast<ElementOpInterface>(op).isElementwise();
}

/// A scalar in each place of a tensor. Where one is also read by what is no group, that has its
/// own, so that the groups that read it have nothing in common.
void splitUniform(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    auto broadcast = llvm::dyn_cast<BroadcastOp>(op);
    if (!broadcast || !broadcast.getA().getType().isScalar() ||
        llvm::none_of(op.getUsers(), isFusable) || llvm::all_of(op.getUsers(), isFusable))
      continue;
    Operation *own = OpBuilder(&op).clone(op);
    op.getResult(0).replaceUsesWithIf(own->getResult(0),
                                      [](OpOperand &use) { return !isFusable(use.getOwner()); });
  }
}

class BlockFusion {
public:
  BlockFusion(Block &block, bool merge)
      : block(block), mergeOps(merge),
        graph(block, [this](Operation *op) { return isRepeated(op); }) {}

  void run() {
    for (unsigned node = 0; node < graph.size(); ++node)
      if (Operation *op = graph[node].ops.front(); isFusable(op))
        start(node, op);
    for (unsigned node = 0; mergeOps && node < graph.size(); ++node)
      if (!graph[node].ops.empty() && graph[node].space)
        join(node);
    for (unsigned node : graph.getOrder()) {
      if (graph[node].space)
        materialise(graph[node]);
      else
        graph[node].ops.front()->moveBefore(block.getTerminator());
    }
    eraseRepeated();
  }

private:
  /// Cheap operations that only groups of the same block read; uniform constants, groups of any
  /// block. Scalars stay values of the host as well. A constant may have as many users as the block
  /// has operations, so it is asked once.
  bool isRepeated(Operation *op) {
    if (!isCheap(op) || getTensor(op->getResult(0)).isScalar())
      return false;
    auto [known, isNew] = repeated.try_emplace(op, true);
    if (isNew)
      known->second = llvm::all_of(op->getUsers(), [&](Operation *user) {
        return isFusable(user) && (user->getBlock() == op->getBlock() || isUniformConstant(op));
      });
    return known->second;
  }

  void erase(Operation *op) {
    repeated.erase(op); // another operation may come to lie where it lay
    op->dropAllUses();
    op->erase();
  }

  /// Makes the node a group of its one operation.
  void start(unsigned index, Operation *op) {
    FusionGraph::Node &node = graph[index];
    node.space = getOpSpace(op);
    if (auto reduce = llvm::dyn_cast<ReduceOp>(op))
      node.reducedAxes = llvm::SmallVector<int64_t>(reduce.getAxes());
    addReadElsewhere(node, op);
    if (!isElementwise(op))
      return;
    for (Value operand : op->getOperands())
      if (NNTensorType type = getTensor(operand);
          type && !type.isScalar() && type.getDimAttrs() == node.space.getDimAttrs())
        if (Operation *def = operand.getDefiningOp(); !def || !isRepeated(def)) {
          node.reads.insert(operand);
          readers[operand].push_back(index);
        }
  }

  /// Notes what `op` reads other than element by element, itself or through repeated operations.
  void addReadElsewhere(FusionGraph::Node &node, Operation *op) {
    llvm::SmallVector<Operation *> pending;
    llvm::SmallPtrSet<Operation *, 8> seen;
    auto visit = [&](Value operand, bool elsewhere) {
      Operation *def = operand.getDefiningOp();
      if (!def)
        return;
      if (elsewhere || llvm::isa<ReduceOp>(def))
        node.readElsewhere.insert(def);
      if (isRepeated(def) && seen.insert(def).second)
        pending.push_back(def);
    };
    for (Value operand : op->getOperands())
      visit(operand, !isElementwise(op));
    while (!pending.empty())
      for (Value operand : pending.pop_back_val()->getOperands())
        visit(operand, true);
  }

  /// Whether two groups read few tensors together. A loop over very many gains nothing for the
  /// memory, and what compiles it compares each access with each.
  bool areSmall(const FusionGraph::Node &first, const FusionGraph::Node &second) {
    constexpr unsigned mostReads = 128;
    return first.reads.size() + second.reads.size() <= mostReads ||
           first.reads.size() +
                   llvm::count_if(second.reads,
                                  [&](Value value) { return !first.reads.contains(value); }) <=
               mostReads;
  }

  /// Groups hold values of one space, reductions along the same axes, and read each other's values
  /// at the same index only.
  bool fit(unsigned a, unsigned b) {
    FusionGraph::Node &first = graph[a], &second = graph[b];
    if (a == b || !first.space || !second.space ||
        first.space.getDimAttrs() != second.space.getDimAttrs())
      return false;
    if (first.reducedAxes && second.reducedAxes && *first.reducedAxes != *second.reducedAxes)
      return false;
    return areSmall(first, second) && !readsElsewhere(a, b) && !readsElsewhere(b, a) &&
           graph.canMerge(a, b);
  }

  /// Whether an operation of `reader` reads a value of `producer` other than element by element,
  /// itself or through repeated operations.
  bool readsElsewhere(unsigned reader, unsigned producer) {
    auto &elsewhere = graph[reader].readElsewhere;
    auto &ops = graph[producer].ops;
    if (elsewhere.size() < ops.size())
      return llvm::any_of(elsewhere, [&](Operation *op) { return graph.getNode(op) == producer; });
    return llvm::any_of(ops, [&](Operation *op) { return elsewhere.contains(op); });
  }

  /// Merges the node with earlier groups that compute or read what it reads.
  void join(unsigned node) {
    llvm::SmallSetVector<unsigned, 8> candidates;
    for (Value value : graph[node].reads) {
      if (Operation *def = value.getDefiningOp())
        if (std::optional<unsigned> producer = graph.getNode(def))
          candidates.insert(*producer);
      llvm::SmallSetVector<unsigned, 8> groups;
      for (unsigned reader : readers[value])
        groups.insert(graph.find(reader));
      readers[value].assign(groups.begin(), groups.end());
      candidates.insert_range(groups);
    }
    // Values in a small pointer set have no fixed order; nodes do.
    llvm::SmallVector<unsigned> sorted(candidates.begin(), candidates.end());
    llvm::sort(sorted, std::greater<>());
    unsigned current = node;
    for (unsigned other : sorted) {
      if (other >= node || !fit(other, current))
        continue;
      graph.merge(other, current);
      current = other;
    }
  }

  /// The copy of a value inside a group: of a member, a repeated operation, or an argument.
  Value getInside(Value value, OpBuilder &builder, Block &body, IRMapping &mapping,
                  llvm::SmallVectorImpl<Value> &inputs) {
    if (Value known = mapping.lookupOrNull(value))
      return known;
    Operation *def = value.getDefiningOp();
    if (def && (isUniformConstant(def) || llvm::isa<SizeOp>(def) ||
                (def->getBlock() == &block && isRepeated(def)))) {
      for (Value operand : def->getOperands())
        getInside(operand, builder, body, mapping, inputs);
      return builder.clone(*def, mapping)->getResult(0);
    }
    inputs.push_back(value);
    Value argument = body.addArgument(value.getType(), value.getLoc());
    mapping.map(value, argument);
    return argument;
  }

  void materialise(FusionGraph::Node &node) {
    Operation *last = node.ops.back();
    llvm::SmallVector<Value> inputs, outputs, yielded;
    IRMapping mapping;
    auto body = std::make_unique<Region>();
    Block &inside = body->emplaceBlock();
    OpBuilder builder(block.getParent()->getContext());
    builder.setInsertionPointToEnd(&inside);
    llvm::SmallPtrSet<Operation *, 8> members(node.ops.begin(), node.ops.end());
    for (Operation *op : node.ops) {
      for (Value operand : op->getOperands())
        getInside(operand, builder, inside, mapping, inputs);
      builder.clone(*op, mapping);
    }
    auto isUsedOutside = [&](Value value) {
      return llvm::any_of(value.getUsers(), [&](Operation *user) {
        return !members.contains(user) &&
               !(isRepeated(user) && llvm::all_of(user->getUsers(), [&](Operation *reader) {
                   return members.contains(reader);
                 }));
      });
    };
    for (Operation *op : node.ops)
      if (isUsedOutside(op->getResult(0))) {
        outputs.push_back(op->getResult(0));
        yielded.push_back(mapping.lookup(op->getResult(0)));
      }
    if (outputs.empty()) { // dead
      for (Operation *op : llvm::reverse(node.ops))
        erase(op);
      return;
    }
    YieldOp::create(builder, last->getLoc(), yielded);
    llvm::SmallVector<Location> locations;
    for (Operation *op : node.ops)
      locations.push_back(op->getLoc());
    OpBuilder outer(block.getTerminator());
    auto fused =
        FusedOp::create(outer, getGroupLocation(locations), ValueRange(outputs).getTypes(), inputs);
    fused.getBody().takeBody(*body);
    for (auto [output, result] : llvm::zip_equal(outputs, fused.getOutputs()))
      output.replaceAllUsesWith(result);
    for (Operation *op : llvm::reverse(node.ops))
      erase(op);
  }

  void eraseRepeated() {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isCheap(&op) && op.use_empty())
        erase(&op);
  }

  Block &block;
  bool mergeOps;
  llvm::DenseMap<Operation *, bool> repeated;
  FusionGraph graph;
  /// The groups that read a value element by element.
  llvm::DenseMap<Value, llvm::SmallVector<unsigned, 2>> readers;
};

struct Fuse : nnc::optimise::impl::FuseBase<Fuse> {
  using FuseBase::FuseBase;
  void runOnOperation() override {
    llvm::SmallVector<Block *> blocks;
    getOperation()->walk([&](Block *block) {
      Operation *parent = block->getParentOp();
      if (!llvm::isa<ModuleOp, FusedOp>(parent) && !block->empty())
        blocks.push_back(block);
    });
    for (Block *block : blocks) {
      splitUniform(*block);
      BlockFusion(*block, merge).run();
    }
  }
};

} // namespace
