//===- HostVariables.cpp - variables: reading, assigning, saving, loading --------------------===//

#include "compiler/ir/Effects.h"
#include "compiler/lower/Host.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::ir;
using namespace nnc::lower;

static LogicalResult lowerVariable(VariableOp, Host &) { return success(); } // zero at the start

static void copy(Host &host, Location loc, Value to, Value from, NNTensorType type) {
  OpBuilder &builder = host.getBuilder();
  Value bytes = host.getDim(loc, type.getCount() * getElementBytes(type.getElementType()));
  LLVM::MemcpyOp::create(builder, loc, to, from, bytes, /*isVolatile=*/false);
}

static LogicalResult lowerRead(ReadOp op, Host &host) {
  Location loc = op.getLoc();
  OpBuilder &builder = host.getBuilder();
  Value variable = host.getVariableAddress(loc, op.getVariableAttr().getAttr());
  if (llvm::isa<StrType>(op.getType())) {
    // A copy, which stays valid when the variable is assigned. An unassigned one is empty.
    Value text = LLVM::LoadOp::create(builder, loc, variable.getType(), variable);
    Value null = LLVM::ZeroOp::create(builder, loc, variable.getType());
    Value isNull = LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::eq, text, null);
    text = LLVM::SelectOp::create(builder, loc, isNull, host.getString(loc, ""), text);
    host.call(loc, NN_RUNTIME(nn_format_begin), {});
    host.call(loc, NN_RUNTIME(nn_format_str), {text, host.getString(loc, "")});
    host.set(op.getResult(), host.call(loc, NN_RUNTIME(nn_format_end), {}));
    return success();
  }
  auto type = llvm::cast<NNTensorType>(op.getType());
  if (type.isScalar())
    host.set(op.getResult(),
             emitLoad(builder, loc, type.getElementType(), variable, host.getI64(loc, 0)));
  else if (host.getPlan().isCopied(op))
    copy(host, loc, host.getAddress(op.getResult()), variable, type);
  return success();
}

static LogicalResult lowerAssign(AssignOp op, Host &host) {
  Location loc = op.getLoc();
  OpBuilder &builder = host.getBuilder();
  StringAttr name = op.getVariableAttr().getAttr();
  Value variable = host.getVariableAddress(loc, name);
  if (llvm::isa<StrType>(op.getValue().getType())) {
    Value old = LLVM::LoadOp::create(builder, loc, variable.getType(), variable);
    Value text = host.call(loc, NN_RUNTIME(nn_string_assign), {old, host.get(op.getValue())});
    LLVM::StoreOp::create(builder, loc, text, variable);
    return success();
  }
  auto type = llvm::cast<NNTensorType>(op.getValue().getType());
  if (type.isScalar())
    emitStore(builder, loc, host.get(op.getValue()), variable, host.getI64(loc, 0));
  else if (!(host.getPlan().getPlace(op.getValue()) == host.getPlan().getVariablePlace(name)))
    copy(host, loc, variable, host.getAddress(op.getValue()), type);
  return success();
}

static LogicalResult lowerAssignRows(AssignRowsOp op, Host &host) {
  Location loc = op.getLoc();
  OpBuilder &builder = host.getBuilder();
  NNTensorType type = op.getValue().getType();
  Dim rowBytes = Dim::get(op.getContext(), getElementBytes(type.getElementType()));
  for (Dim dim : llvm::drop_begin(type.getShape()))
    rowBytes = rowBytes * dim;
  Value offset =
      arith::MulIOp::create(builder, loc, host.get(op.getFirst()), host.getDim(loc, rowBytes));
  Value variable = host.getVariableAddress(loc, op.getVariableAttr().getAttr());
  Value to = LLVM::GEPOp::create(builder, loc, variable.getType(), builder.getI8Type(), variable,
                                 ArrayRef<LLVM::GEPArg>{offset});
  copy(host, loc, to, host.getAddress(op.getValue()), type);
  return success();
}

//===-- Checkpoints ---------------------------------------------------------------------------===//

static LogicalResult lowerCheckpoint(Operation *op, Host &host, Value path, ArrayAttr names,
                                     abi::Function function) {
  Location loc = op->getLoc();
  OpBuilder &builder = host.getBuilder();
  abi::ConstantTable &constants = host.getConstants();
  abi::Table<nn_tensor_info> infos(names.size());
  llvm::SmallVector<Value> addresses;
  SymbolTable symbols(host.getCommand());
  for (auto [access, name] :
       llvm::zip_equal(getVariableAccesses(op), names.getAsValueRange<StringAttr>())) {
    StringAttr variable = access.variable.getAttr();
    size_t i = addresses.size();
    auto declared = symbols.lookup<VariableOp>(variable);
    auto type = declared ? llvm::dyn_cast<NNTensorType>(declared.getType()) : NNTensorType();
    if (!type || !type.hasStaticShape())
      return op->emitOpError() << "needs tensors of static shape; " << variable.getValue()
                               << " is not one";
    llvm::SmallVector<int64_t> shape;
    for (Dim dim : type.getShape())
      shape.push_back(dim.getStatic());
    infos.set(i, &nn_tensor_info::name, constants.getStringName(name));
    infos.set(i, &nn_tensor_info::dtype, getDType(type.getElementType()));
    infos.set(i, &nn_tensor_info::rank, type.getRank());
    infos.set(i, &nn_tensor_info::dims, constants.define(loc, "dims", shape));
    infos.set(i, &nn_tensor_info::is_parameter, declared.getKind() != VariableKind::State);
    addresses.push_back(host.getVariableAddress(loc, variable));
  }
  host.call(loc, function,
            {host.getLocation(op), host.get(path), host.getI64(loc, addresses.size()),
             constants.getAddress(builder, loc, constants.define(loc, "tensors", infos)),
             host.createStackArray(loc, addresses)});
  return success();
}

static LogicalResult lowerSave(SaveOp op, Host &host) {
  return lowerCheckpoint(op, host, op.getPath(), op.getNames(), NN_RUNTIME(nn_save));
}
static LogicalResult lowerLoad(LoadOp op, Host &host) {
  return lowerCheckpoint(op, host, op.getPath(), op.getNames(), NN_RUNTIME(nn_load));
}

static LogicalResult lowerTryFile(TryFileOp op, Host &host) {
  host.call(op.getLoc(), NN_RUNTIME(nn_try_file), {host.getLocation(op), host.get(op.getPath())});
  return success();
}

void nnc::lower::attachVariables(MLIRContext *context) {
  VariableOp::attachInterface<LowerModel<VariableOp, lowerVariable>>(*context);
  ReadOp::attachInterface<LowerModel<ReadOp, lowerRead>>(*context);
  AssignOp::attachInterface<LowerModel<AssignOp, lowerAssign>>(*context);
  AssignRowsOp::attachInterface<LowerModel<AssignRowsOp, lowerAssignRows>>(*context);
  SaveOp::attachInterface<LowerModel<SaveOp, lowerSave>>(*context);
  LoadOp::attachInterface<LowerModel<LoadOp, lowerLoad>>(*context);
  TryFileOp::attachInterface<LowerModel<TryFileOp, lowerTryFile>>(*context);
}
