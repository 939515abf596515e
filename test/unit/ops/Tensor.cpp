//===- Tensor.cpp - tensors of doubles, for the evaluator --------------------------===//

#include "Tensor.h"

using namespace nnc::ir;

namespace nnc::test {

static int64_t getCount(const Shape &shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

Tensor::Tensor(Shape shape, double value)
    : shape(std::move(shape)), elements(getCount(this->shape), value) {}

double &Tensor::at(llvm::ArrayRef<int64_t> index) {
  int64_t offset = 0;
  for (auto [i, size] : llvm::zip_equal(index, shape)) {
    if (i < 0 || i >= size)
      llvm::report_fatal_error("the evaluator reads beyond a tensor");
    offset = offset * size + i;
  }
  return elements[offset];
}

void forEachIndex(const Shape &shape, llvm::function_ref<void(Index &)> visit) {
  Index index(shape.size());
  for (int64_t i = 0, count = getCount(shape); i < count; ++i) {
    int64_t rest = i;
    for (size_t axis = shape.size(); axis-- > 0; rest /= shape[axis])
      index[axis] = rest % shape[axis];
    visit(index);
  }
}

int64_t getValue(Dim dim, const Sizes &sizes) {
  int64_t sum = 0;
  for (auto &[symbols, coefficient] : dim.getPolynomial()) {
    int64_t product = coefficient;
    for (const std::string &symbol : symbols) {
      if (!sizes.contains(symbol))
        llvm::report_fatal_error(llvm::Twine("the size '") + symbol + "' has no value");
      product *= sizes.lookup(symbol);
    }
    sum += product;
  }
  return sum;
}

Shape getShape(NNTensorType type, const Sizes &sizes) {
  Shape shape;
  for (Dim dim : type.getShape())
    shape.push_back(getValue(dim, sizes));
  return shape;
}

Index pick(const Index &index, llvm::ArrayRef<int64_t> axes) {
  Index picked;
  for (int64_t axis : axes)
    picked.push_back(index[axis]);
  return picked;
}

Index drop(const Index &index, llvm::ArrayRef<int64_t> axes) {
  Index kept;
  for (size_t i = 0; i < index.size(); ++i)
    if (!llvm::is_contained(axes, static_cast<int64_t>(i)))
      kept.push_back(index[i]);
  return kept;
}

} // namespace nnc::test
