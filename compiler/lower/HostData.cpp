//===- HostData.cpp - data sets: calls of the runtime
//-------------------------------------------===//

#include "compiler/lower/Host.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace nnc::ir;
using namespace nnc::lower;

/// Tells the host what a data set became, and binds the symbol of its row count if that is new.
static void setDataset(Host &host, Value dataset, Value handle) {
  host.set(dataset, handle);
  StringAttr rows = llvm::cast<DatasetType>(dataset.getType()).getRows();
  if (!host.isBound(rows.getValue()))
    host.bindSymbol(dataset.getLoc(), rows,
                    host.call(dataset.getLoc(), runtime::DatasetCount, handle));
}

/// Defines the table of nn_field for field dictionaries; its name, or nothing after an error.
static FailureOr<StringAttr> defineFields(Host &host, Operation *op, ArrayAttr fields) {
  Location loc = op->getLoc();
  MLIRContext *context = op->getContext();
  ConstantTable &constants = host.getConstants();
  Type pointer = LLVM::LLVMPointerType::get(context), i64 = IntegerType::get(context, 64);
  auto fieldType = LLVM::LLVMStructType::getLiteral(context, {pointer, i64, i64, i64, i64});
  auto tableType = LLVM::LLVMArrayType::get(fieldType, fields.size());
  struct Field {
    StringAttr name;
    std::array<int64_t, 4> numbers; // dtype, classes, first_column, column_count
  };
  llvm::SmallVector<Field> rows;
  for (auto field : fields.getAsRange<DictionaryAttr>()) {
    auto name = field.getAs<StringAttr>("name");
    auto type = field.getAs<TypeAttr>("type");
    auto classes = field.getAs<IntegerAttr>("classes"), first = field.getAs<IntegerAttr>("first");
    auto tensor = type ? llvm::dyn_cast<NNTensorType>(type.getValue()) : NNTensorType();
    if (!name || !classes || !first || !tensor || !tensor.hasStaticShape())
      return op->emitOpError("needs name, type (of static shape), classes and first of each field");
    rows.push_back({constants.getStringName(name.getValue()),
                    {getDType(tensor.getElementType()), classes.getInt(), first.getInt(),
                     tensor.getCount().getStatic()}});
  }
  return constants.define(loc, "fields", tableType, [&](OpBuilder &inside) {
    Value table = LLVM::UndefOp::create(inside, loc, tableType);
    for (auto [i, row] : llvm::enumerate(rows)) {
      int64_t at = i;
      table = LLVM::InsertValueOp::create(inside, loc, table,
                                          constants.getAddress(inside, loc, row.name),
                                          ArrayRef<int64_t>{at, 0});
      for (auto [j, number] : llvm::enumerate(row.numbers)) {
        Value value = LLVM::ConstantOp::create(inside, loc, i64, inside.getI64IntegerAttr(number));
        table = LLVM::InsertValueOp::create(inside, loc, table, value,
                                            ArrayRef<int64_t>{at, static_cast<int64_t>(j) + 1});
      }
    }
    return table;
  });
}

static LogicalResult lowerCsv(CsvOp op, Host &host) {
  Location loc = op.getLoc();
  FailureOr<StringAttr> fields = defineFields(host, op, op.getFields());
  if (failed(fields))
    return failure();
  Value table = host.getConstants().getAddress(host.getBuilder(), loc, *fields);
  setDataset(host, op.getResult(),
             host.call(loc, runtime::Csv,
                       {host.getLocation(op), host.get(op.getPath()), host.get(op.getSkip()),
                        host.getI64(loc, op.getFields().size()), table}));
  return success();
}

static LogicalResult lowerIdx(IdxOp op, Host &host) {
  Location loc = op.getLoc();
  FailureOr<StringAttr> fields = defineFields(host, op, op.getFields());
  if (failed(fields))
    return failure();
  Value table = host.getConstants().getAddress(host.getBuilder(), loc, *fields);
  llvm::SmallVector<Value> paths;
  for (Value path : op.getPaths())
    paths.push_back(host.get(path));
  setDataset(host, op.getResult(),
             host.call(loc, runtime::Idx,
                       {host.getLocation(op), host.getI64(loc, paths.size()),
                        host.createStackArray(loc, paths), host.getI64(loc, op.getFields().size()),
                        table}));
  return success();
}

static LogicalResult lowerShuffled(ShuffledOp op, Host &host) {
  Location loc = op.getLoc();
  setDataset(host, op.getResult(),
             host.call(loc, runtime::DatasetShuffled,
                       {host.get(op.getData()), host.getI64(loc, op.getPlace()),
                        host.get(op.getStream())}));
  return success();
}

static LogicalResult lowerSplit(SplitOp op, Host &host) {
  Location loc = op.getLoc();
  OpBuilder &builder = host.getBuilder();
  Type pointer = LLVM::LLVMPointerType::get(op.getContext());
  Value first = host.createStackRoom(loc, pointer), rest = host.createStackRoom(loc, pointer);
  host.call(
      loc, runtime::DatasetSplit,
      {host.getLocation(op), host.get(op.getData()), host.get(op.getFraction()), first, rest});
  setDataset(host, op.getFirst(), LLVM::LoadOp::create(builder, loc, pointer, first));
  setDataset(host, op.getRest(), LLVM::LoadOp::create(builder, loc, pointer, rest));
  return success();
}

static LogicalResult lowerTake(TakeOp op, Host &host) {
  setDataset(host, op.getResult(),
             host.call(op.getLoc(), runtime::DatasetTake,
                       {host.getLocation(op), host.get(op.getData()), host.get(op.getCount())}));
  return success();
}

static LogicalResult lowerRows(RowsOp op, Host &host) {
  Location loc = op.getLoc();
  Value data = host.get(op.getData());
  Value count = host.getSymbol(op.getData().getType().getRows().getValue());
  host.call(loc, runtime::DatasetGather,
            {data, host.getI64(loc, op.getField()), host.getI64(loc, 0), count,
             host.getAddress(op.getResult())});
  return success();
}

void nnc::lower::attachData(MLIRContext *context) {
  CsvOp::attachInterface<LowerModel<CsvOp, lowerCsv>>(*context);
  IdxOp::attachInterface<LowerModel<IdxOp, lowerIdx>>(*context);
  ShuffledOp::attachInterface<LowerModel<ShuffledOp, lowerShuffled>>(*context);
  SplitOp::attachInterface<LowerModel<SplitOp, lowerSplit>>(*context);
  TakeOp::attachInterface<LowerModel<TakeOp, lowerTake>>(*context);
  RowsOp::attachInterface<LowerModel<RowsOp, lowerRows>>(*context);
}
