//===- FormulaPattern.cpp - formulas that are looked for and emitted ----------------------===//

#include "compiler/optimise/FormulaPattern.h"
#include "compiler/ir/Effects.h"
#include "compiler/ir/Finite.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::optimise {

//===-- Parsing ------------------------------------------------------------------------------===//

static bool consume(llvm::StringRef &text, llvm::StringRef token) {
  text = text.ltrim();
  return text.consume_front(token);
}

FormulaPattern::FormulaPattern(llvm::StringRef text) {
  root = parseSum(text);
  assert(text.trim().empty() && "the formula goes on");
}

FormulaPattern::NodePtr FormulaPattern::parseSum(llvm::StringRef &text) {
  NodePtr left = parseProduct(text);
  while (true) {
    bool isAdd = consume(text, "+");
    if (!isAdd && !consume(text, "-"))
      return left;
    auto sum = std::make_unique<Node>();
    sum->operation = isAdd ? "nn.add" : "nn.sub";
    sum->operands.push_back(std::move(left));
    sum->operands.push_back(parseProduct(text));
    left = std::move(sum);
  }
}

FormulaPattern::NodePtr FormulaPattern::parseProduct(llvm::StringRef &text) {
  NodePtr left = parseSign(text);
  while (true) {
    bool isMul = consume(text, "*");
    if (!isMul && !consume(text, "/"))
      return left;
    auto product = std::make_unique<Node>();
    product->operation = isMul ? "nn.mul" : "nn.div";
    product->operands.push_back(std::move(left));
    product->operands.push_back(parseSign(text));
    left = std::move(product);
  }
}

FormulaPattern::NodePtr FormulaPattern::parseSign(llvm::StringRef &text) {
  if (!consume(text, "-"))
    return parseAtom(text);
  auto negation = std::make_unique<Node>();
  negation->operation = "nn.neg";
  negation->operands.push_back(parseSign(text));
  return negation;
}

FormulaPattern::NodePtr FormulaPattern::parseAtom(llvm::StringRef &text) {
  if (consume(text, "(")) {
    NodePtr inner = parseSum(text);
    consume(text, ")");
    return inner;
  }
  auto node = std::make_unique<Node>();
  llvm::StringRef word = text.take_while([](char c) { return llvm::isAlnum(c) || c == '.'; });
  text = text.drop_front(word.size());
  if (!word.getAsDouble(node->number))
    return node;
  if (!consume(text, "(")) {
    node->name = word.str();
    return node;
  }
  node->operation = ("nn." + word).str();
  do
    node->operands.push_back(parseSum(text));
  while (consume(text, ","));
  consume(text, ")");
  return node;
}

//===-- Matching -----------------------------------------------------------------------------===//

/// Whether two reads of a variable give the same: they stand close to each other, and nothing
/// between them writes it.
static bool readAlike(ReadOp a, ReadOp b) {
  if (a.getVariableAttr() != b.getVariableAttr() || a->getBlock() != b->getBlock())
    return false;
  if (b->isBeforeInBlock(a))
    std::swap(a, b);
  constexpr unsigned farthest = 256; // operations
  unsigned count = 0;
  for (Operation *op = a->getNextNode(); op != b; op = op->getNextNode())
    if (++count > farthest ||
        llvm::is_contained(getEffects(op).writes, a.getVariableAttr().getAttr()))
      return false;
  return true;
}

/// `left`: how many operations may still be compared.
static bool areAlike(Value a, Value b, llvm::function_ref<bool(Value)> isHidden, unsigned &left) {
  if (a == b)
    return true;
  Operation *first = a.getDefiningOp(), *second = b.getDefiningOp();
  if (!first || !second || left == 0 || isHidden(a) || isHidden(b) ||
      first->getName() != second->getName() || first->getNumRegions() != 0 ||
      first->getNumOperands() != second->getNumOperands() || a.getType() != b.getType() ||
      llvm::cast<OpResult>(a).getResultNumber() != llvm::cast<OpResult>(b).getResultNumber())
    return false;
  --left;
  if (auto read = llvm::dyn_cast<ReadOp>(first))
    return readAlike(read, llvm::cast<ReadOp>(second));
  if (!isPure(first) || first->getRawDictionaryAttrs() != second->getRawDictionaryAttrs() ||
      first->getPropertiesAsAttribute() != second->getPropertiesAsAttribute())
    return false;
  return llvm::all_of(llvm::zip_equal(first->getOperands(), second->getOperands()), [&](auto pair) {
    return areAlike(std::get<0>(pair), std::get<1>(pair), isHidden, left);
  });
}

bool areAlike(Value a, Value b, llvm::function_ref<bool(Value)> isHidden) {
  unsigned left = 64;
  return areAlike(a, b, isHidden, left);
}

bool FormulaPattern::matchOperands(const Node &node, Operation *op, bool isSwapped, Names &names,
                                   llvm::function_ref<bool(Value)> isHidden) {
  for (auto [i, operand] : llvm::enumerate(node.operands))
    if (!match(*operand, op->getOperand(isSwapped ? 1 - i : i), names, isHidden))
      return false;
  return true;
}

bool FormulaPattern::match(const Node &node, Value value, Names &names,
                           llvm::function_ref<bool(Value)> isHidden) {
  if (!node.name.empty())
    return areAlike(names.try_emplace(node.name, value).first->second, value, isHidden);
  if (node.operation.empty())
    return getUniform(value) == node.number;
  Operation *op = value.getDefiningOp();
  if (!op || op->getName().getStringRef() != node.operation || isHidden(value))
    return false;
  Names before = names;
  if (matchOperands(node, op, false, names, isHidden))
    return true;
  names = before;
  if (!op->hasTrait<OpTrait::IsCommutative>())
    return false;
  return matchOperands(node, op, true, names, isHidden);
}

Value FormulaPattern::emit(const Node &node, OpBuilder &builder, Location loc, const Names &names) {
  if (!node.name.empty())
    return names.lookup(node.name);
  auto type = llvm::cast<NNTensorType>(names.begin()->second.getType());
  if (node.operation.empty())
    return createFilled(builder, loc, type, node.number);
  llvm::SmallVector<Value> operands;
  for (const NodePtr &operand : node.operands)
    operands.push_back(emit(*operand, builder, loc, names));
  if (node.operation == "nn.neg")
    if (auto inner = operands[0].getDefiningOp<NegOp>())
      return inner.getA();
  OperationState state(loc, node.operation, operands, type);
  return builder.create(state)->getResult(0);
}

} // namespace nnc::optimise
