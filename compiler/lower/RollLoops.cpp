//===- RollLoops.cpp - host code that repeats becomes loops ------------------------------===//
//
// Equal layers give host code that repeats: the same calls in the same order, of the same kernels,
// on other addresses. Where that is long, it becomes a loop whose turns read what differs, numbers
// and addresses of globals, from a constant table (loop rolling). So what follows takes time for
// the layers that differ, not for all. The same is done in the same order.
//
// A block is seen as a sequence of steps. What only computes addresses and sizes is no step: it
// belongs to the steps that use it.
//
//===----------------------------------------------------------------------===//

#include "compiler/abi/Constants.h"
#include "compiler/lower/Passes.h"
#include "compiler/lower/Repeats.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"

namespace nnc::lower {
#define GEN_PASS_DEF_ROLLLOOPS
#include "compiler/lower/Passes.h.inc"

using namespace mlir;

namespace {

/// What computes a number or an address from others, without cost: each turn does it for itself.
bool isOperand(Operation *op) {
  if (op->hasTrait<OpTrait::ConstantLike>() || isa<LLVM::AddressOfOp, LLVM::GEPOp>(op))
    return true;
  return isa<arith::ArithDialect>(op->getDialect()) && isPure(op) &&
         op->getResult(0).getType().isIntOrIndex();
}

/// What may differ from turn to turn: a number of eight bytes, or the global of an address.
std::optional<abi::Word> getWord(Operation *op) {
  if (auto address = dyn_cast<LLVM::AddressOfOp>(op))
    return address.getGlobalNameAttr().getAttr();
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    if (constant.getType().isInteger(64))
      return cast<IntegerAttr>(constant.getValue()).getInt();
  if (auto element = dyn_cast<LLVM::GEPOp>(op))
    if (element.getDynamicIndices().empty() && element.getRawConstantIndices().size() == 1)
      return int64_t(element.getRawConstantIndices().front());
  return std::nullopt;
}

/// The steps of a block, numbered such that those which may stand for each other are equal.
class Steps {
public:
  explicit Steps(Block &block) : block(block) {
    for (Operation &op : block.without_terminator()) {
      if (isOperand(&op))
        continue;
      positions[&op] = ops.size();
      ops.push_back(&op);
    }
    llvm::DenseMap<llvm::hash_code, unsigned> numbers;
    for (Operation *op : ops) {
      // What has parts of its own, or room on the stack, is equal to nothing.
      bool isUnique = op->getNumRegions() || isa<LLVM::AllocaOp>(op);
      llvm::hash_code hash = isUnique ? llvm::hash_value(op) : getHash(op);
      kinds.push_back(numbers.try_emplace(hash, numbers.size()).first->second);
    }
  }

  Block &block;
  SmallVector<Operation *> ops;
  SmallVector<unsigned> kinds;

  /// Whether a value is computed in this block by what is no step.
  bool isComputedAlong(Operation *op) const {
    return op && op->getBlock() == &block && isOperand(op);
  }
  std::optional<size_t> getPosition(Operation *op) const {
    auto found = positions.find(op);
    return found == positions.end() ? std::nullopt : std::optional<size_t>(found->second);
  }

private:
  llvm::hash_code getHash(Operation *op) {
    return OperationEquivalence::computeHash(
        op, [&](Value operand) { return getHash(operand); }, OperationEquivalence::ignoreHashValue,
        OperationEquivalence::IgnoreLocations);
  }

  llvm::hash_code getHash(Value value) {
    Operation *op = value.getDefiningOp();
    if (op && positions.contains(op))
      return llvm::hash_value(
          cast<OpResult>(value).getResultNumber()); // of which turn, is seen later
    if (!isComputedAlong(op))
      return mlir::hash_value(value);
    if (auto known = hashes.find(op); known != hashes.end())
      return known->second;
    llvm::hash_code hash = llvm::hash_value(0);
    if (!getWord(op))
      hash = getHash(op);
    else
      hash = llvm::hash_combine(op->getName().getAsOpaquePointer(),
                                op->getNumOperands() ? getHash(op->getOperand(0)) : hash);
    hashes.try_emplace(op, hash);
    return hash;
  }

  llvm::DenseMap<Operation *, size_t> positions;
  llvm::DenseMap<Operation *, llvm::hash_code> hashes;
};

/// Compares the turns of a repeat with its first one.
class Turns {
public:
  /// `work` is how many steps may still be compared.
  Turns(Steps &steps, const Repeat &repeat, size_t &work)
      : steps(steps), repeat(repeat), work(work) {}

  /// The operations of the first turn that are given a word in each, which are not all the same.
  llvm::MapVector<Operation *, SmallVector<abi::Word, 0>> columns;

