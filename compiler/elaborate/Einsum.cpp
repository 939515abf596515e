//===- Einsum.cpp - einsum("bi,io->bo", x, w) -----------------------------------------===//
//
// Each letter names an axis; the result is the sum, over all letters that it lacks, of the products
// of the operands' elements. Operands are combined from the left, those that share a letter first:
// by nn.contract where letters are summed and one side has letters of its own, otherwise by a
// product element by element, which fuses with the sum. A letter twice in one operand takes the
// diagonal.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Builtins.h"
#include "compiler/ir/ElementTypes.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

using Axes = llvm::SmallVector<int64_t>;

namespace {

/// A tensor with a letter for each axis.
struct Operand {
  mlir::Value value;
  std::string letters;
  NNTensorType getType() const { return llvm::cast<NNTensorType>(value.getType()); }
  Dim getSize(char letter) const { return getType().getDim(letters.find(letter)); }
  bool has(char letter) const { return letters.find(letter) != std::string::npos; }
};

class Einsum {
public:
  Einsum(Emitter &e, BuiltinCall &c) : e(e), c(c), loc(e.getLoc(c.span)) {}
  Value run();

private:
  Value fail(const llvm::Twine &reason) {
    return e.fail(diag::EinsumEquation, c.span, equation, reason.str());
  }
  bool parse();
  /// Checks that each letter has one size.
  bool checkSizes();
  void takeDiagonals(Operand &operand);
  void sumOver(Operand &operand, StringRef letters);
  /// With its axes in the order of `letters`, which are all its own.
  mlir::Value arrange(const Operand &operand, StringRef letters);
  /// Spread over axes with these sizes, in this order, among which its own are.
  mlir::Value spread(const Operand &operand, StringRef letters, llvm::ArrayRef<Dim> shape);
  /// The product, without the letters that nothing needs any more.
  Operand combine(const Operand &a, const Operand &b, StringRef needed);

  Emitter &e;
  BuiltinCall &c;
  mlir::Location loc;
  std::string equation, output;
  std::vector<Operand> operands;
};

} // namespace

/// The letters of `letters` for which `keep` holds, in order.
static std::string filter(StringRef letters, llvm::function_ref<bool(char)> keep) {
  std::string kept;
  for (char letter : letters)
    if (keep(letter))
      kept += letter;
  return kept;
}

static Axes getAxes(const Operand &operand, StringRef letters) {
  Axes axes;
  for (char letter : letters)
    axes.push_back(operand.letters.find(letter));
  return axes;
}

bool Einsum::parse() {
  if (!c.matched[0].is(Value::Str)) {
    e.error(diag::NotStatic, c.span, "the equation of einsum", describe(c.matched[0]));
    return false;
  }
  equation = c.matched[0].getString();
  std::string compact = filter(equation, [](char character) { return character != ' '; });
  auto [left, right] = StringRef(compact).split("->");
  output = right.str();
  if (!StringRef(compact).contains("->")) {
    fail("the axes of the result are missing; end it with '->' and their letters");
    return false;
  }
  for (char character : (left + right).str())
    if (!llvm::isAlpha(character) && character != ',') {
      fail(llvm::Twine("'") + llvm::Twine(character) + "' is not a letter; each axis has one");
      return false;
    }
  llvm::SmallVector<StringRef> parts;
  left.split(parts, ',');
  Values values = c.given[1] ? c.matched[1].getElements() : Values();
  if (parts.size() != values.size()) {
    fail("it describes " + llvm::Twine(parts.size()) +
         (parts.size() == 1 ? " tensor" : " tensors") + ", and " + llvm::Twine(values.size()) +
         (values.size() == 1 ? " is given" : " are given"));
    return false;
  }
  mlir::Type element;
  for (const Value &value : values)
    if (value.isTensor())
      element = value.getTensorType().getElementType();
  if (element && ir::isStorageFloat(element))
    element = e.getReal();
  for (auto [part, value] : llvm::zip_equal(parts, values)) {
    Value tensor = e.toTensor(value, c.span, element);
    if (tensor.isPoison())
      return false;
    operands.push_back({tensor.getRuntime(), part.str()});
    NNTensorType type = tensor.getTensorType();
    if (type.getRank() != static_cast<int64_t>(part.size())) {
      fail("'" + part + "' has " + llvm::Twine(part.size()) +
           (part.size() == 1 ? " axis" : " axes") + ", but the tensor is " + type.str());
      return false;
    }
    if (!type.isFloat()) {
      e.error(diag::WrongOperand, c.span, "einsum", type.str(), "tensors of real numbers")
          .hint("f32(x) converts a tensor of whole numbers");
      return false;
    }
    if (type.getElementType() != operands.front().getType().getElementType()) {
      e.error(diag::MixedElementTypes, c.span, operands.front().getType().str(), type.str());
      return false;
    }
  }
  for (auto [i, letter] : llvm::enumerate(output)) {
    if (output.find(letter) != i) {
      fail(llvm::Twine("'") + llvm::Twine(letter) + "' names two axes of the result");
      return false;
    }
    if (llvm::none_of(operands, [&](const Operand &operand) { return operand.has(letter); })) {
      fail(llvm::Twine("'") + llvm::Twine(letter) + "' of the result names no axis of a tensor");
      return false;
    }
  }
  return true;
}

