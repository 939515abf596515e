//===- VerifyPlan.cpp - whether values survive in a memory plan as long as they are read ----===//
//
// Runs a command abstractly: each write gives its bytes a new content, each read must find the
// content that its value had when it was computed. Knows nothing of lifetimes, so that it finds a
// mistake there, too. Loops run twice (a nested one once in the second turn): what a later turn
// reads must have survived the first. After branches and loops only that is intact which is intact
// on each way. The time is that of a walk over the operations.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/Effects.h"
#include "compiler/lower/GroupAccess.h"
#include "compiler/lower/MemoryPlan.h"
#include <map>

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

namespace {

using Content = unsigned;

/// Bytes of the static area (space 0) or, for each unit, of a region.
struct Range {
  unsigned space = 0;
  int64_t begin = 0, end = 0;
  bool overlaps(const Range &other) const {
    return space == other.space && begin < other.end && other.begin < end;
  }
  bool operator==(const Range &other) const = default;
};

/// What lies in memory.
class Memory {
public:
  void write(const Range &range, Content content) {
    auto entry = ranges.upper_bound({range.space, range.begin});
    if (entry != ranges.begin() && overlaps(*std::prev(entry), range))
      --entry;
    while (entry != ranges.end() && overlaps(*entry, range))
      entry = ranges.erase(entry);
    ranges[{range.space, range.begin}] = {range.end, content};
  }
  /// Nothing where the bytes were overwritten, if only in part.
  std::optional<Content> read(const Range &range) const {
    auto entry = ranges.find({range.space, range.begin});
    if (entry == ranges.end() || entry->second.end < range.end)
      return std::nullopt;
    return entry->second.content;
  }
  /// Keeps what is the same in `other`.
  void intersect(const Memory &other) {
    for (auto entry = ranges.begin(); entry != ranges.end();) {
      auto same = other.ranges.find(entry->first);
      bool isSame = same != other.ranges.end() && same->second.end == entry->second.end &&
                    same->second.content == entry->second.content;
      entry = isSame ? std::next(entry) : ranges.erase(entry);
    }
  }

private:
  struct Rest {
    int64_t end;
    Content content;
  };
  using Entry = std::pair<const std::pair<unsigned, int64_t>, Rest>;
  static bool overlaps(const Entry &entry, const Range &range) {
    return range.overlaps({entry.first.first, entry.first.second, entry.second.end});
  }
  std::map<std::pair<unsigned, int64_t>, Rest> ranges;
};

class PlanVerifier {
public:
  PlanVerifier(const MemoryPlan &plan, llvm::function_ref<Place(Value)> getPlace)
      : plan(plan), getPlace(getPlace) {}

  LogicalResult run(CommandOp command) {
    for (auto variable : command.getBody().getOps<VariableOp>()) {
      StringAttr name = variable.getSymNameAttr();
      auto type = llvm::dyn_cast<NNTensorType>(variable.getType());
      variables[name] = getRange(plan.getVariablePlace(name), type);
    }
    for (auto &[name, range] : variables) {
      memory.write(range, ++last);
      variableAt[{range.space, range.begin}] = name;
    }
    visit(command.getBody().front());
    return success(!hasFailed);
  }

private:
  //===-- Places --===//

  Range getRange(Place place, NNTensorType type) {
    int64_t bytes = 8;
    if (type && !type.isScalar()) {
      auto [known, isNew] = extents.try_emplace(type);
      if (isNew)
        known->second = MemoryPlan::getExtent(type).bytes;
      bytes = known->second;
    }
    unsigned space = place.kind == Place::Region ? place.region + 1 : 0;
    return {space, place.offset, place.offset + bytes};
  }

  /// The value whose bytes hold `value`: of a row, the whole tensor.
  Value getHolder(Value value) {
    value = plan.getRoot(value);
    while (true) {
      Place place = getPlace(value);
      if (place.kind != Place::Row)
        return value;
      value = plan.getRoot(place.tensor);
    }
  }

  /// Nothing for what does not lie in memory that changes.
  std::optional<Range> getRange(Value value) {
    if (!MemoryPlan::isInMemory(value))
      return std::nullopt;
    Value holder = getHolder(value);
    Place place = getPlace(holder);
    if (place.kind != Place::Static && place.kind != Place::Region)
      return std::nullopt;
    return getRange(place, llvm::cast<NNTensorType>(holder.getType()));
  }

