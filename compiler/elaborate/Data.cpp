//===- Data.cpp - data sets: sources, fields, batches ----------------------------------===//
//
// A source reads raw fields (columns of a csv file, items of an idx file); what the user declares
// after `=` maps a row. The mapping is ordinary arithmetic, element by element, so that it can be
// elaborated over all rows of a batch at once.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Elaborator.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

namespace {
/// A csv or idx source under construction.
struct SourceBuilder {
  Elaborator &elaborator;
  bool isCsv;
  std::shared_ptr<DataSource> source;
  llvm::SmallVector<mlir::Attribute> rawFields;
  bool failed = false;

  void addRaw(llvm::StringRef name, NNTensorType type, int64_t classes, int64_t first) {
    mlir::OpBuilder &builder = elaborator.builder;
    source->rawTypes.push_back(type);
    rawFields.push_back(builder.getDictionaryAttr(
        {builder.getNamedAttr("name", builder.getStringAttr(name)),
         builder.getNamedAttr("type", mlir::TypeAttr::get(type)),
         builder.getNamedAttr("classes", builder.getI64IntegerAttr(classes)),
         builder.getNamedAttr("first", builder.getI64IntegerAttr(first))}));
  }

  void fail(diag::Kind kind, Span span, auto &&...args) {
    elaborator.error(kind, span, args...);
    failed = true;
  }

  std::optional<int64_t> evaluateColumn(const ast::Expr *expr) {
    Value value = elaborator.evaluate(expr);
    if (value.is(Value::Int) && value.getInt() >= 0)
      return value.getInt();
    if (!value.isPoison())
      fail(diag::NotStatic, expr->span, "a column's number", elaborator.describe(value));
    failed = true;
    return std::nullopt;
  }

  /// Registers `columns(a..b)`, `column(i)` or `pixels`; false where the expression is none of
  /// these.
  bool addRawOf(const ast::Expr *expr, DataField &field, int64_t classes, int64_t position) {
    mlir::Type element = field.rowType.getElementType();
    auto add = [&](NNTensorType type, int64_t first) {
      field.rawFields[expr] = source->rawTypes.size();
      addRaw(field.name, type, classes, first);
      return true;
    };
    if (auto *name = llvm::dyn_cast<ast::Name>(expr); name && !isCsv && name->name == "pixels")
      return add(field.rowType, position);
    auto *call = llvm::dyn_cast<ast::Call>(expr);
    auto *callee = call ? llvm::dyn_cast<ast::Name>(call->callee) : nullptr;
    if (!callee || !isCsv || (callee->name != "columns" && callee->name != "column"))
      return false;
    if (call->arguments.size() != 1 || call->arguments[0].name) {
      fail(diag::WrongArgumentCount, call->span, callee->name, call->arguments.size());
      return true;
    }
    const ast::Expr *argument = call->arguments[0].value;
    if (callee->name == "column") {
      if (std::optional<int64_t> column = evaluateColumn(argument))
        add(getScalarType(element), *column);
      return true;
    }
    auto *range = llvm::dyn_cast<ast::Binary>(argument);
    if (!range ||
        (range->op != ast::BinaryOp::Range && range->op != ast::BinaryOp::RangeInclusive)) {
      fail(diag::WrongArgument, argument->span, "the argument of columns", "a range such as 0..64",
           argument->span.getText());
      return true;
    }
    std::optional<int64_t> first = evaluateColumn(range->lhs), last = evaluateColumn(range->rhs);
    if (!first || !last)
      return true;
    int64_t count = *last - *first + (range->op == ast::BinaryOp::RangeInclusive);
    if (count < 1) {
      fail(diag::EmptyColumns, argument->span);
      return true;
    }
    Dim size = Dim::get(elaborator.context, count);
    add(NNTensorType::get(size, element), *first);
    return true;
  }

  /// Registers the raw fields of a mapping and refuses what is not arithmetic element by element.
  void checkMapping(const ast::Expr *expr, DataField &field, int64_t classes, int64_t position) {
    if (failed || addRawOf(expr, field, classes, position))
      return;
    auto recurse = [&](const ast::Expr *inner) { checkMapping(inner, field, 0, position); };
    switch (expr->kind) {
    case ast::Expr::IntLiteral:
    case ast::Expr::FloatLiteral:
      return;
    case ast::Expr::Name: {
      // Keep what the name means here: the mapping is elaborated wherever batches are taken.
      auto *name = llvm::cast<ast::Name>(expr);
      Binding *binding = elaborator.lookup({name->name, name->span});
      if (!binding) {
        failed = true;
        return;
      }
      Value value = elaborator.readBinding(*binding, expr->span);
      if (!value.isStaticNumber() && !value.isScalarTensor())
        return fail(diag::MappingNotElementwise, expr->span);
      elaborator.keepForMapping(*source, name->name, value);
      return;
    }
    case ast::Expr::Unary:
      return recurse(llvm::cast<ast::Unary>(expr)->operand);
    case ast::Expr::Binary: {
      auto *node = llvm::cast<ast::Binary>(expr);
      if (node->op > ast::BinaryOp::Pow || node->op == ast::BinaryOp::MatMul)
        return fail(diag::MappingNotElementwise, expr->span);
      recurse(node->lhs);
      return recurse(node->rhs);
    }
    case ast::Expr::Call: {
      auto *call = llvm::cast<ast::Call>(expr);
      auto *callee = llvm::dyn_cast<ast::Name>(call->callee);
      bool known = callee && !elaborator.program.scope.findHere(callee->name) &&
                   (isElementwiseName(callee->name) || elaborator.getElementType(callee->name));
      if (!known)
        return fail(diag::MappingNotElementwise, expr->span);
      for (const ast::Argument &argument : call->arguments)
        recurse(argument.value);
      return;
    }
    default:
      return fail(diag::MappingNotElementwise, expr->span);
    }
  }

