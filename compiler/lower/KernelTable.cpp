//===- KernelTable.cpp - equal kernels are one function -------------------------------===//

#include "compiler/lower/KernelTable.h"

using namespace mlir;

namespace nnc::lower {

namespace {

/// Writes down what a function consists of, so that two are equal just where the records are.
class Recorder {
public:
  std::vector<uintptr_t> content;

  template <typename T> void addUnique(T uniqued) { addPointer(uniqued.getAsOpaquePointer()); }
  void addNumber(uintptr_t number) { content.push_back(number); }

  void addRegion(Region &region) {
    addNumber(region.getBlocks().size());
    for (Block &block : region)
      blocks.try_emplace(&block, blocks.size());
    for (Block &block : region) {
      addNumber(block.getNumArguments());
      for (BlockArgument argument : block.getArguments())
        addDefinition(argument);
      addNumber(block.getOperations().size());
      for (Operation &op : block)
        addOperation(op);
    }
  }

private:
  void addPointer(const void *pointer) { addNumber(reinterpret_cast<uintptr_t>(pointer)); }

  void addDefinition(Value value) {
    numbers.try_emplace(value, numbers.size());
    addUnique(value.getType());
  }

  void addOperation(Operation &op) {
    addUnique(op.getName());
    addUnique(op.getAttrDictionary());
    addNumber(op.getNumOperands());
    for (Value operand : op.getOperands())
      addNumber(numbers.lookup(operand));
    addNumber(op.getNumResults());
    for (Value result : op.getResults())
      addDefinition(result);
    for (Block *successor : op.getSuccessors())
      addNumber(blocks.lookup(successor));
    for (Region &region : op.getRegions())
      addRegion(region);
  }

  llvm::DenseMap<Value, uintptr_t> numbers;
  llvm::DenseMap<Block *, uintptr_t> blocks;
};

} // namespace

KernelTable::Content KernelTable::describe(ir::FusedOp group, llvm::ArrayRef<unsigned> places) {
  Recorder recorder;
  recorder.addUnique(group->getAttrDictionary());
  for (unsigned place : places)
    recorder.addNumber(place);
  for (Type type : group.getResultTypes())
    recorder.addUnique(type);
  recorder.addRegion(group.getBody());
  return std::move(recorder.content);
}

func::FuncOp KernelTable::unify(func::FuncOp function, unsigned role) {
  if (!shares)
    return function;
  Recorder recorder;
  recorder.addNumber(role);
  for (NamedAttribute attribute : function->getAttrDictionary())
    if (attribute.getName() != function.getSymNameAttrName())
      recorder.addUnique(attribute.getValue());
  recorder.addRegion(function.getBody());
  auto [entry, isNew] = known.try_emplace(std::move(recorder.content), function);
  if (!isNew)
    function.erase();
  return entry->second;
}

} // namespace nnc::lower