  std::optional<StringAttr> getVariable(const Range &range) {
    if (range.space == 0 && range.begin >= plan.getVariableBytes())
      return std::nullopt;
    // The last that begins before the range's end.
    auto next = variableAt.lower_bound({range.space, range.end});
    if (next == variableAt.begin())
      return std::nullopt;
    StringAttr name = std::prev(next)->second;
    return variables.lookup(name).overlaps(range) ? std::optional(name) : std::nullopt;
  }

  //===-- Reads and writes --===//

  /// Reports the first mistake; the others follow from it.
  void fail(Operation *op, llvm::StringRef what) {
    if (!std::exchange(hasFailed, true))
      op->emitError() << "memory plan: " << what;
  }

  void checkContent(Operation *op, const Range &range, Content content) {
    if (memory.read(range) != content)
      fail(op, "a value that is read here has been overwritten");
  }

  void read(Operation *op, Value value) {
    if (std::optional<Range> range = getRange(value))
      checkContent(op, *range, contents.lookup(getHolder(value)));
  }

  /// The value's bytes are computed. A row is written into its tensor, which must still be there.
  void write(Operation *op, Value value) {
    std::optional<Range> range = getRange(value);
    if (!range)
      return;
    if (Value holder = getHolder(value); holder != value)
      return checkContent(op, *range, contents.lookup(holder));
    if (std::optional<StringAttr> name = getVariable(*range)) {
      if (!(variables[*name] == *range))
        fail(op, "a result lies across a variable");
      unassigned[*name] = value;
    }
    memory.write(*range, contents[value] = ++last);
  }

  /// A result must not overwrite what the operation still reads.
  void checkOperands(Operation *op) {
    llvm::SmallVector<std::pair<Value, Range>> read;
    for (Value operand : op->getOperands())
      if (std::optional<Range> range = getRange(operand))
        read.push_back({operand, *range});
    auto group = llvm::dyn_cast<FusedOp>(op);
    std::optional<GroupAccess> access; // found only for a group whose results take operands' places
    for (OpResult result : op->getResults()) {
      std::optional<Range> written = getRange(result);
      if (!written || plan.getRoot(result) != result)
        continue;
      bool isElementwise = group && !group.getReduction(result.getResultNumber());
      for (auto &[operand, range] : read) {
        if (!range.overlaps(*written))
          continue;
        if (isElementwise && !access)
          access = getGroupAccess(group);
        // Each element of the operand is read before that of the result takes its place.
        if (!isElementwise || !(range == *written) || access->isReadElsewhere(operand))
          fail(op, "a result overwrites an operand");
      }
    }
  }

  //===-- Operations --===//

  void visit(Block &block) {
    for (Operation &op : block)
      visit(&op);
  }

  void visit(Operation *op) {
    for (Value operand : op->getOperands())
      read(op, operand);
    if (auto scan = llvm::dyn_cast<ScanOp>(op))
      return visitScan(scan);
    if (!llvm::isa<FusedOp, AssertOp>(op) && op->getNumRegions() != 0 && !unassigned.empty())
      fail(op, "control between the computation of a variable's value and its assignment");
    if (auto loop = llvm::dyn_cast<LoopOpInterface>(op))
      return visitLoop(loop);
    if (auto branch = llvm::dyn_cast<IfOp>(op)) {
      Memory before = memory;
      visit(branch.getThenRegion().front());
      std::swap(memory, before);
      visit(branch.getElseRegion().front());
      return merge(before);
    }
    if (auto check = llvm::dyn_cast<AssertOp>(op))
      return visit(check.getMessage().front());
    llvm::SmallVector<VariableAccess> accesses = getVariableAccesses(op);
    for (const VariableAccess &access : accesses)
      visit(op, access);
    if (!accesses.empty())
      return;
    checkOperands(op);
    for (Value result : op->getResults())
      if (plan.getRoot(result) == result)
        write(op, result);
  }

