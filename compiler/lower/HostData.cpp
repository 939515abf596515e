//===- HostData.cpp - data sets and texts: calls of the runtime ---------------------------===//

#include "compiler/lower/Host.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include <variant>

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

//===-- Tables of fields ---------------------------------------------------------------===//

namespace {
/// A member of an nn_field: a number (i64 or f64), or the name of a global.
using Member = std::variant<int64_t, double, StringAttr>;
} // namespace

static Type getMemberType(OpBuilder &builder, const Member &member) {
  if (std::holds_alternative<int64_t>(member))
    return builder.getI64Type();
  if (std::holds_alternative<double>(member))
    return builder.getF64Type();
  return LLVM::LLVMPointerType::get(builder.getContext());
}

static Value getMember(OpBuilder &builder, Location loc, ConstantTable &constants,
                       const Member &member) {
  Type type = getMemberType(builder, member);
  if (auto *number = std::get_if<int64_t>(&member))
    return LLVM::ConstantOp::create(builder, loc, type, builder.getI64IntegerAttr(*number));
  if (auto *number = std::get_if<double>(&member))
    return LLVM::ConstantOp::create(builder, loc, type, builder.getF64FloatAttr(*number));
  StringAttr name = std::get<StringAttr>(member);
  return name ? constants.getAddress(builder, loc, name)
              : LLVM::ZeroOp::create(builder, loc, type).getResult();
}

/// Defines a constant array of `rows`, all with the same types of members; its name.
static StringAttr defineRows(ConstantTable &constants, Location loc, StringRef prefix,
                             ArrayRef<llvm::SmallVector<Member>> rows) {
  OpBuilder builder(loc.getContext());
  llvm::SmallVector<Type> types;
  for (const Member &member : rows.front())
    types.push_back(getMemberType(builder, member));
  auto rowType = LLVM::LLVMStructType::getLiteral(loc.getContext(), types);
  auto tableType = LLVM::LLVMArrayType::get(rowType, rows.size());
  return constants.define(loc, prefix, tableType, [&](OpBuilder &inside) {
    Value table = LLVM::UndefOp::create(inside, loc, tableType);
    for (auto [i, row] : llvm::enumerate(rows))
      for (auto [j, member] : llvm::enumerate(row))
        table = LLVM::InsertValueOp::create(
            inside, loc, table, getMember(inside, loc, constants, member),
            ArrayRef<int64_t>{static_cast<int64_t>(i), static_cast<int64_t>(j)});
    return table;
  });
}

/// Defines an array of texts; null for none.
static StringAttr defineNames(ConstantTable &constants, Location loc, ArrayAttr names) {
  llvm::SmallVector<llvm::SmallVector<Member>> rows;
  if (names)
    for (auto name : names.getAsRange<StringAttr>())
      rows.push_back({constants.getStringName(name.getValue())});
  return rows.empty() ? StringAttr() : defineRows(constants, loc, "names", rows);
}

