//===- Evaluator.cpp - each tensor operation by its definition -----------------------===//

#include "Evaluation.h"
#include "Formulas.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <random>

using namespace mlir;
using namespace nnc::ir;

namespace nnc::test {

Tensor Evaluation::elementwise(Operation &op, Formula formula) {
  return fill(op, [&](Index &index) {
    llvm::SmallVector<double, 3> elements;
    for (Value operand : op.getOperands())
      elements.push_back(get(operand).at(index));
    return formula(elements);
  });
}

Tensor Evaluation::constant(ConstantOp op) {
  Tensor result = resultOf(*op);
  auto elements = llvm::cast<DenseElementsAttr>(op.getValue());
  double *next = result.elements.data();
  if (llvm::isa<FloatType>(elements.getElementType()))
    for (const APFloat &value : elements.getValues<APFloat>())
      *next++ = value.convertToDouble();
  else
    for (const APInt &value : elements.getValues<APInt>())
      *next++ = value.getBitWidth() == 1 ? value.getZExtValue() : value.getSExtValue();
  return result;
}

Tensor Evaluation::concat(ConcatOp op) {
  Tensor result = resultOf(*op);
  int64_t offset = 0;
  for (Value part : op.getParts()) {
    const Tensor &from = get(part);
    forEachIndex(from.shape, [&](Index &index) {
      Index to = index;
      to[op.getAxis()] += offset;
      result.at(to) = from.at(index);
    });
    offset += from.shape[op.getAxis()];
  }
  return result;
}

Tensor Evaluation::pad(PadOp op) {
  Tensor result = resultOf(*op);
  result.elements.assign(result.elements.size(), op.getValue().convertToDouble());
  const Tensor &from = get(op.getA());
  forEachIndex(from.shape, [&](Index &index) {
    Index to = index;
    bool inside = true;
    for (size_t axis = 0; axis < to.size(); ++axis) {
      to[axis] = size(getDims(op.getLow())[axis]) + index[axis] * (op.getInterior()[axis] + 1);
      inside &= to[axis] >= 0 && to[axis] < result.shape[axis]; // negative padding cuts
    }
    if (inside)
      result.at(to) = from.at(index);
  });
  return result;
}

Tensor Evaluation::reduce(ReduceOp op) {
  const Tensor &from = get(op.getA());
  Tensor result = resultOf(*op);
  std::vector<bool> seen(result.elements.size());
  forEachIndex(from.shape, [&](Index &index) {
    double &sum = result.at(drop(index, op.getAxes()));
    size_t position = &sum - result.elements.data();
    double element = from.at(index);
    if (!seen[position]) {
      seen[position] = true;
      sum = element;
      return;
    }
    switch (op.getKind()) {
    case ReduceKind::Sum:
      sum += element;
      break;
    case ReduceKind::Max:
    case ReduceKind::Or:
      sum = std::fmax(sum, element);
      break;
    case ReduceKind::Min:
    case ReduceKind::And:
      sum = std::fmin(sum, element);
      break;
    }
  });
  return result;
}

Tensor Evaluation::contract(ContractOp op) {
  const Tensor &lhs = get(op.getLhs()), &rhs = get(op.getRhs());
  Tensor result = resultOf(*op);
  // Every pair of elements whose paired and summed axes agree adds a product.
  forEachIndex(lhs.shape, [&](Index &left) {
    forEachIndex(rhs.shape, [&](Index &right) {
      if (pick(left, op.getLhsContract()) != pick(right, op.getRhsContract()))
        return;
      Index to;
      for (auto [l, r] : llvm::zip_equal(op.getLhsBatch(), op.getRhsBatch())) {
        if (l != -1 && r != -1 && left[l] != right[r])
          return;
        to.push_back(l != -1 ? left[l] : right[r]);
      }
      llvm::append_range(to, pick(left, op.getLhsFree()));
      llvm::append_range(to, pick(right, op.getRhsFree()));
      result.at(to) += lhs.at(left) * rhs.at(right);
    });
  });
  return result;
}

/// An element's index goes to its rank: the number of elements that come before it.
Tensor Evaluation::argsort(ArgSortOp op) {
  const Tensor &from = get(op.getA());
  Tensor result = resultOf(*op);
  forEachIndex(from.shape, [&](Index &index) {
    Index to = index, other = index;
    to.back() = 0;
    for (other.back() = 0; other.back() < from.shape.back(); ++other.back()) {
      double a = from.at(index), b = from.at(other);
      bool isBefore = op.getDescending() ? b > a : b < a;
      to.back() += isBefore || (a == b && other.back() < index.back());
    }
    result.at(to) = index.back();
  });
  return result;
}

Index Evaluation::getGathered(const Tensor &indices, int64_t batch, const Index &index) {
  size_t rank = indices.shape.size();
  Index chosen(index.begin(), index.begin() + rank);
  Index from(index.begin(), index.begin() + batch);
  from.push_back(static_cast<int64_t>(indices.at(chosen)));
  from.insert(from.end(), index.begin() + rank, index.end());
  return from;
}

/// Where nn.patches reads, and nn.fold adds, for an index of the windows.
template <typename Op> static Index getWindowed(Op op, const Index &index) {
  size_t spatial = op.getKernel().size(), lead = index.size() - 2 * spatial;
  Index at(index.begin(), index.begin() + lead);
  for (size_t i = 0; i < spatial; ++i)
    at.push_back(index[lead + spatial + i] * op.getStrides()[i] +
                 index[lead + i] * op.getDilations()[i]);
  return at;
}

/// Operations that move elements: the result's are the operand's at other places.
FailureOr<Tensor> Evaluation::arrange(Operation &any) {
  return llvm::TypeSwitch<Operation *, FailureOr<Tensor>>(&any)
      .Case([&](BroadcastOp op) {
        return fill(any,
                    [&](Index &index) { return get(op.getA()).at(pick(index, op.getAxes())); });
      })
      .Case([&](ReshapeOp op) {
        Tensor result = resultOf(any);
        result.elements = get(op.getA()).elements;
        return result;
      })
      .Case([&](TransposeOp op) {
        return fill(any, [&](Index &index) {
          Index from(index.size());
          for (auto [i, axis] : llvm::enumerate(op.getPermutation()))
            from[axis] = index[i];
          return get(op.getA()).at(from);
        });
      })
      .Case([&](SliceOp op) {
        return fill(any, [&](Index &index) {
          Index from(index.size());
          for (size_t i = 0; i < index.size(); ++i)
            from[i] = size(getDims(op.getOffsets())[i]) + index[i] * op.getStrides()[i];
          return get(op.getA()).at(from);
        });
      })
      .Case([&](PadOp op) { return pad(op); })
      .Case([&](ReverseOp op) {
        const Tensor &from = get(op.getA());
        return fill(any, [&](Index &index) {
          Index at = index;
          for (int64_t axis : op.getAxes())
            at[axis] = from.shape[axis] - 1 - at[axis];
          return from.at(at);
        });
      })
      .Case([&](PatchesOp op) {
        return fill(any, [&](Index &index) { return get(op.getA()).at(getWindowed(op, index)); });
      })
      .Case([&](FoldOp op) {
        Tensor result = resultOf(any);
        forEachIndex(get(op.getA()).shape, [&](Index &index) {
          result.at(getWindowed(op, index)) += get(op.getA()).at(index);
        });
        return result;
      })
      .Case([&](ConcatOp op) { return concat(op); })
      .Case([&](GatherOp op) {
        return fill(any, [&](Index &index) {
          return get(op.getA()).at(getGathered(get(op.getIndices()), op.getBatch(), index));
        });
      })
      .Case([&](ScatterAddOp op) {
        Tensor result = resultOf(any);
        forEachIndex(get(op.getA()).shape, [&](Index &index) {
          result.at(getGathered(get(op.getIndices()), op.getBatch(), index)) +=
              get(op.getA()).at(index);
        });
        return result;
      })
      .Default([](Operation *other) -> FailureOr<Tensor> {
        return other->emitOpError("is not an operation that the evaluator knows");
      });
}

FailureOr<Tensor> Evaluation::compute(Operation &any) {
  if (Formula formula = findFormula(any))
    return elementwise(any, formula);
  return llvm::TypeSwitch<Operation *, FailureOr<Tensor>>(&any)
      .Case([&](ConstantOp op) { return constant(op); })
      .Case([&](ConvertOp op) {
        Type type = op.getType().getElementType();
        return fill(any, [&](Index &index) { return convert(get(op.getA()).at(index), type); });
      })
      .Case([&](IotaOp op) {
        return fill(any, [&](Index &index) -> double { return index[op.getAxis()]; });
      })
      .Case([&](SizeOp op) { return Tensor({}, size(Dim(op.getDim()))); })
      .Case([&](ReduceOp op) { return reduce(op); })
      .Case([&](ArgMaxOp op) {
        const Tensor &from = get(op.getA());
        return fill(any, [&](Index &index) -> double {
          Index at = index;
          at.insert(at.begin() + op.getAxis(), 0);
          int64_t best = 0;
          double largest = from.at(at);
          for (int64_t i = 1; i < from.shape[op.getAxis()]; ++i) {
            at[op.getAxis()] = i;
            if (op.getSmallest() ? from.at(at) < largest : from.at(at) > largest) {
              best = i;
              largest = from.at(at);
            }
          }
          return best;
        });
      })
      .Case([&](ArgSortOp op) { return argsort(op); })
      .Case([&](CumSumOp op) {
        return fill(any, [&](Index &index) {
          double sum = 0;
          int64_t axis = op.getAxis(), size = get(op.getA()).shape[axis];
          Index at = index;
          for (at[axis] = 0; at[axis] < size; ++at[axis])
            if (op.getReverse() ? at[axis] >= index[axis] : at[axis] <= index[axis])
              sum += get(op.getA()).at(at);
          return sum;
        });
      })
      .Case([&](WithGradientOp op) { return get(op.getValue()); })
      .Case([&](ContractOp op) { return contract(op); })
      .Case([&](RandomOp op) {
        // Not the program's generator, but as it: a function of operands and index.
        std::mt19937_64 generator(op.getPlace() * 7919 + get(op.getStream()).elements[0]);
        std::normal_distribution<double> normal;
        std::uniform_real_distribution<double> uniform;
        return fill(any, [&](Index &) {
          return op.getDistribution() == Distribution::Normal ? normal(generator)
                                                              : uniform(generator);
        });
      })
      .Default([&](Operation *other) { return arrange(*other); });
}

} // namespace nnc::test
