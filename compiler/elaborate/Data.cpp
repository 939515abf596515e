//===- Data.cpp - data sets: fields, views, batches -------------------------------------===//
//
// A data set is a handle of the runtime with a size symbol for its rows. Its fields are elaborated
// where rows are taken: the mapping that the user declared, on the raw fields of all those rows at
// once.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Elaborator.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

/// The raw fields that a field needs.
static std::vector<unsigned> getRawFields(const DataField &field) {
  if (!field.mapping)
    return {field.rawField};
  std::vector<unsigned> raw;
  for (auto &[expr, number] : field.rawFields)
    raw.push_back(number);
  llvm::sort(raw);
  return raw;
}

/// Emits a check that numbers which a mapping computed are classes.
void Elaborator::checkClasses(mlir::Value numbers, const DataField &field) {
  Span span = field.span;
  Value low = binary(ast::BinaryOp::Ge, Value::of(numbers), Value::ofInt(0), span, span, span);
  Value high = binary(ast::BinaryOp::Lt, Value::of(numbers), Value::ofInt(field.computedClasses),
                      span, span, span);
  Value both = binary(ast::BinaryOp::And, low, high, span, span, span);
  if (both.isPoison())
    return;
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, both.getTensorType().getRank()));
  mlir::Value all =
      ReduceOp::create(builder, getLoc(span), both.getRuntime(), ReduceKind::And, axes);
  emitCheck(all,
            "the field '" + field.name +
                "' has a number that is not a class: whole numbers from 0 to " +
                std::to_string(field.computedClasses - 1) + " are needed",
            span);
}

Value Elaborator::mapField(const DataSource &source, const DataField &field,
                           const std::map<unsigned, mlir::Value> &raw, Dim rows) {
  llvm::SmallVector<Dim> shape = {rows};
  llvm::append_range(shape, field.rowType.getShape());
  if (!field.mapping)
    return Value::of(raw.at(field.rawField));
  std::map<const ast::Expr *, mlir::Value> values;
  for (auto &[expr, number] : field.rawFields)
    values[expr] = raw.at(number);
  Restore<const std::map<const ast::Expr *, mlir::Value> *> mapping(mappingValues, &values);
  Restore<Scope *> inScope(scope, source.scope ? source.scope.get() : &program.scope);
  Value value = evaluate(field.mapping);
  if (value.isPoison())
    return value;
  mlir::Value tensor = toElementType(value, field.rowType.getElementType(), field.mapping->span);
  if (!tensor)
    return Value();
  if (field.computedClasses > 0)
    checkClasses(tensor, field);
  NNTensorType wanted = field.rowType.withShape(shape);
  auto own = llvm::cast<NNTensorType>(tensor.getType());
  if (own == wanted)
    return Value::of(tensor);
  if (own.getCount() == wanted.getCount())
    return Value::of(ReshapeOp::create(builder, getLoc(field.span), wanted, tensor));
  llvm::SmallVector<Dim> row(llvm::drop_begin(own.getShape()));
  return fail(diag::FieldShape, field.span, field.name, field.rowType.str(),
              own.withShape(row).str());
}

Value Elaborator::datasetMember(std::shared_ptr<Dataset> data, const ast::Identifier &name,
                                Span span) {
  Dim rows = Dim::getSymbol(context, data->getType().getRows());
  for (const DataField &field : data->source->fields) {
    if (field.name != name.name)
      continue;
    std::map<unsigned, mlir::Value> raw;
    for (unsigned number : getRawFields(field)) {
      NNTensorType rowType = data->source->rawTypes[number];
      llvm::SmallVector<Dim> shape = {rows};
      llvm::append_range(shape, rowType.getShape());
      raw[number] =
          RowsOp::create(builder, getLoc(span), rowType.withShape(shape), data->handle, number);
    }
    return mapField(*data->source, field, raw, rows);
  }
  if (name.name == "count")
    return Value::ofSize(rows);
  return fail(diag::NoDataMember, name.span, name.name, listMembers(*data->source));
}

//===-- Views
//----------------------------------------------------------------------------------===//

