//===- BuiltinsData.cpp - built-in functions of data sets, texts and files of arrays ------===//

#include "compiler/elaborate/DataSources.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

static DatasetType makeDatasetType(Emitter &e) {
  return DatasetType::get(e.context, e.builder.getStringAttr(e.makeSizeSymbol("rows")));
}

//===-- Tensors as data sets ---------------------------------------------------------------===//

/// dataset(x = points, y: class[2] = labels): rows are those of the tensors' first axis.
static Value dataset(Interpreter &e, BuiltinCall &call) {
  static constexpr SourceKind kind{"dataset", NN_CSV, "", false};
  SourceBuilder source(e, kind);
  llvm::SmallVector<mlir::Value> tensors;
  Dim rows;
  for (const ast::Argument &argument : call.syntax->arguments) {
    if (!argument.name)
      return e.fail(diag::WrongArgument, argument.span, "an argument of dataset",
                    "a field: name = tensor, or name: type = tensor", argument.span.getText());
    DataField field;
    field.name = argument.name->name;
    field.span = argument.span;
    int64_t classes = 0;
    for (const DataField &other : source.source->fields)
      if (other.name == field.name)
        return e.fail(diag::DefinedTwice, argument.name->span, field.name);
    if (argument.type && !source.resolveType(argument, field, classes))
      return Value();
    if (!argument.value)
      return e.fail(diag::FieldWithoutColumns, argument.span, field.name);
    Value value = e.evaluate(argument.value);
    if (!value.isPoison())
      value = e.toTensor(value, argument.value->span,
                         field.rowType ? field.rowType.getElementType() : mlir::Type());
    if (value.isPoison())
      return value;
    NNTensorType type = value.getTensorType();
    if (type.isScalar())
      return e.fail(diag::WrongArgument, argument.value->span, "the field '" + field.name + "'",
                    "a tensor with an axis of rows", describe(value));
    NNTensorType row = type.withShape(llvm::ArrayRef<Dim>(type.getShape()).drop_front());
    if (field.rowType && row != field.rowType) {
      if (row.getShape() != field.rowType.getShape() || classes == 0 || !row.isInteger())
        return e.fail(diag::FieldShape, argument.span, field.name, field.rowType.str(), row.str());
      value = Value::of(e.convertTo(value.getRuntime(), field.rowType.getElementType()));
    } else {
      field.rowType = row;
    }
    if (rows && rows != type.getDim(0))
      return e.fail(diag::WrongArgument, argument.value->span, "the field '" + field.name + "'",
                    "of as many rows as the fields before it, " + rows.str(), describe(value));
    rows = type.getDim(0);
    source.addRaw(nullptr, field, field.rowType, classes, 0);
    source.source->fields.push_back(field);
    tensors.push_back(value.getRuntime());
  }
  if (tensors.empty())
    return e.fail(diag::NoFields, call.span, "dataset");
  auto data = std::make_shared<Dataset>();
  data->source = source.source;
  data->handle = InMemoryOp::create(e.builder, e.getLoc(call.span), makeDatasetType(e), tensors,
                                    e.builder.getArrayAttr(source.rawFields));
  return Value::of(data);
}

//===-- Texts ---------------------------------------------------------------------------------===//

/// Argument `i` as the code points of a vocabulary; null where it is left out, or after an error.
static mlir::Value getCharacters(Emitter &e, BuiltinCall &c, size_t i, bool &failed) {
  if (!c.given[i])
    return {};
  const Value &value = c.matched[i];
  bool fits = value.isTensor() && value.getTensorType().getRank() == 1 &&
              value.getTensorType().getElementType().isInteger(32);
  if (fits)
    return value.getRuntime();
  e.error(diag::WrongArgument, c.span, "a vocabulary", "its code points, i32[size]",
          describe(value));
  failed = true;
  return {};
}

/// Argument 0 as a run-time text; null after an error.
static mlir::Value getText(Emitter &e, BuiltinCall &c, llvm::StringRef what) {
  if (c.matched[0].isString())
    return e.toRuntimeString(c.matched[0], c.span);
  e.error(diag::WrongArgument, c.span, what, "text", describe(c.matched[0]));
  return {};
}

