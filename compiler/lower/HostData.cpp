//===- HostData.cpp - data sets and texts: calls of the runtime ---------------------------===//

#include "compiler/lower/Host.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::ir;
using namespace nnc::lower;

/// Tells the host what a data set became, and binds the symbol of its row count if that is new.
static void setDataset(Host &host, Value dataset, Value handle) {
  host.set(dataset, handle);
  StringAttr rows = llvm::cast<DatasetType>(dataset.getType()).getRows();
  if (!host.isBound(rows.getValue()))
    host.bindSymbol(dataset.getLoc(), rows,
                    host.call(dataset.getLoc(), NN_RUNTIME(nn_dataset_count), handle));
}

//===-- Tables of fields ---------------------------------------------------------------===//

/// Defines an array of texts; null for none.
static StringAttr defineNames(abi::ConstantTable &constants, Location loc, ArrayAttr names) {
  llvm::SmallVector<StringAttr> globals;
  if (names)
    for (auto name : names.getAsRange<StringAttr>())
      globals.push_back(constants.getStringName(name.getValue()));
  return constants.define(loc, "names", globals);
}

/// The address of a table of nn_field, or of nothing where there are no fields.
static Value getFields(Host &host, Location loc, ArrayAttr fields) {
  abi::ConstantTable &constants = host.getConstants();
  abi::Table<nn_field> table(fields.size());
  for (auto [i, field] : llvm::enumerate(fields.getAsRange<FieldAttr>())) {
    NNTensorType type = field.getType();
    llvm::SmallVector<int64_t> dims;
    for (Dim dim : type.getShape())
      dims.push_back(dim.getStatic());
    ArrayAttr categories = field.getCategories();
    FloatAttr missing = field.getValue();
    table.set(i, &nn_field::name, constants.getStringName(field.getName()));
    table.set(i, &nn_field::dtype, getDType(type.getElementType()));
    table.set(i, &nn_field::classes, field.getClasses());
    table.set(i, &nn_field::first_column, field.getFirst());
    table.set(i, &nn_field::column_count, type.getCount().getStatic());
    table.set(i, &nn_field::rank, type.getRank());
    table.set(i, &nn_field::dims, constants.define(loc, "dims", dims));
    table.set(i, &nn_field::columns, defineNames(constants, loc, field.getColumns()));
    table.set(i, &nn_field::category_count,
              !categories          ? 0
              : categories.empty() ? -1
                                   : categories.size());
    table.set(i, &nn_field::categories, defineNames(constants, loc, categories));
    table.set(i, &nn_field::missing, field.getMissing());
    table.set(i, &nn_field::missing_value, missing ? missing.getValueAsDouble() : 0.0);
  }
  return constants.getAddress(host.getBuilder(), loc, constants.define(loc, "fields", table));
}

//===-- Sources ------------------------------------------------------------------------===//

static LogicalResult lowerSource(SourceOp op, Host &host) {
#define NN_READER(ENUMERATOR, VALUE, NAME) NN_RUNTIME(nn_##NAME),
  static constexpr abi::Function functions[] = {NN_SOURCES(NN_READER)};
#undef NN_READER
  Location loc = op.getLoc();
  Value table = getFields(host, loc, op.getFields());
  llvm::SmallVector<Value> paths, options;
  for (Value path : op.getPaths())
    paths.push_back(host.get(path));
  for (Value option : op.getOptions())
    options.push_back(host.get(option));
  setDataset(host, op.getResult(),
             host.call(loc, functions[op.getFormat().getValue()],
                       {host.getLocation(op), host.getI64(loc, paths.size()),
                        host.createStackArray(loc, paths), host.createStackArray(loc, options),
                        host.getI64(loc, op.getFields().size()), table}));
  return success();
}

/// Address and number of the code points of a vocabulary; null and 0 without one.
static std::pair<Value, Value> getCharacters(Host &host, Location loc, Value characters) {
  if (!characters)
    return {host.getConstants().getAddress(host.getBuilder(), loc, {}), host.getI64(loc, 0)};
  Dim size = llvm::cast<NNTensorType>(characters.getType()).getCount();
  return {host.getAddress(characters), host.getDim(loc, size)};
}

