//===- FusionGraph.cpp - a block as a graph of groups ---------------------------------===//

#include "compiler/optimise/FusionGraph.h"
#include "compiler/ir/Effects.h"
#include <queue>

using namespace mlir;
using namespace nnc::ir;

namespace nnc::optimise {

/// The size symbols to which an operation gives values.
static llvm::SmallVector<StringAttr> getBoundSymbols(Operation *op) {
  llvm::SmallVector<StringAttr> symbols;
  if (auto sizes = llvm::dyn_cast<SizeOpInterface>(op))
    symbols = sizes.getBoundSymbols();
  for (Type type : op->getResultTypes())
    if (auto data = llvm::dyn_cast<DatasetType>(type))
      symbols.push_back(data.getRows());
  return symbols;
}

FusionGraph::FusionGraph(Block &block, llvm::function_ref<bool(Operation *)> isRepeated)
    : block(block) {
  llvm::DenseMap<StringAttr, unsigned> lastWrite, binder;
  llvm::DenseMap<StringAttr, llvm::SmallSetVector<unsigned, 4>> usesSince;
  llvm::DenseMap<Value, StringAttr> snapshots;
  std::optional<unsigned> lastOpaque;
  llvm::SmallVector<unsigned> withRegions;
  for (Operation &op : block.without_terminator()) {
    position[&op] = position.size();
    if (isRepeated(&op))
      continue;
    unsigned node = nodes.size();
    nodes.emplace_back().ops.push_back(&op);
    nodeOf[&op] = node;
    representative.push_back(node);
    auto &before = nodes[node].before;
    addValues(node, &op, isRepeated);

    llvm::SetVector<StringAttr> symbols;
    op.walk([&](Operation *nested) { collectSizes(nested, symbols); });
    for (StringAttr symbol : symbols)
      if (auto found = binder.find(symbol); found != binder.end() && found->second != node)
        before.insert(found->second);
    for (StringAttr symbol : getBoundSymbols(&op))
      binder.try_emplace(symbol, node);

    Effects effects = getEffects(&op);
    // A value read from a variable stays valid only until the variable is assigned: its readers
    // come before that, so that no copy is needed.
    op.walk([&](Operation *nested) {
      for (Value operand : nested->getOperands())
        if (auto found = snapshots.find(operand); found != snapshots.end())
          usesSince[found->second].insert(node);
    });
    for (StringAttr name : effects.reads) {
      if (auto found = lastWrite.find(name); found != lastWrite.end())
        before.insert(found->second);
      usesSince[name].insert(node);
    }
    for (StringAttr name : effects.writes) {
      if (auto found = lastWrite.find(name); found != lastWrite.end())
        before.insert(found->second);
      for (unsigned user : usesSince[name])
        if (user != node)
          before.insert(user);
      usesSince[name].clear();
      lastWrite[name] = node;
    }
    for (const VariableAccess &access : getVariableAccesses(&op))
      if (access.kind == VariableAccess::Read && access.value)
        snapshots[access.value] = access.variable.getAttr();
    if (effects.opaque) {
      if (lastOpaque)
        before.insert(*lastOpaque);
      lastOpaque = node;
      // What control does to a variable may be skipped or repeated by what leaves the block.
      if (op.getNumRegions() != 0)
        for (auto [name, write] : lastWrite)
          if (write != node)
            before.insert(write);
    }
    // An assignment stays behind control that may leave the block before it.
    if (!effects.writes.empty() && lastOpaque && *lastOpaque != node)
      before.insert(withRegions.begin(), withRegions.end());
    if (op.getNumRegions() != 0)
      withRegions.push_back(node);
  }
  unsigned end = nodes.size();
  place.resize(end + 1);
  for (unsigned node = 0; node <= end; ++node) {
    earlier.push_back(node == 0 ? end : node - 1);
    later.push_back(node == end ? 0 : node + 1);
  }
  number();
  met.resize(end);
}

void FusionGraph::addValues(unsigned node, Operation *op,
                            llvm::function_ref<bool(Operation *)> isRepeated) {
  llvm::SmallVector<Operation *> worklist;
  op->walk([&](Operation *nested) {
    for (Value operand : nested->getOperands())
      if (Operation *def = operand.getDefiningOp(); def && def->getBlock() == &block)
        worklist.push_back(def);
  });
  llvm::SmallPtrSet<Operation *, 8> seen;
  while (!worklist.empty()) {
    Operation *def = worklist.pop_back_val();
    if (!seen.insert(def).second)
      continue;
    if (!isRepeated(def)) {
      if (unsigned producer = nodeOf.at(def); producer != node)
        nodes[node].before.insert(producer);
      continue;
    }
    for (Value operand : def->getOperands())
      if (Operation *inner = operand.getDefiningOp(); inner && inner->getBlock() == &block)
        worklist.push_back(inner);
  }
}

unsigned FusionGraph::find(unsigned node) const {
  while (representative[node] != node)
    node = representative[node] = representative[representative[node]];
  return node;
}

std::optional<unsigned> FusionGraph::getNode(Operation *op) const {
  auto found = nodeOf.find(op);
  if (found == nodeOf.end())
    return std::nullopt;
  return find(found->second);
}

bool FusionGraph::collectBetween(unsigned from, unsigned to,
                                 llvm::SmallVectorImpl<unsigned> &between) {
  ++searches;
  auto visit = [&](unsigned node) {
    for (unsigned other : nodes[node].before)
      if (unsigned root = find(other);
          root != from && root != node && place[root] > place[from] && met[root] != searches) {
        met[root] = searches;
        between.push_back(root);
      }
  };
  visit(to);
  // The newest first: where there is a path, it is mostly found without looking left and right.
  llvm::SmallVector<unsigned> worklist(between.begin(), between.end());
  while (!worklist.empty()) {
    unsigned node = worklist.pop_back_val();
    if (llvm::any_of(nodes[node].before, [&](unsigned other) { return find(other) == from; }))
      return false;
    size_t known = between.size();
    visit(node);
    worklist.append(between.begin() + known, between.end());
  }
  return true;
}

bool FusionGraph::canMerge(unsigned a, unsigned b) {
  llvm::SmallVector<unsigned> between;
  return place[a] < place[b] ? collectBetween(a, b, between) : collectBetween(b, a, between);
}

void FusionGraph::number() {
  constexpr unsigned gap = 20; // log2 of how many nodes can come between two before all are moved
  uint64_t count = 0;
  for (unsigned end = nodes.size(), node = later[end]; node != end; node = later[node])
    place[node] = ++count << gap;
}

void FusionGraph::leaveOrder(unsigned node) {
  later[earlier[node]] = later[node];
  earlier[later[node]] = earlier[node];
}

void FusionGraph::orderBefore(unsigned node, llvm::MutableArrayRef<unsigned> moved) {
  llvm::sort(moved, [&](unsigned a, unsigned b) { return place[a] < place[b]; });
  for (unsigned other : moved)
    leaveOrder(other);
  uint64_t begin = place[earlier[node]], step = (place[node] - begin) / (moved.size() + 1);
  for (unsigned other : moved) {
    later[earlier[node]] = other;
    earlier[other] = std::exchange(earlier[node], other);
    later[other] = node;
    place[other] = begin += step;
  }
  if (step == 0)
    number();
}

void FusionGraph::merge(unsigned into, unsigned from) {
  // What must come before the later one moves before the earlier one, where both will stand.
  unsigned first = into, last = from;
  if (place[first] > place[last])
    std::swap(first, last);
  llvm::SmallVector<unsigned> between;
  [[maybe_unused]] bool isPossible = collectBetween(first, last, between);
  assert(isPossible && "a cycle of groups");
  orderBefore(first, between);
  if (into == last)
    orderBefore(first, last); // it takes the other's place
  leaveOrder(from);

  Node &target = nodes[into], &source = nodes[from];
  llvm::SmallVector<Operation *> ops(target.ops.size() + source.ops.size());
  std::merge(target.ops.begin(), target.ops.end(), source.ops.begin(), source.ops.end(),
             ops.begin(), [&](Operation *a, Operation *b) { return position[a] < position[b]; });
  target.ops = std::move(ops);
  target.before.insert_range(source.before);
  target.reads.insert_range(source.reads);
  target.readElsewhere.insert_range(source.readElsewhere);
  if (!target.reducedAxes)
    target.reducedAxes = source.reducedAxes;
  source = Node();
  representative[from] = into;
}

llvm::SmallVector<unsigned> FusionGraph::getOrder() {
  std::vector<llvm::SmallVector<unsigned>> after(nodes.size());
  std::vector<unsigned> missing(nodes.size());
  using Ready = std::pair<unsigned, unsigned>; // position of the last operation, node
  std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready;
  auto push = [&](unsigned node) { ready.emplace(position[nodes[node].ops.back()], node); };
  for (unsigned node = 0; node < nodes.size(); ++node) {
    if (nodes[node].ops.empty())
      continue;
    llvm::SmallSetVector<unsigned, 8> before;
    for (unsigned other : nodes[node].before)
      if (unsigned root = find(other); root != node)
        before.insert(root);
    missing[node] = before.size();
    for (unsigned other : before)
      after[other].push_back(node);
    if (before.empty())
      push(node);
  }
  llvm::SmallVector<unsigned> order;
  while (!ready.empty()) {
    unsigned node = ready.top().second;
    ready.pop();
    order.push_back(node);
    for (unsigned other : after[node])
      if (--missing[other] == 0)
        push(other);
  }
  return order;
}

} // namespace nnc::optimise