  /// Whether all turns do the same but for such words.
  bool match() {
    for (turn = 1; turn < repeat.turns; ++turn) {
      partners.clear();
      for (size_t i = repeat.begin; i < repeat.begin + repeat.period; ++i) {
        if (work == 0)
          return false;
        --work;
        if (!matchOperation(steps.ops[i], steps.ops[i + turn * repeat.period]))
          return false;
      }
    }
    columns.remove_if([](auto &column) { return llvm::all_equal(column.second); });
    for (size_t i = repeat.begin; i < repeat.getEnd(); ++i)
      if (isUsedOutside(steps.ops[i]))
        return false;
    return true;
  }

private:
  bool matchOperation(Operation *first, Operation *other) {
    return OperationEquivalence::isEquivalentTo(
        first, other, [&](Value a, Value b) { return success(matchValue(a, b)); }, nullptr,
        OperationEquivalence::IgnoreLocations);
  }

  bool matchValue(Value first, Value other) {
    Operation *a = first.getDefiningOp(), *b = other.getDefiningOp();
    if (!steps.isComputedAlong(a)) {
      std::optional<size_t> position = a ? steps.getPosition(a) : std::nullopt;
      if (!position || *position < repeat.begin)
        return first == other;
      return b && steps.getPosition(b) == *position + turn * repeat.period &&
             cast<OpResult>(first).getResultNumber() == cast<OpResult>(other).getResultNumber();
    }
    if (!steps.isComputedAlong(b))
      return false;
    auto [known, isNew] = partners.try_emplace(a, b);
    if (!isNew)
      return known->second == b;
    std::optional<abi::Word> word = getWord(a), otherWord = getWord(b);
    if (!word || !otherWord)
      return matchOperation(a, b);
    if (a->getName() != b->getName() || first.getType() != other.getType() ||
        (a->getNumOperands() && !matchElement(cast<LLVM::GEPOp>(a), cast<LLVM::GEPOp>(b))))
      return false;
    SmallVector<abi::Word, 0> &words = columns[a];
    if (words.empty())
      words.push_back(*word);
    words.push_back(*otherWord);
    return words.size() == turn + 1;
  }

  bool matchElement(LLVM::GEPOp a, LLVM::GEPOp b) {
    return a.getElemType() == b.getElemType() && a.getNoWrapFlags() == b.getNoWrapFlags() &&
           matchValue(a.getBase(), b.getBase());
  }

  bool isUsedOutside(Operation *op) {
    return llvm::any_of(op->getUsers(), [&](Operation *user) {
      if (std::optional<size_t> position = steps.getPosition(user))
        return *position < repeat.begin || *position >= repeat.getEnd();
      return !steps.isComputedAlong(user) || (seen.insert(user).second && isUsedOutside(user));
    });
  }

  Steps &steps;
  const Repeat &repeat;
  size_t &work;
  size_t turn = 0;
  /// What stands in the current turn for an operation of the first.
  llvm::DenseMap<Operation *, Operation *> partners;
  llvm::SmallPtrSet<Operation *, 16> seen;
};

/// Writes a repeat as a loop before it.
class LoopEmitter {
public:
  LoopEmitter(Steps &steps, const Repeat &repeat, const Turns &turns, abi::ConstantTable &constants)
      : steps(steps), repeat(repeat), turns(turns), constants(constants),
        loc(steps.ops[repeat.begin]->getLoc()), builder(steps.ops[repeat.begin]) {}

  void run() {
    auto number = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(builder, loc, builder.getI64IntegerAttr(value));
    };
    auto loop = scf::ForOp::create(builder, loc, number(0), number(repeat.turns), number(1));
    builder.setInsertionPointToStart(loop.getBody());
    readTables(loop.getInductionVar());
    for (size_t i = repeat.begin; i < repeat.begin + repeat.period; ++i) {
      for (Value operand : steps.ops[i]->getOperands())
        bring(operand);
      builder.clone(*steps.ops[i], mapping);
    }
  }

private:
  /// Two tables, of numbers and of addresses, with a row for each turn; equal columns are one.
  void readTables(Value turn) {
    SmallVector<const SmallVector<abi::Word, 0> *> columns[2];
    llvm::DenseMap<Operation *, unsigned> places;
    llvm::DenseMap<llvm::hash_code, unsigned> known;
    for (auto &[op, words] : turns.columns) {
      auto &same = columns[isa<LLVM::AddressOfOp>(op)];
      auto [entry, isNew] = known.try_emplace(getHash(words), same.size());
      bool isShared = !isNew && entry->second < same.size() && *same[entry->second] == words;
      places[op] = isShared ? entry->second : same.size();
      if (!isShared)
        same.push_back(&words);
    }
    SmallVector<int64_t> flat;
    SmallVector<StringAttr> names;
    for (size_t row = 0; row < repeat.turns; ++row) {
      for (auto *words : columns[0])
        flat.push_back(std::get<int64_t>((*words)[row]));
      for (auto *words : columns[1])
        names.push_back(std::get<StringAttr>((*words)[row]));
    }
    SmallVector<Value> read[2];
    if (!flat.empty())
      readRow(constants.define(loc, "numbers", flat), turn, columns[0].size(), builder.getI64Type(),
              read[0]);
    if (!names.empty())
      readRow(constants.define(loc, "addresses", names), turn, columns[1].size(),
              LLVM::LLVMPointerType::get(builder.getContext()), read[1]);
    for (auto &[op, words] : turns.columns) {
      bool isAddress = isa<LLVM::AddressOfOp>(op);
      given[op] = read[isAddress][places[op]];
    }
  }