static LogicalResult lowerText(TextOp op, Host &host) {
  Location loc = op.getLoc();
  auto [characters, size] = getCharacters(host, loc, op.getCharacters());
  setDataset(host, op.getResult(),
             host.call(loc, NN_RUNTIME(nn_text_data),
                       {host.getLocation(op), host.get(op.getPath()), characters, size}));
  return success();
}

static LogicalResult lowerInMemory(InMemoryOp op, Host &host) {
  Location loc = op.getLoc();
  Value table = getFields(host, loc, op.getFields());
  llvm::SmallVector<Value> addresses;
  for (Value tensor : op.getTensors())
    addresses.push_back(host.getAddress(tensor));
  Dim rows = llvm::cast<NNTensorType>(op.getTensors().front().getType()).getDim(0);
  setDataset(host, op.getResult(),
             host.call(loc, NN_RUNTIME(nn_in_memory),
                       {host.getLocation(op), host.getDim(loc, rows),
                        host.getI64(loc, op.getFields().size()), table,
                        host.createStackArray(loc, addresses)}));
  return success();
}

//===-- Views --------------------------------------------------------------------------===//

static LogicalResult lowerShuffled(ShuffledOp op, Host &host) {
  Location loc = op.getLoc();
  setDataset(host, op.getResult(),
             host.call(loc, NN_RUNTIME(nn_dataset_shuffled),
                       {host.get(op.getData()), host.getI64(loc, op.getPlace()),
                        host.get(op.getStream())}));
  return success();
}

/// Calls a function that gives two data sets through its last parameters.
static void lowerTwoViews(Host &host, Operation *op, abi::Function function,
                          llvm::SmallVector<Value> arguments) {
  Location loc = op->getLoc();
  Type pointer = LLVM::LLVMPointerType::get(op->getContext());
  Value rooms[] = {host.createStackRoom(loc, pointer), host.createStackRoom(loc, pointer)};
  arguments.append({rooms[0], rooms[1]});
  host.call(loc, function, arguments);
  for (auto [result, room] : llvm::zip_equal(op->getResults(), rooms))
    setDataset(host, result, LLVM::LoadOp::create(host.getBuilder(), loc, pointer, room));
}

static LogicalResult lowerSplit(SplitOp op, Host &host) {
  lowerTwoViews(host, op, NN_RUNTIME(nn_dataset_split),
                {host.getLocation(op), host.get(op.getData()), host.get(op.getFraction())});
  return success();
}

static LogicalResult lowerKFold(KFoldOp op, Host &host) {
  lowerTwoViews(host, op, NN_RUNTIME(nn_dataset_fold),
                {host.getLocation(op), host.get(op.getData()), host.get(op.getIndex()),
                 host.get(op.getCount())});
  return success();
}

static LogicalResult lowerWindows(WindowsOp op, Host &host) {
  Location loc = op.getLoc();
  setDataset(host, op.getResult(),
             host.call(loc, NN_RUNTIME(nn_dataset_windows),
                       {host.getLocation(op), host.get(op.getData()), host.get(op.getSteps()),
                        host.get(op.getStride()), host.getI64(loc, op.getShifts())}));
  return success();
}

static LogicalResult lowerSampled(SampledOp op, Host &host) {
  Location loc = op.getLoc();
  setDataset(host, op.getResult(),
             host.call(loc, NN_RUNTIME(nn_dataset_sampled),
                       {host.getLocation(op), host.get(op.getData()), host.get(op.getSize()),
                        host.get(op.getSteps()), host.getI64(loc, op.getPlace()),
                        host.get(op.getStream())}));
  return success();
}

static LogicalResult lowerTake(TakeOp op, Host &host) {
  setDataset(host, op.getResult(),
             host.call(op.getLoc(), NN_RUNTIME(nn_dataset_take),
                       {host.getLocation(op), host.get(op.getData()), host.get(op.getCount())}));
  return success();
}

