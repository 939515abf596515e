//===- GroupAccess.cpp - how a fused group reads its operands --------------------------===//

#include "compiler/lower/GroupAccess.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <map>

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

namespace {
/// Emits into a block that is thrown away, and notes every read of an operand.
class Probe : public ElementEmitter {
public:
  Probe(OpBuilder &builder) : builder(builder) {}

  struct Read {
    BlockArgument operand;
    llvm::SmallVector<Value> index;
  };
  llvm::SmallVector<Read> reads;

  OpBuilder &getBuilder() override { return builder; }

  Value getElement(Value tensor, ValueRange index) override {
    std::vector<const void *> key{tensor.getAsOpaquePointer()};
    for (Value i : index)
      key.push_back(i.getAsOpaquePointer());
    if (auto found = elements.find(key); found != elements.end())
      return found->second;
    Value element;
    if (auto argument = llvm::dyn_cast<BlockArgument>(tensor)) {
      reads.push_back({argument, llvm::SmallVector<Value>(index)});
      Type type = llvm::cast<NNTensorType>(tensor.getType()).getElementType();
      element = arith::ConstantOp::create(builder, tensor.getLoc(), builder.getZeroAttr(type));
    } else {
      element = llvm::cast<ElementOpInterface>(tensor.getDefiningOp()).emitElement(*this, index);
    }
    return elements[key] = element;
  }

  Value getSize(Dim) override {
    return arith::ConstantIndexOp::create(builder, builder.getUnknownLoc(), 1);
  }

  Value checkIndex(Location loc, Value index, Dim) override {
    // Another value than the index, so that it cannot pass for one of the space's.
    return arith::AddIOp::create(builder, loc, index,
                                 arith::ConstantIndexOp::create(builder, loc, 0));
  }

private:
  OpBuilder &builder;
  std::map<std::vector<const void *>, Value> elements;
};
} // namespace

GroupAccess getGroupAccess(FusedOp op) {
  NNTensorType space = op.getSpace();
  int64_t rank = space.getRank();
  Block scratch;
  OpBuilder builder(op.getContext());
  builder.setInsertionPointToEnd(&scratch);
  llvm::SmallVector<Value> index;
  for (int64_t axis = 0; axis < rank; ++axis)
    index.push_back(scratch.addArgument(builder.getIndexType(), op.getLoc()));
  Probe probe(builder);
  for (auto [i, yielded] : llvm::enumerate(op.getYielded())) {
    ReduceOp reduce = op.getReduction(i);
    probe.getElement(reduce ? reduce.getA() : yielded, index);
  }

  GroupAccess access;
  access.joinsNext.assign(rank > 0 ? rank - 1 : 0, true);
  auto separate = [&](int64_t axis) {
    if (axis > 0)
      access.joinsNext[axis - 1] = false;
    if (axis + 1 < rank)
      access.joinsNext[axis] = false;
  };
  // An axis whose index is computed with, is for itself.
  for (int64_t axis = 0; axis < rank; ++axis)
    if (!index[axis].use_empty())
      separate(axis);
  for (const Probe::Read &read : probe.reads) {
    auto type = llvm::cast<NNTensorType>(read.operand.getType());
    if (read.index != index || type.getDimAttrs() != space.getDimAttrs())
      access.readElsewhere.insert(op.getInputs()[read.operand.getArgNumber()]);
    // Both axes, one right after the other and the inner one whole, or neither.
    auto find = [&](int64_t axis) {
      return std::distance(read.index.begin(), llvm::find(read.index, index[axis]));
    };
    auto count = [&](int64_t axis) { return llvm::count(read.index, index[axis]); };
    for (int64_t axis = 0; axis + 1 < rank; ++axis) {
      bool neither = count(axis) == 0 && count(axis + 1) == 0;
      bool both = count(axis) == 1 && count(axis + 1) == 1 && find(axis) + 1 == find(axis + 1) &&
                  type.getDim(find(axis + 1)) == space.getDim(axis + 1);
      if (!neither && !both)
        access.joinsNext[axis] = false;
    }
  }
  return access;
}

} // namespace nnc::lower