namespace {
/// A method of data sets: its parameters as those of a built-in function.
struct DataMethod {
  llvm::StringLiteral name;
  llvm::StringLiteral parameters;
};
} // namespace

static constexpr DataMethod dataMethods[] = {
    {"shuffled", "seed"},
    {"split", "fraction"},
    {"fold", "part of"},
    {"take", "rows"},
    {"windows", "steps stride?"},
    {"batches", "size"},
    {"sampled", "size steps stream?"},
};

std::string Elaborator::listMembers(const DataSource &source) {
  std::string known;
  for (const DataField &field : source.fields)
    known += field.name + ", ";
  known += "count";
  for (const DataMethod &method : dataMethods)
    known += ", " + method.name.str();
  return known;
}

/// A view of other rows of the same fields.
static Value makeView(const Dataset &data, mlir::Value handle) {
  auto view = std::make_shared<Dataset>(data);
  view->handle = handle;
  return Value::of(view);
}

Value Elaborator::datasetMethod(std::shared_ptr<Dataset> data, const ast::Identifier &name,
                                const ast::Call *node) {
  std::vector<Argument> arguments = evaluateArguments(node);
  for (const Argument &argument : arguments)
    if (argument.value.isPoison())
      return Value();
  const DataMethod *method =
      llvm::find_if(dataMethods, [&](const DataMethod &m) { return m.name == name.name; });
  if (method == std::end(dataMethods))
    return fail(diag::NoDataMember, name.span, name.name, listMembers(*data->source));
  Builtin signature{method->name, method->parameters, nullptr};
  BuiltinCall call{method->name, node->span, arguments, node, {}, {}};
  if (!matchArguments(signature, call))
    return Value();
  auto spanOf = [&](size_t i) { return i < arguments.size() ? arguments[i].span : node->span; };
  mlir::Location loc = getLoc(node->span);
  auto makeType = [&] {
    return DatasetType::get(context, builder.getStringAttr(makeSizeSymbol("rows")));
  };
  /// A whole number, at least `least` where it is known now.
  auto getInt = [&](size_t i, llvm::StringRef what, int64_t least) -> mlir::Value {
    const Value &value = call.matched[i];
    if (value.is(Value::Int) && value.getInt() < least) {
      error(diag::WrongArgument, spanOf(i), what, "at least " + std::to_string(least),
            describe(value));
      return {};
    }
    return toRuntimeInt(value, spanOf(i), what);
  };
  if (name.name == "split") {
    const Value &fraction = call.matched[0];
    mlir::Value number = toRuntimeF64(fraction, spanOf(0), "the fraction of split");
    if (!number)
      return Value();
    if (fraction.isStaticNumber() && (fraction.getFloat() < 0 || fraction.getFloat() > 1))
      return fail(diag::WrongArgument, spanOf(0), "the fraction of split", "between 0 and 1",
                  describe(fraction));
    auto op = SplitOp::create(builder, loc, makeType(), makeType(), data->handle, number);
    return Value::tuple({makeView(*data, op.getFirst()), makeView(*data, op.getRest())});
  }
  if (name.name == "fold") {
    mlir::Value part = getInt(0, "the part of fold", 0);
    mlir::Value count = getInt(1, "the number of parts of fold", 2);
    if (!part || !count)
      return Value();
    const Value &first = call.matched[0], &all = call.matched[1];
    if (first.is(Value::Int) && all.is(Value::Int) && first.getInt() >= all.getInt())
      return fail(diag::WrongArgument, node->span, "the part of fold",
                  "less than the number of parts, " + std::to_string(all.getInt()),
                  describe(first));
    auto op = KFoldOp::create(builder, loc, makeType(), makeType(), data->handle, part, count);
    return Value::tuple({makeView(*data, op.getTrain()), makeView(*data, op.getTest())});
  }
  if (name.name == "batches") {
    if (!getInt(0, "the size of batches", 1))
      return Value();
    return Value::of(Batches{data, std::make_shared<Value>(call.matched[0])});
  }
  if (name.name == "windows")
    return datasetWindows(data, call, node->span);
  if (name.name == "sampled") {
    mlir::Value size = getInt(0, "the size of batches", 1);
    mlir::Value steps = getInt(1, "the number of batches", 0);
    mlir::Value stream = call.given[2] ? toRuntimeInt(call.matched[2], node->span, "stream")
                                       : nextStream(node->span);
    if (!size || !steps || !stream)
      return Value();
    mlir::Value handle = SampledOp::create(builder, loc, makeType(), data->handle, size, steps,
                                           stream, getPlace(node->span));
    auto view = std::make_shared<Dataset>(*data);
    view->handle = handle;
    return Value::of(Batches{view, std::make_shared<Value>(call.matched[0])});
  }
  if (name.name == "take") {
    mlir::Value rows = getInt(0, "the argument of take", 0);
    return rows ? makeView(*data, TakeOp::create(builder, loc, makeType(), data->handle, rows))
                : Value();
  }
  mlir::Value seed = toRuntimeInt(call.matched[0], spanOf(0), "the argument of shuffled");
  if (!seed)
    return Value();
  // The number alone decides the order, wherever it stands: two commands that split the same data
  // after shuffled(0) get the same parts. All rows are there: the size stays the same symbol.
  return makeView(*data, ShuffledOp::create(builder, loc, data->getType(), data->handle, seed,
                                            /*place=*/0));
}

