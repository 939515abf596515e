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
  std::string known;
  for (const DataField &field : data->source->fields)
    known += (known.empty() ? "" : ", ") + field.name;
  return fail(diag::NoDataMember, name.span, name.name, known);
}

Value Elaborator::datasetMethod(std::shared_ptr<Dataset> data, const ast::Identifier &name,
                                const ast::Call *node) {
  std::vector<Argument> arguments = evaluateArguments(node);
  for (const Argument &argument : arguments)
    if (argument.value.isPoison())
      return Value();
  bool isKnown = llvm::is_contained({"shuffled", "split", "take", "batches"}, name.name);
  if (!isKnown)
    return fail(diag::NoDataMember, name.span, name.name, "shuffled, split, take, batches");
  if (arguments.size() != 1)
    return fail(diag::WrongArgumentCount, node->span, name.name, arguments.size());
  const Argument &argument = arguments[0];
  mlir::Location loc = getLoc(node->span);
  auto makeType = [&] {
    return DatasetType::get(context, builder.getStringAttr(makeSizeSymbol("rows")));
  };
  auto makeView = [&](mlir::Value handle) {
    auto view = std::make_shared<Dataset>(*data);
    view->handle = handle;
    return Value::of(view);
  };
  if (name.name == "split") {
    mlir::Value fraction = toRuntimeF64(argument.value, argument.span, "the fraction of split");
    if (!fraction)
      return Value();
    if (argument.value.isStaticNumber() &&
        (argument.value.getFloat() < 0 || argument.value.getFloat() > 1))
      return fail(diag::WrongArgument, argument.span, "the fraction of split", "between 0 and 1",
                  describe(argument.value));
    auto op = SplitOp::create(builder, loc, makeType(), makeType(), data->handle, fraction);
    return Value::tuple({makeView(op.getFirst()), makeView(op.getRest())});
  }
  if (name.name == "batches") {
    if (!toRuntimeInt(argument.value, argument.span, "the size of batches"))
      return Value();
    if (argument.value.is(Value::Int) && argument.value.getInt() < 1)
      return fail(diag::WrongArgument, argument.span, "the size of batches", "at least 1",
                  describe(argument.value));
    return Value::of(Batches{data, std::make_shared<Value>(argument.value)});
  }
  mlir::Value number = toRuntimeInt(argument.value, argument.span, "the argument of " + name.name);
  if (!number)
    return Value();
  if (name.name == "take")
    return makeView(TakeOp::create(builder, loc, makeType(), data->handle, number));
  // The number alone decides the order, wherever it stands: two commands that split the same data
  // after shuffled(0) get the same parts.
  return makeView(ShuffledOp::create(builder, loc, makeType(), data->handle, number, /*place=*/0));
}

//===-- Batches -----------------------------------------------------------------------------===//

void Elaborator::executeBatches(const Batches &batches, const ast::ForStatement *statement) {
  const DataSource &source = *batches.data->source;
  const ast::Pattern *pattern = statement->pattern;
  // One field is bare, several are a tuple; what is not named is not read.
  std::vector<const ast::Pattern *> patterns;
  if (source.fields.size() == 1)
    patterns = {pattern};
  else if (pattern->kind == ast::Pattern::Tuple)
    patterns.assign(pattern->elements.begin(), pattern->elements.end());
  if (patterns.size() != source.fields.size()) {
    error(diag::PatternMismatch, pattern->span, patterns.empty() ? 1 : patterns.size(),
          std::to_string(source.fields.size()) + " fields of the data set");
    return;
  }
  std::vector<unsigned> rawNumbers;
  for (auto [field, part] : llvm::zip_equal(source.fields, patterns))
    if (part->kind != ast::Pattern::Ignore)
      llvm::append_range(rawNumbers, getRawFields(field));
  llvm::sort(rawNumbers);
  rawNumbers.erase(llvm::unique(rawNumbers), rawNumbers.end());

  mlir::Value size = toRuntimeInt(*batches.size, statement->source->span, "the size of batches");
  promoteVars(&statement->body);
  std::string symbol = makeSizeSymbol("n");
  Dim rows = Dim::getSymbol(context, symbol);
  llvm::SmallVector<mlir::Type> types;
  llvm::SmallVector<int64_t> numbers;
  for (unsigned number : rawNumbers) {
    llvm::SmallVector<Dim> shape = {rows};
    llvm::append_range(shape, source.rawTypes[number].getShape());
    types.push_back(source.rawTypes[number].withShape(shape));
    numbers.push_back(number);
  }
  auto op = BatchesOp::create(builder, getLoc(statement->span), batches.data->handle, size, symbol,
                              numbers);
  Restore<Loop> kind(loop, Loop::Runtime);
  Restore<unsigned> depth(loopRuntimeDepth, runtimeDepth + 1);
  emitRegion(op.getBody(), types, [&](mlir::ValueRange arguments) {
    std::map<unsigned, mlir::Value> raw;
    for (auto [number, argument] : llvm::zip_equal(rawNumbers, arguments))
      raw[number] = argument;
    Scope local;
    local.parent = scope;
    Restore<Scope *> inScope(scope, &local);
    for (auto [field, part] : llvm::zip_equal(source.fields, patterns))
      if (part->kind != ast::Pattern::Ignore)
        bind(part, mapField(source, field, raw, rows), false, nullptr, statement->source->span);
    for (auto &[name, binding] : local.names)
      binding.isUsed = true;
    execute(statement->body);
  });
}
