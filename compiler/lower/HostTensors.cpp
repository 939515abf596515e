//===- HostTensors.cpp - tensor operations that become calls of the runtime ---------------===//

#include "compiler/lower/Kernel.h"
#include "compiler/optimise/ContractLayout.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::ir;
using namespace nnc::lower;

/// Scalars are constants in the code; others lie in memory, where their readers find them.
static LogicalResult lowerConstant(ConstantOp op, Host &host) {
  if (op.getType().isScalar())
    host.set(op.getResult(), op.emitElement(host, {}));
  return success();
}

/// A tensor's reshape is the same memory; between scalar and tensor an element moves.
static LogicalResult lowerReshape(ReshapeOp op, Host &host) {
  Location loc = op.getLoc();
  OpBuilder &builder = host.getBuilder();
  NNTensorType from = op.getA().getType(), to = op.getType();
  if (to.isScalar() && !from.isScalar())
    host.set(op.getResult(), emitLoad(builder, loc, to.getElementType(), host.getAddress(op.getA()),
                                      host.getI64(loc, 0)));
  else if (to.isScalar())
    host.set(op.getResult(), host.get(op.getA()));
  else if (from.isScalar())
    emitStore(builder, loc, host.get(op.getA()), host.getAddress(op.getResult()),
              host.getI64(loc, 0));
  return success();
}

static LogicalResult lowerRandom(RandomOp op, Host &host) {
  Location loc = op.getLoc();
  bool isDouble = op.getType().getElementType().isF64();
  bool isUniform = op.getDistribution() == Distribution::Uniform;
  if (!isDouble && !op.getType().getElementType().isF32())
    return op.emitOpError("is for f32 and f64");
  abi::Function function =
      isUniform ? (isDouble ? NN_RUNTIME(nn_random_uniform_f64) : NN_RUNTIME(nn_random_uniform_f32))
                : (isDouble ? NN_RUNTIME(nn_random_normal_f64) : NN_RUNTIME(nn_random_normal_f32));
  host.call(loc, function,
            {host.getAddress(loc, host.getPlan().getPlace(op.getResult())),
             host.getDim(loc, op.getType().getCount()), host.getI64(loc, op.getPlace()),
             host.get(op.getStream())});
  host.loadScalars(op);
  return success();
}

static LogicalResult lowerContract(ContractOp op, Host &host) {
  Location loc = op.getLoc();
  std::optional<nnc::optimise::ContractLayout> layout = nnc::optimise::getContractLayout(op);
  if (!layout)
    return op.emitOpError("does not fit the matrix product; run --nn-legalise-contract first");
  Type elementType = op.getType().getElementType();
  if (!elementType.isF32() && !elementType.isF64())
    return op.emitOpError("is for f32 and f64");
#define NN_F32(LEVEL) NN_RUNTIME(nn_contract_f32_##LEVEL),
#define NN_F64(LEVEL) NN_RUNTIME(nn_contract_f64_##LEVEL),
  static constexpr abi::Function f32[] = {NN_CONTRACT_LEVELS(NN_F32)};
  static constexpr abi::Function f64[] = {NN_CONTRACT_LEVELS(NN_F64)};
#undef NN_F32
#undef NN_F64
  int64_t level = abi::getCpuLevel(host.getModule());
  // A function of its own, which equal products share, describes the product.
  Kernel kernel(host, op, "contract");
  OpBuilder &builder = kernel.getBuilder();
  Value result = kernel.addArgument(host.getAddress(loc, host.getPlan().getPlace(op.getResult())));
  Value lhs = kernel.addArgument(host.getAddress(op.getLhs()));
  Value rhs = kernel.addArgument(host.getAddress(op.getRhs()));
  llvm::SmallVector<Value> shape(abi::countWords<nn_contraction>());
  auto set = [&](int64_t nn_contraction::*member, Dim size) {
    shape[abi::getWord(member)] = kernel.getCount(size);
  };
  set(&nn_contraction::outer, layout->outer);
  set(&nn_contraction::inner, layout->inner);
  set(&nn_contraction::m, layout->m);
  set(&nn_contraction::n, layout->n);
  set(&nn_contraction::sum, layout->sum);
  set(&nn_contraction::k, layout->k);
  auto setMatrices = [&](nn_matrices nn_contraction::*operand,
                         const nnc::optimise::MatrixLayout &matrices) {
    Value *words = &shape[abi::getWord(operand)];
    auto setStride = [&](int64_t nn_matrices::*member, Dim stride) {
      words[abi::getWord(member)] = kernel.getCount(stride);
    };
    setStride(&nn_matrices::outer_stride, matrices.outerStride);
    setStride(&nn_matrices::inner_stride, matrices.innerStride);
    setStride(&nn_matrices::sum_stride, matrices.sumStride);
    setStride(&nn_matrices::row_stride, matrices.rowStride);
    words[abi::getWord(&nn_matrices::transposed)] = createI64(builder, loc, matrices.transposed);
  };
  setMatrices(&nn_contraction::a, layout->lhs);
  setMatrices(&nn_contraction::b, layout->rhs);
  Value room = LLVM::AllocaOp::create(builder, loc, result.getType(), builder.getI64Type(),
                                      createI64(builder, loc, shape.size()));
  emitStores(builder, loc, shape, room);
  abi::emitCall(builder, loc, host.getConstants(), (elementType.isF32() ? f32 : f64)[level - 1],
                {result, lhs, rhs, room});
  kernel.finish();
  host.loadScalars(op);
  return success();
}

void nnc::lower::attachTensors(MLIRContext *context) {
  ConstantOp::attachInterface<LowerModel<ConstantOp, lowerConstant>>(*context);
  ReshapeOp::attachInterface<LowerModel<ReshapeOp, lowerReshape>>(*context);
  RandomOp::attachInterface<LowerModel<RandomOp, lowerRandom>>(*context);
  ContractOp::attachInterface<LowerModel<ContractOp, lowerContract>>(*context);
}