Value Elaborator::datasetWindows(std::shared_ptr<Dataset> data, const BuiltinCall &call,
                                 Span span) {
  const Value &stepsValue = call.matched[0];
  for (size_t i : {0, 1})
    if (call.matched[i].is(Value::Int) && call.matched[i].getInt() < 1)
      return fail(diag::WrongArgument, span, i == 0 ? "the length of windows" : "the stride",
                  "at least 1", describe(call.matched[i]));
  Dim steps = toDim(stepsValue, call.arguments[0].span, false);
  mlir::Value length = toRuntimeInt(stepsValue, span, "the length of windows");
  mlir::Value stride =
      call.given[1] ? toRuntimeInt(call.matched[1], span, "the stride of windows") : length;
  if (!steps || !length || !stride)
    return Value();
  const DataSource &from = *data->source;
  auto source = std::make_shared<DataSource>();
  source->scope = from.scope;
  int64_t shifts = from.isText ? 2 : 1;
  auto widen = [&](NNTensorType row) {
    llvm::SmallVector<Dim> shape = {steps};
    llvm::append_range(shape, row.getShape());
    return row.withShape(shape);
  };
  for (NNTensorType type : from.rawTypes)
    source->rawTypes.insert(source->rawTypes.end(), shifts, widen(type));
  for (const DataField &field : from.fields) {
    DataField wide = field;
    wide.rowType = widen(field.rowType);
    source->fields.push_back(wide);
  }
  if (from.isText) {
    source->fields.push_back(source->fields[0]);
    source->fields[0].name = "x";
    source->fields[1].name = "y";
    source->fields[1].rawField = 1;
  }
  auto type = DatasetType::get(context, builder.getStringAttr(makeSizeSymbol("rows")));
  auto view = std::make_shared<Dataset>();
  view->source = source;
  view->handle =
      WindowsOp::create(builder, getLoc(span), type, data->handle, length, stride, shifts);
  return Value::of(view);
}

//===-- Batches -----------------------------------------------------------------------------===//

/// The first row of a batch of one.
static mlir::Value takeOnlyRow(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value batch) {
  auto type = llvm::cast<NNTensorType>(batch.getType());
  mlir::MLIRContext *context = builder.getContext();
  llvm::SmallVector<Dim> offsets(type.getRank(), Dim::get(context, 0)), shape = type.getShape();
  shape[0] = Dim::get(context, 1);
  mlir::Value slice =
      SliceOp::create(builder, loc, type.withShape(shape), batch, getDimsAttr(context, offsets),
                      llvm::SmallVector<int64_t>(type.getRank(), 1));
  shape.erase(shape.begin());
  return ReshapeOp::create(builder, loc, type.withShape(shape), slice);
}