  static llvm::hash_code getHash(llvm::ArrayRef<abi::Word> words) {
    llvm::hash_code hash = llvm::hash_value(words.size());
    for (const abi::Word &word : words)
      if (auto *name = std::get_if<StringAttr>(&word))
        hash = llvm::hash_combine(hash, name->getAsOpaquePointer());
      else
        hash = llvm::hash_combine(hash, std::get<int64_t>(word));
    return hash;
  }

  void readRow(StringAttr table, Value turn, int64_t count, Type type, SmallVector<Value> &read) {
    Value base = constants.getAddress(builder, loc, table);
    Value width = arith::ConstantOp::create(builder, loc, builder.getI64IntegerAttr(count));
    Value offset = arith::MulIOp::create(builder, loc, turn, width);
    Value row = LLVM::GEPOp::create(builder, loc, base.getType(), type, base,
                                    ArrayRef<LLVM::GEPArg>{offset});
    for (int32_t column = 0; column < count; ++column) {
      Value address = LLVM::GEPOp::create(builder, loc, base.getType(), type, row,
                                          ArrayRef<LLVM::GEPArg>{column});
      read.push_back(LLVM::LoadOp::create(builder, loc, type, address));
    }
  }

  /// Makes an operand of a step known in the loop.
  void bring(Value value) {
    Operation *op = value.getDefiningOp();
    if (mapping.contains(value) || !steps.isComputedAlong(op))
      return;
    for (Value operand : op->getOperands())
      bring(operand);
    auto found = given.find(op);
    if (found == given.end()) {
      builder.clone(*op, mapping);
      return;
    }
    Value known = found->second;
    if (auto element = dyn_cast<LLVM::GEPOp>(op))
      known = LLVM::GEPOp::create(builder, op->getLoc(), value.getType(), element.getElemType(),
                                  mapping.lookupOrDefault(element.getBase()),
                                  ArrayRef<LLVM::GEPArg>{known}, element.getNoWrapFlags());
    mapping.map(value, known);
  }

  Steps &steps;
  const Repeat &repeat;
  const Turns &turns;
  abi::ConstantTable &constants;
  Location loc;
  OpBuilder builder;
  llvm::DenseMap<Operation *, Value> given;
  IRMapping mapping;
};

struct RollLoops : impl::RollLoopsBase<RollLoops> {
  using RollLoopsBase::RollLoopsBase;

  void runOnOperation() override {
    abi::ConstantTable constants(getOperation(), "turns.");
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (Block &block : function.getBody()) {
        Steps steps(block);
        llvm::DenseSet<Operation *> rolled;
        work = workFactor * steps.ops.size();
        roll(steps, 0, steps.ops.size(), constants, rolled);
        if (rolled.empty())
          continue;
        SmallVector<Operation *> ops(llvm::make_pointer_range(block.without_terminator()));
        for (Operation *op : llvm::reverse(ops))
          if (rolled.contains(op) || (isOperand(op) && op->use_empty()))
            op->erase();
      }
  }

private:
  /// A block's steps are compared so often, at most, in search of where turns begin: most repeats
  /// are what they look like, and the others must not cost more than they could bring.
  static constexpr size_t workFactor = 16;
  size_t work = 0;

  /// Makes a loop of the best repeat from `begin` to `end`, and of those before and after it.
  void roll(Steps &steps, size_t begin, size_t end, abi::ConstantTable &constants,
            llvm::DenseSet<Operation *> &rolled) {
    if (end - begin <= minimum)
      return;
    auto part = llvm::ArrayRef(steps.kinds).slice(begin, end - begin);
    for (Repeat repeat : findRepeats(part, minimum)) {
      repeat.begin += begin;
      // Values pass from step to step of one turn, never to the next: not every step is the first.
      for (size_t shift = 0; shift < repeat.period && repeat.getSaved() >= minimum; ++shift) {
        Turns turns(steps, repeat, work);
        if (turns.match()) {
          LoopEmitter(steps, repeat, turns, constants).run();
          for (size_t i = repeat.begin; i < repeat.getEnd(); ++i)
            rolled.insert(steps.ops[i]);
          roll(steps, begin, repeat.begin, constants, rolled);
          return roll(steps, repeat.getEnd(), end, constants, rolled);
        }
        ++repeat.begin;
        if (repeat.rest-- == 0) {
          --repeat.turns;
          repeat.rest = repeat.period - 1;
        }
      }
    }
  }
};

} // namespace
} // namespace nnc::lower