  void addField(const ast::Argument &argument, int64_t position) {
    DataField field;
    field.name = argument.name->name;
    field.span = argument.span;
    field.mapping = argument.value;
    int64_t classes = 0;
    for (const DataField &other : source->fields)
      if (other.name == field.name)
        return fail(diag::DefinedTwice, argument.name->span, field.name);
    if (argument.type->kind == ast::Type::Named && argument.type->name.name == "class") {
      if (argument.type->dims.size() != 1 || !argument.type->dims[0].expr)
        return fail(diag::BadClassType, argument.type->span);
      Value count = elaborator.evaluate(argument.type->dims[0].expr);
      if (!count.is(Value::Int) || count.getInt() < 1)
        return fail(diag::BadClassType, argument.type->span);
      classes = count.getInt();
      field.rowType = getScalarType(elaborator.builder.getI32Type());
    } else {
      field.rowType = elaborator.resolveTensorType(*argument.type, true);
      if (!field.rowType) {
        failed = true;
        return;
      }
      if (field.rowType.isBool())
        return fail(diag::NotSupported, argument.type->span, "a field of bool");
    }
    if (field.mapping) {
      checkMapping(field.mapping, field, classes, position);
      if (!failed && field.rawFields.empty())
        return fail(diag::MappingWithoutColumns, field.mapping->span,
                    isCsv ? "columns(a..b) or column(i)" : "pixels");
    } else if (isCsv) {
      return fail(diag::FieldWithoutColumns, argument.span, field.name);
    } else {
      field.rawField = source->rawTypes.size();
      addRaw(field.name, field.rowType, classes, position);
    }
    source->fields.push_back(std::move(field));
  }
};
} // namespace

void Elaborator::keepForMapping(DataSource &source, llvm::StringRef name, Value value) {
  if (!source.scope)
    source.scope = std::make_shared<Scope>();
  source.scope->parent = &program.scope;
  Binding binding;
  binding.value = std::move(value);
  source.scope->set(name, binding);
}

static Value makeSource(Elaborator &e, BuiltinCall &call, bool isCsv) {
  SourceBuilder source{e, isCsv, std::make_shared<DataSource>(), {}, false};
  llvm::SmallVector<mlir::Value> paths;
  mlir::Value skip;
  llvm::StringRef what = isCsv ? "csv" : "idx";
  int64_t position = 0;
  for (const ast::Argument &argument : call.syntax->arguments) {
    if (argument.type) {
      source.addField(argument, position++);
      continue;
    }
    Value value = e.evaluate(argument.value);
    if (value.isPoison())
      return value;
    if (argument.name && isCsv && argument.name->name == "skip") {
      skip = e.toRuntimeInt(value, argument.span, "skip");
      if (!skip)
        return Value();
    } else if (argument.name) {
      return e.fail(diag::UnknownArgument, argument.span, what, argument.name->name);
    } else if (!value.isString()) {
      return e.fail(diag::WrongArgument, argument.span, "the file", "text", e.describe(value));
    } else {
      paths.push_back(e.toRuntimeString(value, argument.span));
    }
  }
  if (source.failed)
    return Value();
  if (paths.empty() || (isCsv && paths.size() > 1))
    return e.fail(diag::WrongArgumentCount, call.span, what, paths.size());
  if (source.source->fields.empty())
    return e.fail(diag::NoFields, call.span, what);
  if (!isCsv && source.source->fields.size() > paths.size())
    return e.fail(diag::FieldsAndFiles, call.span, source.source->fields.size(), paths.size());
  auto data = std::make_shared<Dataset>();
  data->source = source.source;
  auto type = DatasetType::get(e.context, e.builder.getStringAttr(e.makeSizeSymbol("rows")));
  mlir::ArrayAttr fields = e.builder.getArrayAttr(source.rawFields);
  if (isCsv) {
    if (!skip)
      skip = e.constantInt(0);
    data->handle = CsvOp::create(e.builder, e.getLoc(call.span), type, paths[0], skip, fields);
  } else {
    data->handle = IdxOp::create(e.builder, e.getLoc(call.span), type, paths, fields);
  }
  return Value::of(data);
}

llvm::ArrayRef<Builtin> elaborate::getDataBuiltins() {
  static const Builtin builtins[] = {
      {"csv", "", [](Elaborator &e, BuiltinCall &c) { return makeSource(e, c, true); }, true, true},
      {"idx", "", [](Elaborator &e, BuiltinCall &c) { return makeSource(e, c, false); }, true,
       true},
  };
  return builtins;
}

//===-- Fields ---------------------------------------------------------------------------===//

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