static Value textCharacters(Emitter &e, BuiltinCall &c) {
  bool failed = false;
  mlir::Value file = getText(e, c, "the file"), known = getCharacters(e, c, 1, failed);
  if (!file || failed)
    return Value();
  return Value::of(CharactersOp::create(e.builder, e.getLoc(c.span), known.getType(), file, known));
}

static Value textData(Emitter &e, BuiltinCall &c) {
  bool failed = false;
  mlir::Value file = getText(e, c, "the file"), characters = getCharacters(e, c, 1, failed);
  if (!file || failed)
    return Value();
  auto data = std::make_shared<Dataset>();
  data->source = std::make_shared<DataSource>();
  data->source->isText = true;
  DataField field;
  field.name = "characters";
  field.rowType = NNTensorType::getScalar(e.builder.getI32Type());
  field.span = c.span;
  data->source->rawTypes.push_back(field.rowType);
  data->source->fields.push_back(field);
  data->handle = TextOp::create(e.builder, e.getLoc(c.span), makeDatasetType(e), file, characters);
  return Value::of(data);
}

static Value encodeText(Emitter &e, BuiltinCall &c) {
  bool failed = false;
  mlir::Value text = getText(e, c, "what is encoded"), characters = getCharacters(e, c, 1, failed);
  if (!text || failed)
    return Value();
  mlir::Location loc = e.getLoc(c.span);
  mlir::Value length = TextSizeOp::create(e.builder, loc, text, /*bytes=*/!characters);
  std::string symbol = e.makeSizeSymbol("characters");
  BindSizeOp::create(e.builder, loc, length, symbol);
  auto type = NNTensorType::get({Dim::get(e.context, 1), Dim::getSymbol(e.context, symbol)},
                                e.builder.getI32Type());
  return Value::of(EncodeOp::create(e.builder, loc, type, text, characters));
}

static Value decodeText(Emitter &e, BuiltinCall &c) {
  bool failed = false;
  Value ids = e.toTensor(c.matched[0], c.span);
  mlir::Value characters = getCharacters(e, c, 1, failed);
  if (ids.isPoison() || failed)
    return Value();
  if (!ids.getTensorType().isInteger())
    return e.fail(diag::WrongArgument, c.span, "what is decoded", "whole numbers", describe(ids));
  mlir::Value numbers = e.convertTo(ids.getRuntime(), e.builder.getI32Type());
  return Value::of(DecodeOp::create(e.builder, e.getLoc(c.span), e.builder.getType<StrType>(),
                                    numbers, characters));
}

//===-- The rest -----------------------------------------------------------------------------===//

static Value saveNpy(Emitter &e, BuiltinCall &c) {
  Value array = e.toTensor(c.matched[0], c.span);
  if (array.isPoison())
    return array;
  if (!c.matched[1].isString())
    return e.fail(diag::WrongArgument, c.span, "the file", "text", describe(c.matched[1]));
  SaveArrayOp::create(e.builder, e.getLoc(c.span), e.toRuntimeString(c.matched[1], c.span),
                      array.getRuntime());
  return Value::unit();
}

static Value enumerate(Emitter &e, BuiltinCall &c) {
  const Value &source = c.matched[0];
  bool isIterable = source.is(Value::List) || source.is(Value::Tuple) ||
                    source.is(Value::RangeKind) || source.is(Value::BatchesKind) ||
                    source.is(Value::Data) || (source.isTensor() && !source.isScalarTensor());
  if (!isIterable)
    return e.fail(diag::NotIterable, c.span, describe(source));
  return Value::of(Enumerated{std::make_shared<Value>(source)});
}

llvm::ArrayRef<Builtin> elaborate::getDataBuiltins() {
  static const std::vector<Builtin> builtins = [] {
    std::vector<Builtin> all = {
        {"dataset", "", dataset, true, true},
        {"text_characters", "file known", textCharacters, true},
        {"text_data", "file characters?", textData, true},
        {"encode_text", "text characters?", encodeText},
        {"decode_text", "ids characters?", decodeText},
        {"save_npy", "array file", saveNpy, true},
        {"enumerate", "source", enumerate},
    };
    for (const Builtin &source : getSourceBuiltins())
      all.push_back(source);
    return all;
  }();
  return builtins;
}