/// Defines the table of nn_field for field dictionaries; its name, or nothing after an error.
static FailureOr<StringAttr> defineFields(Host &host, Operation *op, ArrayAttr fields) {
  Location loc = op->getLoc();
  ConstantTable &constants = host.getConstants();
  llvm::SmallVector<llvm::SmallVector<Member>> rows;
  for (auto field : fields.getAsRange<DictionaryAttr>()) {
    auto name = field.getAs<StringAttr>("name");
    auto type = field.getAs<TypeAttr>("type");
    auto classes = field.getAs<IntegerAttr>("classes"), first = field.getAs<IntegerAttr>("first");
    auto tensor = type ? llvm::dyn_cast<NNTensorType>(type.getValue()) : NNTensorType();
    if (!name || !classes || !first || !tensor || !tensor.hasStaticShape())
      return op->emitOpError("needs name, type (of static shape), classes and first of each field");
    auto columns = field.getAs<ArrayAttr>("columns"),
         categories = field.getAs<ArrayAttr>("categories");
    Attribute missing = field.get("missing");
    auto missingValue = llvm::dyn_cast_or_null<FloatAttr>(missing);
    auto missingWord = llvm::dyn_cast_or_null<StringAttr>(missing);
    int64_t missingKind = missingValue                       ? 1
                          : !missingWord                     ? 0
                          : missingWord.getValue() == "mean" ? 2
                                                             : 3;
    llvm::SmallVector<llvm::SmallVector<Member>> dims;
    for (Dim dim : tensor.getShape())
      dims.push_back({dim.getStatic()});
    // In the order of nn_field.
    rows.push_back(
        {constants.getStringName(name.getValue()), int64_t(getDType(tensor.getElementType())),
         classes.getInt(), first.getInt(), tensor.getCount().getStatic(), tensor.getRank(),
         dims.empty() ? StringAttr() : defineRows(constants, loc, "dims", dims),
         defineNames(constants, loc, columns),
         categories ? (categories.empty() ? int64_t(-1) : int64_t(categories.size())) : int64_t(0),
         defineNames(constants, loc, categories), missingKind,
         missingValue ? missingValue.getValueAsDouble() : 0.0});
  }
  return rows.empty() ? StringAttr() : defineRows(constants, loc, "fields", rows);
}

/// The address of the table of fields; null after an error.
static Value getFields(Host &host, Operation *op, ArrayAttr fields) {
  FailureOr<StringAttr> table = defineFields(host, op, fields);
  if (failed(table))
    return {};
  return getMember(host.getBuilder(), op->getLoc(), host.getConstants(), *table);
}

/// An array on the stack; null where there are no elements.
static Value getArray(Host &host, Location loc, ValueRange elements) {
  if (!elements.empty())
    return host.createStackArray(loc, elements);
  return getMember(host.getBuilder(), loc, host.getConstants(), StringAttr());
}

//===-- Sources ------------------------------------------------------------------------===//

static LogicalResult lowerSource(SourceOp op, Host &host) {
  static constexpr RuntimeFunction functions[] = {runtime::Csv, runtime::Idx, runtime::Npy,
                                                  runtime::Npz, runtime::Images};
  Location loc = op.getLoc();
  Value table = getFields(host, op, op.getFields());
  if (!table)
    return failure();
  llvm::SmallVector<Value> paths, options;
  for (Value path : op.getPaths())
    paths.push_back(host.get(path));
  for (Value option : op.getOptions())
    options.push_back(host.get(option));
  setDataset(
      host, op.getResult(),
      host.call(loc, functions[static_cast<int64_t>(op.getFormat())],
                {host.getLocation(op), host.getI64(loc, paths.size()), getArray(host, loc, paths),
                 getArray(host, loc, options), host.getI64(loc, op.getFields().size()), table}));
  return success();
}

/// Address and number of the code points of a vocabulary; null and 0 without one.
static std::pair<Value, Value> getCharacters(Host &host, Location loc, Value characters) {
  if (!characters)
    return {getMember(host.getBuilder(), loc, host.getConstants(), StringAttr()),
            host.getI64(loc, 0)};
  Dim size = llvm::cast<NNTensorType>(characters.getType()).getCount();
  return {host.getAddress(characters), host.getDim(loc, size)};
}

static LogicalResult lowerText(TextOp op, Host &host) {
  Location loc = op.getLoc();
  auto [characters, size] = getCharacters(host, loc, op.getCharacters());
  setDataset(host, op.getResult(),
             host.call(loc, runtime::TextData,
                       {host.getLocation(op), host.get(op.getPath()), characters, size}));
  return success();
}