  void visit(Operation *op, const VariableAccess &access) {
    StringAttr name = access.variable.getAttr();
    Range variable = variables.lookup(name);
    auto type = access.value ? llvm::dyn_cast<NNTensorType>(access.value.getType()) : nullptr;
    bool isPlaced = type && !type.isScalar() && getRange(access.value) == variable;
    Value computed = unassigned.lookup(name);
    if (computed && !(access.kind == VariableAccess::Write && isPlaced &&
                      plan.getRoot(access.value) == computed))
      fail(op, "a variable is used that holds a value which is not yet assigned");
    unassigned.erase(name);
    if (access.kind == VariableAccess::Read) {
      if (!memory.read(variable))
        fail(op, "a variable that is read here has been overwritten");
      else if (isPlaced)
        contents[access.value] = *memory.read(variable);
      else if (access.value)
        write(op, access.value);
    } else if (access.kind == VariableAccess::WritePart || !isPlaced) {
      memory.write(variable, ++last);
    }
  }

  /// What is in memory where two ways meet: `memory` and `other`. Variables have some value.
  void merge(const Memory &other) {
    memory.intersect(other);
    for (auto &[name, range] : variables)
      if (!memory.read(range))
        memory.write(range, ++last);
  }

  /// Calls the function for each turn that counts.
  void repeat(llvm::function_ref<void()> turn) {
    if (isRepeated)
      return turn();
    turn();
    isRepeated = true;
    turn();
    isRepeated = false;
  }

  void visitLoop(LoopOpInterface loop) {
    Memory before = memory;
    repeat([&] {
      for (Region &region : loop->getRegions()) {
        for (Value argument : region.getArguments())
          write(loop, argument);
        visit(region.front());
      }
    });
    merge(before); // it may be left early, or never entered
  }

  /// Copies what `sources` hold to the final values; each must be read before it is overwritten.
  void copyToFinals(ScanOp op, ValueRange sources, bool hasShadows) {
    struct Copy {
      Range from, to;
      Content content;
      Value final;
    };
    llvm::SmallVector<Copy> copies;
    for (auto [i, source, final] : llvm::enumerate(sources, op.getFinals())) {
      std::optional<Range> from = getRange(source), to = getRange(final);
      if (!to)
        continue;
      Place shadow = hasShadows ? plan.getShadow(op, i) : Place();
      bool isConstant = !from;
      Content content = isConstant ? 0 : contents.lookup(getHolder(source));
      if (shadow.kind != Place::None) {
        if (!isConstant)
          checkContent(op, *from, content);
        from = getRange(shadow, llvm::cast<NNTensorType>(final.getType()));
        memory.write(*from, content = ++last);
        isConstant = false;
      }
      copies.push_back({isConstant ? Range() : *from, *to, content, final});
    }
    for (const Copy &copy : copies) {
      if (copy.content != 0)
        checkContent(op, copy.from, copy.content);
      contents[copy.final] = copy.from == copy.to ? copy.content : ++last;
      if (!(copy.from == copy.to))
        memory.write(copy.to, last);
    }
  }

  void visitScan(ScanOp op) {
    copyToFinals(op, op.getInits(), /*hasShadows=*/false);
    for (Value stacked : op.getStacked())
      write(op, stacked);
    repeat([&] {
      visit(op.getBlock());
      for (auto [row, stacked] : llvm::zip_equal(op.getRows(), op.getStacked())) {
        read(op, row);
        read(op, stacked);
      }
      copyToFinals(op, op.getNext(), /*hasShadows=*/true);
    });
  }

  const MemoryPlan &plan;
  llvm::function_ref<Place(Value)> getPlace;
  /// The bytes of a tensor, or of each unit: a product of polynomials, that is asked for often.
  llvm::DenseMap<Type, int64_t> extents;
  llvm::MapVector<StringAttr, Range> variables;
  /// By space and first byte.
  std::map<std::pair<unsigned, int64_t>, StringAttr> variableAt;
  Memory memory;
  /// What the bytes of a value held when it was computed; of roots.
  llvm::DenseMap<Value, Content> contents;
  /// Variables that hold a value whose assignment is still to come.
  llvm::DenseMap<StringAttr, Value> unassigned;
  Content last = 0;
  bool isRepeated = false, hasFailed = false;
};

} // namespace

LogicalResult verifyPlan(CommandOp command, const MemoryPlan &plan,
                         llvm::function_ref<Place(Value)> getPlace) {
  return PlanVerifier(plan, getPlace).run(command);
}

} // namespace nnc::lower