bool Einsum::checkSizes() {
  std::map<char, std::pair<Dim, NNTensorType>> sizes;
  for (const Operand &operand : operands)
    for (auto [axis, letter] : llvm::enumerate(operand.letters)) {
      Dim size = operand.getType().getDim(axis);
      auto [known, isNew] = sizes.try_emplace(letter, size, operand.getType());
      if (!isNew && known->second.first != size) {
        e.error(diag::EinsumSize, c.span, equation, std::string(1, letter),
                known->second.first.str(), known->second.second.str(), size.str(),
                operand.getType().str());
        return false;
      }
    }
  return true;
}

void Einsum::takeDiagonals(Operand &operand) {
  for (size_t axis = operand.letters.size(); axis-- > 0;) {
    size_t first = operand.letters.find(operand.letters[axis]);
    if (first == axis)
      continue;
    NNTensorType type = operand.getType();
    NNTensorType whole = type.withElementType(e.builder.getI64Type());
    mlir::Value isDiagonal =
        EqOp::create(e.builder, loc, IotaOp::create(e.builder, loc, whole, first),
                     IotaOp::create(e.builder, loc, whole, axis));
    mlir::Value zero = createFilled(e.builder, loc, type, 0);
    mlir::Value diagonal = SelectOp::create(e.builder, loc, type, isDiagonal, operand.value, zero);
    operand.value = ReduceOp::create(e.builder, loc, diagonal, ReduceKind::Sum,
                                     llvm::ArrayRef<int64_t>(static_cast<int64_t>(axis)));
    operand.letters.erase(axis, 1);
  }
}

void Einsum::sumOver(Operand &operand, StringRef letters) {
  if (letters.empty())
    return;
  Axes axes = getAxes(operand, letters);
  llvm::sort(axes);
  operand.value = ReduceOp::create(e.builder, loc, operand.value, ReduceKind::Sum, axes);
  operand.letters = filter(operand.letters, [&](char letter) { return !letters.contains(letter); });
}

mlir::Value Einsum::arrange(const Operand &operand, StringRef letters) {
  Axes order = getAxes(operand, letters);
  if (llvm::is_sorted(order))
    return operand.value;
  return TransposeOp::create(e.builder, loc, operand.value, order);
}

mlir::Value Einsum::spread(const Operand &operand, StringRef letters, llvm::ArrayRef<Dim> shape) {
  std::string own = filter(letters, [&](char letter) { return operand.has(letter); });
  mlir::Value arranged = arrange(operand, own);
  Axes axes;
  for (char letter : own)
    axes.push_back(letters.find(letter));
  NNTensorType type = operand.getType().withShape(shape);
  return type == arranged.getType()
             ? arranged
             : BroadcastOp::create(e.builder, loc, type, arranged, axes).getResult();
}

Operand Einsum::combine(const Operand &a, const Operand &b, StringRef needed) {
  std::string batch, summed, freeA, freeB;
  for (char letter : a.letters)
    (!b.has(letter) ? freeA : needed.contains(letter) ? batch : summed) += letter;
  freeB = filter(b.letters, [&](char letter) { return !a.has(letter); });
  if (!summed.empty() && !(freeA.empty() && freeB.empty()))
    return {ContractOp::create(e.builder, loc, a.value, b.value, getAxes(a, batch),
                               getAxes(b, batch), getAxes(a, summed), getAxes(b, summed)),
            batch + freeA + freeB};
  Operand product{{}, a.letters + freeB};
  llvm::SmallVector<Dim> shape;
  for (char letter : product.letters)
    shape.push_back(a.has(letter) ? a.getSize(letter) : b.getSize(letter));
  mlir::Value left = spread(a, product.letters, shape), right = spread(b, product.letters, shape);
  product.value = MulOp::create(e.builder, loc, left.getType(), left, right);
  sumOver(product, summed);
  return product;
}

Value Einsum::run() {
  if (!parse() || !checkSizes())
    return Value();
  // What the result or an operand other than `self` has.
  auto getNeeded = [&](const Operand *self) {
    std::string needed = output;
    for (const Operand &operand : operands)
      if (&operand != self)
        needed += operand.letters;
    return needed;
  };
  for (Operand &operand : operands) {
    takeDiagonals(operand);
    std::string needed = getNeeded(&operand);
    sumOver(operand, filter(operand.letters,
                            [&](char letter) { return needed.find(letter) == std::string::npos; }));
  }
  Operand result = operands.front();
  operands.erase(operands.begin());
  while (!operands.empty()) {
    auto shares = [&](const Operand &operand) {
      return llvm::any_of(operand.letters, [&](char letter) { return result.has(letter); });
    };
    auto next = llvm::find_if(operands, shares);
    if (next == operands.end())
      next = operands.begin();
    Operand other = *next;
    operands.erase(next);
    result = combine(result, other, getNeeded(nullptr));
  }
  return Value::of(arrange(result, output));
}

Value elaborate::einsum(Emitter &e, BuiltinCall &c) { return Einsum(e, c).run(); }