static LogicalResult lowerInMemory(InMemoryOp op, Host &host) {
  Location loc = op.getLoc();
  Value table = getFields(host, op, op.getFields());
  if (!table)
    return failure();
  llvm::SmallVector<Value> addresses;
  for (Value tensor : op.getTensors())
    addresses.push_back(host.getAddress(tensor));
  Dim rows = llvm::cast<NNTensorType>(op.getTensors().front().getType()).getDim(0);
  setDataset(
      host, op.getResult(),
      host.call(loc, runtime::InMemory,
                {host.getLocation(op), host.getDim(loc, rows),
                 host.getI64(loc, op.getFields().size()), table, getArray(host, loc, addresses)}));
  return success();
}

//===-- Views --------------------------------------------------------------------------===//

static LogicalResult lowerShuffled(ShuffledOp op, Host &host) {
  Location loc = op.getLoc();
  setDataset(host, op.getResult(),
             host.call(loc, runtime::DatasetShuffled,
                       {host.get(op.getData()), host.getI64(loc, op.getPlace()),
                        host.get(op.getStream())}));
  return success();
}

/// Calls a function that gives two data sets through its last parameters.
static void lowerTwoViews(Host &host, Operation *op, RuntimeFunction function,
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
  lowerTwoViews(host, op, runtime::DatasetSplit,
                {host.getLocation(op), host.get(op.getData()), host.get(op.getFraction())});
  return success();
}

static LogicalResult lowerKFold(KFoldOp op, Host &host) {
  lowerTwoViews(host, op, runtime::DatasetFold,
                {host.getLocation(op), host.get(op.getData()), host.get(op.getIndex()),
                 host.get(op.getCount())});
  return success();
}

static LogicalResult lowerWindows(WindowsOp op, Host &host) {
  Location loc = op.getLoc();
  setDataset(host, op.getResult(),
             host.call(loc, runtime::DatasetWindows,
                       {host.getLocation(op), host.get(op.getData()), host.get(op.getSteps()),
                        host.get(op.getStride()), host.getI64(loc, op.getShifts())}));
  return success();
}

static LogicalResult lowerSampled(SampledOp op, Host &host) {
  Location loc = op.getLoc();
  setDataset(host, op.getResult(),
             host.call(loc, runtime::DatasetSampled,
                       {host.getLocation(op), host.get(op.getData()), host.get(op.getSize()),
                        host.get(op.getSteps()), host.getI64(loc, op.getPlace()),
                        host.get(op.getStream())}));
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

//===-- Characters, files of arrays ----------------------------------------------------===//

static LogicalResult lowerCharacters(CharactersOp op, Host &host) {
  Location loc = op.getLoc();
  auto [known, size] = getCharacters(host, loc, op.getKnown());
  host.call(
      loc, runtime::TextCharacters,
      {host.getLocation(op), host.get(op.getPath()), known, host.getAddress(op.getResult()), size});
  return success();
}

static LogicalResult lowerTextSize(TextSizeOp op, Host &host) {
  Location loc = op.getLoc();
  host.set(op.getResult(), host.call(loc, runtime::TextSize,
                                     {host.get(op.getText()), host.getI64(loc, op.getBytes())}));
  return success();
}

static LogicalResult lowerEncode(EncodeOp op, Host &host) {
  Location loc = op.getLoc();
  auto [characters, size] = getCharacters(host, loc, op.getCharacters());
  host.call(loc, runtime::Encode,
            {host.getLocation(op), host.get(op.getText()), host.getAddress(op.getResult()),
             characters, size});
  return success();
}

static LogicalResult lowerDecode(DecodeOp op, Host &host) {
  Location loc = op.getLoc();
  auto [characters, size] = getCharacters(host, loc, op.getCharacters());
  host.set(op.getResult(),
           host.call(loc, runtime::Decode,
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
  host.call(loc, runtime::SaveNpy,
            {host.getLocation(op), host.get(op.getPath()),
             host.getI64(loc, getDType(type.getElementType())), host.getI64(loc, dims.size()),
             getArray(host, loc, dims), host.getAddress(op.getArray())});
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