void Elaborator::emitBatches(const Batches &batches, const ast::Pattern *pattern, bool counted,
                             Span span, Span sourceSpan, llvm::function_ref<void()> emit) {
  const DataSource &source = *batches.data->source;
  size_t fieldCount = source.fields.size();
  const ast::Pattern *fieldsPattern = pattern;
  if (counted && pattern->kind != ast::Pattern::Ignore) {
    bool isPair = pattern->kind == ast::Pattern::Tuple && pattern->elements.size() == 2;
    if (!isPair) {
      error(diag::PatternMismatch, pattern->span,
            pattern->kind == ast::Pattern::Tuple ? pattern->elements.size() : 1,
            "the number and the fields that enumerate gives");
      return;
    }
    fieldsPattern = pattern->elements[1];
  }
  // One field is bare, several are a tuple; what is not named is not read.
  bool takesApart = fieldsPattern->kind == ast::Pattern::Tuple && fieldCount != 1;
  if (takesApart ? fieldsPattern->elements.size() != fieldCount
                 : fieldsPattern->kind == ast::Pattern::Tuple) {
    error(diag::PatternMismatch, fieldsPattern->span, fieldsPattern->elements.size(),
          std::to_string(fieldCount) + " fields of the data set");
    return;
  }
  std::vector<bool> isRead(fieldCount, fieldsPattern->kind != ast::Pattern::Ignore);
  if (takesApart)
    for (auto [i, part] : llvm::enumerate(fieldsPattern->elements))
      isRead[i] = part->kind != ast::Pattern::Ignore;
  std::vector<unsigned> rawNumbers;
  for (auto [field, read] : llvm::zip_equal(source.fields, isRead))
    if (read)
      llvm::append_range(rawNumbers, getRawFields(field));
  llvm::sort(rawNumbers);
  rawNumbers.erase(llvm::unique(rawNumbers), rawNumbers.end());

  mlir::Value size = batches.size ? toRuntimeInt(*batches.size, sourceSpan, "the size of batches")
                                  : constantInt(1);
  std::string symbol = makeSizeSymbol("n");
  sizeDepths[symbol] = runtimeDepth + 1; // known inside alone
  Dim rows = Dim::getSymbol(context, symbol);
  llvm::SmallVector<mlir::Type> types;
  llvm::SmallVector<int64_t> numbers;
  if (counted)
    types.push_back(size.getType());
  for (unsigned number : rawNumbers) {
    llvm::SmallVector<Dim> shape = {rows};
    llvm::append_range(shape, source.rawTypes[number].getShape());
    types.push_back(source.rawTypes[number].withShape(shape));
    numbers.push_back(number);
  }
  auto op = BatchesOp::create(builder, getLoc(span), batches.data->handle, size, symbol, numbers,
                              counted);
  Restore<Loop> kind(loop, Loop::Runtime);
  Restore<unsigned> depth(loopRuntimeDepth, runtimeDepth + 1);
  emitRegion(op.getBody(), types, [&](mlir::ValueRange arguments) {
    std::map<unsigned, mlir::Value> raw;
    for (auto [number, argument] : llvm::zip_equal(rawNumbers, arguments.drop_front(counted)))
      raw[number] = argument;
    Scope local;
    local.parent = scope;
    Restore<Scope *> inScope(scope, &local);
    Values fields;
    for (auto [field, read] : llvm::zip_equal(source.fields, isRead)) {
      Value value = read ? mapField(source, field, raw, rows) : Value::unit();
      if (value.isTensor() && !batches.size)
        value = Value::of(takeOnlyRow(builder, getLoc(sourceSpan), value.getRuntime()));
      fields.push_back(value);
    }
    // Bound one by one, so that each keeps its user's name.
    if (counted && pattern->kind == ast::Pattern::Tuple)
      bind(pattern->elements[0], Value::of(arguments[0]), false, nullptr, sourceSpan);
    if (takesApart)
      for (auto [part, value] : llvm::zip_equal(fieldsPattern->elements, fields))
        bind(part, value, false, nullptr, sourceSpan);
    else
      bind(fieldsPattern, fieldCount == 1 ? fields[0] : Value::tuple(fields), false, nullptr,
           sourceSpan);
    for (auto &[name, binding] : local.names)
      binding.isUsed = true;
    emit();
  });
}