static LogicalResult lowerRows(RowsOp op, Host &host) {
  Location loc = op.getLoc();
  Value data = host.get(op.getData());
  Value count = host.getSymbol(op.getData().getType().getRows().getValue());
  host.call(loc, NN_RUNTIME(nn_dataset_gather),
            {data, host.getI64(loc, op.getField()), host.getI64(loc, 0), count,
             host.getAddress(op.getResult())});
  return success();
}

//===-- Characters, files of arrays ----------------------------------------------------===//

static LogicalResult lowerCharacters(CharactersOp op, Host &host) {
  Location loc = op.getLoc();
  auto [known, size] = getCharacters(host, loc, op.getKnown());
  host.call(
      loc, NN_RUNTIME(nn_text_characters),
      {host.getLocation(op), host.get(op.getPath()), known, host.getAddress(op.getResult()), size});
  return success();
}

static LogicalResult lowerTextSize(TextSizeOp op, Host &host) {
  Location loc = op.getLoc();
  host.set(op.getResult(), host.call(loc, NN_RUNTIME(nn_text_size),
                                     {host.get(op.getText()), host.getI64(loc, op.getBytes())}));
  return success();
}

static LogicalResult lowerEncode(EncodeOp op, Host &host) {
  Location loc = op.getLoc();
  auto [characters, size] = getCharacters(host, loc, op.getCharacters());
  host.call(loc, NN_RUNTIME(nn_encode),
            {host.getLocation(op), host.get(op.getText()), host.getAddress(op.getResult()),
             characters, size});
  return success();
}

static LogicalResult lowerDecode(DecodeOp op, Host &host) {
  Location loc = op.getLoc();
  auto [characters, size] = getCharacters(host, loc, op.getCharacters());
  host.set(op.getResult(),
           host.call(loc, NN_RUNTIME(nn_decode),
                     {host.getLocation(op), host.getAddress(op.getIds()),
                      host.getDim(loc, op.getIds().getType().getCount()), characters, size}));
  return success();
}

static LogicalResult lowerSaveArray(SaveArrayOp op, Host &host) {
  Location loc = op.getLoc();
  NNTensorType type = op.getArray().getType();
  llvm::SmallVector<Value> dims;
  for (Dim dim : type.getShape())
    dims.push_back(host.getDim(loc, dim));
  host.call(loc, NN_RUNTIME(nn_save_npy),
            {host.getLocation(op), host.get(op.getPath()),
             host.getI64(loc, getDType(type.getElementType())), host.getI64(loc, dims.size()),
             host.createStackArray(loc, dims), host.getAddress(op.getArray())});
  return success();
}

void nnc::lower::attachData(MLIRContext *context) {
  SourceOp::attachInterface<LowerModel<SourceOp, lowerSource>>(*context);
  TextOp::attachInterface<LowerModel<TextOp, lowerText>>(*context);
  InMemoryOp::attachInterface<LowerModel<InMemoryOp, lowerInMemory>>(*context);
  ShuffledOp::attachInterface<LowerModel<ShuffledOp, lowerShuffled>>(*context);
  SplitOp::attachInterface<LowerModel<SplitOp, lowerSplit>>(*context);
  KFoldOp::attachInterface<LowerModel<KFoldOp, lowerKFold>>(*context);
  TakeOp::attachInterface<LowerModel<TakeOp, lowerTake>>(*context);
  WindowsOp::attachInterface<LowerModel<WindowsOp, lowerWindows>>(*context);
  SampledOp::attachInterface<LowerModel<SampledOp, lowerSampled>>(*context);
  RowsOp::attachInterface<LowerModel<RowsOp, lowerRows>>(*context);
  CharactersOp::attachInterface<LowerModel<CharactersOp, lowerCharacters>>(*context);
  TextSizeOp::attachInterface<LowerModel<TextSizeOp, lowerTextSize>>(*context);
  EncodeOp::attachInterface<LowerModel<EncodeOp, lowerEncode>>(*context);
  DecodeOp::attachInterface<LowerModel<DecodeOp, lowerDecode>>(*context);
  SaveArrayOp::attachInterface<LowerModel<SaveArrayOp, lowerSaveArray>>(*context);
}
