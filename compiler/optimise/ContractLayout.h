//===- ContractLayout.h - a contraction as a batch of matrix products ----------------===//
//
// The runtime multiplies batches of matrices that are stored with one stride between matrices and
// one between rows, plain or transposed (nn_contract_* in runtime/nnrt.h). Says how the operands of
// an nn.contract, dense in memory, are such matrices, if they are.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_OPTIMISE_CONTRACT_LAYOUT_H
#define NNC_OPTIMISE_CONTRACT_LAYOUT_H

#include "compiler/ir/NN.h"

namespace nnc::optimise {

/// One operand: rows x columns, or stored columns x rows where transposed.
struct MatrixLayout {
  nnc::ir::Dim batchStride; // elements
  nnc::ir::Dim rowStride;   // of the matrix as it is stored
  bool transposed = false;
};

struct ContractLayout {
  nnc::ir::Dim batch, m, n, k;
  MatrixLayout lhs; // m x k
  MatrixLayout rhs; // k x n
};

/// Nothing where an operand must be transposed first.
std::optional<ContractLayout> getContractLayout(nnc::ir::ContractOp op);

/// The layout of an operand of type `type` with the given groups of axes as (batch, rows, columns).
std::optional<MatrixLayout> getMatrixLayout(nnc::ir::NNTensorType type,
                                            llvm::ArrayRef<int64_t> batch,
                                            llvm::ArrayRef<int64_t> rows,
                                            llvm::ArrayRef<int64_t> columns);

} // namespace nnc::optimise

#endif // NNC_OPTIMISE_CONTRACT_LAYOUT_H
