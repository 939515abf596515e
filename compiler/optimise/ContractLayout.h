//===- ContractLayout.h - a contraction as a batch of matrix products ----------------===//
//
// The runtime multiplies batches of matrices, and adds several products up; the matrices lie at
// strides, two between those of a batch and one between those of a sum, each with one stride
// between rows, plain or transposed (nn_contract_* in runtime/nnrt.h). Says how the operands of an
// nn.contract, dense in memory, are such matrices, if they are.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_OPTIMISE_CONTRACT_LAYOUT_H
#define NNC_OPTIMISE_CONTRACT_LAYOUT_H

#include "compiler/ir/NN.h"

namespace nnc::optimise {

/// One operand: rows x columns, or stored columns x rows where transposed. Strides in elements.
struct MatrixLayout {
  nnc::ir::Dim outerStride, innerStride; // between matrices of the batch; 0: the same for all
  nnc::ir::Dim sumStride;                // between matrices whose products are added up
  nnc::ir::Dim rowStride;                // of the matrix as it is stored
  bool transposed = false;
};

struct ContractLayout {
  nnc::ir::Dim outer, inner, m, n, sum, k;
  MatrixLayout lhs; // m x k
  MatrixLayout rhs; // k x n
};

/// Nothing where an operand must be transposed first.
std::optional<ContractLayout> getContractLayout(nnc::ir::ContractOp op);

} // namespace nnc::optimise

#endif // NNC_OPTIMISE_CONTRACT_LAYOUT_H
