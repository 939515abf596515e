//===- HostTensors.cpp - tensor operations that become calls of the runtime ---------------===//

#include "compiler/lower/Host.h"
#include "compiler/optimise/ContractLayout.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
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
  RuntimeFunction function =
      isUniform ? (isDouble ? runtime::RandomUniformF64 : runtime::RandomUniformF32)
                : (isDouble ? runtime::RandomNormalF64 : runtime::RandomNormalF32);
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
  static constexpr RuntimeFunction f32[] = {runtime::ContractF32V2, runtime::ContractF32V3,
                                            runtime::ContractF32V4};
  static constexpr RuntimeFunction f64[] = {runtime::ContractF64V2, runtime::ContractF64V3,
                                            runtime::ContractF64V4};
  int64_t level = 2;
  if (auto attribute = host.getModule()->getAttrOfType<IntegerAttr>("nn.cpu_level"))
    level = std::clamp<int64_t>(attribute.getInt(), 2, 4);
  // An nn_contraction, member by member.
  llvm::SmallVector<Value> shape;
  for (Dim size : {layout->outer, layout->inner, layout->m, layout->n, layout->sum, layout->k})
    shape.push_back(host.getDim(loc, size));
  for (const nnc::optimise::MatrixLayout &matrices : {layout->lhs, layout->rhs}) {
    for (Dim stride :
         {matrices.outerStride, matrices.innerStride, matrices.sumStride, matrices.rowStride})
      shape.push_back(host.getDim(loc, stride));
    shape.push_back(host.getI64(loc, matrices.transposed));
  }
  host.call(loc, (elementType.isF32() ? f32 : f64)[level - 2],
            {host.getAddress(loc, host.getPlan().getPlace(op.getResult())),
             host.getAddress(op.getLhs()), host.getAddress(op.getRhs()),
             host.createStackArray(loc, shape)});
  host.loadScalars(op);
  return success();
}

void nnc::lower::attachTensors(MLIRContext *context) {
  ConstantOp::attachInterface<LowerModel<ConstantOp, lowerConstant>>(*context);
  ReshapeOp::attachInterface<LowerModel<ReshapeOp, lowerReshape>>(*context);
  RandomOp::attachInterface<LowerModel<RandomOp, lowerRandom>>(*context);
  ContractOp::attachInterface<LowerModel<ContractOp, lowerContract>>(*context);
}
