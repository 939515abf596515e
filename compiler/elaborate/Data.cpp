//===- Data.cpp - data sets: fields, views, batches -------------------------------------===//
//
// A data set is a handle of the runtime with a size symbol for its rows. Its fields are elaborated
// where rows are taken: the mapping that the user declared, on the raw fields of all those rows at
// once.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Data.h"
#include "compiler/elaborate/Types.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

std::vector<unsigned> elaborate::getRawFields(const DataField &field) {
  if (!field.mapping)
    return {field.rawField};
  std::vector<unsigned> raw;
  for (auto &[expr, number] : field.rawFields)
    raw.push_back(number);
  llvm::sort(raw);
  return raw;
}

/// Emits a check that numbers which a mapping computed are classes.
static void checkClasses(Interpreter &e, mlir::Value numbers, const DataField &field) {
  Span span = field.span;
  Value low = e.binary(ast::BinaryOp::Ge, Value::of(numbers), Value::ofInt(0), span, span, span);
  Value high = e.binary(ast::BinaryOp::Lt, Value::of(numbers), Value::ofInt(field.computedClasses),
                        span, span, span);
  Value both = e.binary(ast::BinaryOp::And, low, high, span, span, span);
  if (both.isPoison())
    return;
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, both.getTensorType().getRank()));
  mlir::Value all =
      ReduceOp::create(e.builder, e.getLoc(span), both.getRuntime(), ReduceKind::And, axes);
  e.emitCheck(all,
              "the field '" + field.name +
                  "' has a number that is not a class: whole numbers from 0 to " +
                  std::to_string(field.computedClasses - 1) + " are needed",
              span);
}

Value elaborate::mapField(Interpreter &e, const DataSource &source, const DataField &field,
                          const std::map<unsigned, mlir::Value> &raw, Dim rows) {
  llvm::SmallVector<Dim> shape = {rows};
  llvm::append_range(shape, field.rowType.getShape());
  if (!field.mapping)
    return Value::of(raw.at(field.rawField));
  std::map<const ast::Expr *, mlir::Value> values;
  for (auto &[expr, number] : field.rawFields)
    values[expr] = raw.at(number);
  Restore<const std::map<const ast::Expr *, mlir::Value> *> mapping(e.mappingValues, &values);
  Restore<Scope *> inScope(e.scope, source.scope ? source.scope.get() : &e.modules.program.scope);
  Value value = e.evaluate(field.mapping);
  if (value.isPoison())
    return value;
  mlir::Value tensor = e.toElementType(value, field.rowType.getElementType(), field.mapping->span);
  if (!tensor)
    return Value();
  if (field.computedClasses > 0)
    checkClasses(e, tensor, field);
  NNTensorType wanted = field.rowType.withShape(shape);
  auto own = llvm::cast<NNTensorType>(tensor.getType());
  if (own == wanted)
    return Value::of(tensor);
  if (own.getCount() == wanted.getCount())
    return Value::of(ReshapeOp::create(e.builder, e.getLoc(field.span), wanted, tensor));
  llvm::SmallVector<Dim> row(llvm::drop_begin(own.getShape()));
  return e.fail(diag::FieldShape, field.span, field.name, field.rowType.str(),
                own.withShape(row).str());
}

//===-- Views --------------------------------------------------------------------------------===//

namespace {

/// A call of a method of a data set, whose arguments have been matched.
struct MethodCall : BuiltinCall {
  Emitter &e;
  const std::shared_ptr<Dataset> &data;

  MethodCall(Emitter &e, const std::shared_ptr<Dataset> &data, BuiltinCall call)
      : BuiltinCall(std::move(call)), e(e), data(data) {}
  mlir::Location getLoc() { return e.getLoc(span); }
  Span spanOf(size_t i) const { return i < arguments.size() ? arguments[i].span : span; }
  /// The type of a data set with a number of rows of its own.
  DatasetType makeType() {
    return DatasetType::get(e.context, e.builder.getStringAttr(e.makeSizeSymbol("rows")));
  }
  /// A whole number, at least `least` where it is known now; null after an error.
  mlir::Value getInt(size_t i, llvm::StringRef what, int64_t least) {
    const Value &value = matched[i];
    if (value.is(Value::Int) && value.getInt() < least) {
      e.error(diag::WrongArgument, spanOf(i), what, "at least " + std::to_string(least),
              describe(value));
      return {};
    }
    return e.toRuntimeInt(value, spanOf(i), what);
  }
  /// A view of other rows of the same fields.
  Value makeView(mlir::Value handle) {
    auto view = std::make_shared<Dataset>(*data);
    view->handle = handle;
    return Value::of(view);
  }
};

/// A method of data sets: its parameters as those of a built-in function.
struct DataMethod {
  llvm::StringLiteral name;
  llvm::StringLiteral parameters;
  Value (*emit)(MethodCall &);
};

} // namespace

/// The number alone decides the order, wherever it stands: two commands that split the same data
/// after shuffled(0) get the same parts. All rows are there: the size stays the same symbol.
static Value shuffled(MethodCall &c) {
  mlir::Value seed = c.e.toRuntimeInt(c.matched[0], c.spanOf(0), "the argument of shuffled");
  if (!seed)
    return Value();
  return c.makeView(ShuffledOp::create(c.e.builder, c.getLoc(), c.data->getType(), c.data->handle,
                                       seed, /*place=*/0));
}

static Value split(MethodCall &c) {
  const Value &fraction = c.matched[0];
  mlir::Value number = c.e.toRuntimeF64(fraction, c.spanOf(0), "the fraction of split");
  if (!number)
    return Value();
  if (fraction.isStaticNumber() && (fraction.getFloat() < 0 || fraction.getFloat() > 1))
    return c.e.fail(diag::WrongArgument, c.spanOf(0), "the fraction of split", "between 0 and 1",
                    describe(fraction));
  mlir::Type first = c.makeType(), rest = c.makeType();
  auto op = SplitOp::create(c.e.builder, c.getLoc(), first, rest, c.data->handle, number);
  return Value::tuple({c.makeView(op.getFirst()), c.makeView(op.getRest())});
}

static Value fold(MethodCall &c) {
  mlir::Value part = c.getInt(0, "the part of fold", 0);
  mlir::Value count = c.getInt(1, "the number of parts of fold", 2);
  if (!part || !count)
    return Value();
  const Value &first = c.matched[0], &all = c.matched[1];
  if (first.is(Value::Int) && all.is(Value::Int) && first.getInt() >= all.getInt())
    return c.e.fail(diag::WrongArgument, c.span, "the part of fold",
                    "less than the number of parts, " + std::to_string(all.getInt()),
                    describe(first));
  mlir::Type train = c.makeType(), test = c.makeType();
  auto op = KFoldOp::create(c.e.builder, c.getLoc(), train, test, c.data->handle, part, count);
  return Value::tuple({c.makeView(op.getTrain()), c.makeView(op.getTest())});
}

static Value take(MethodCall &c) {
  mlir::Value rows = c.getInt(0, "the argument of take", 0);
  return rows ? c.makeView(
                    TakeOp::create(c.e.builder, c.getLoc(), c.makeType(), c.data->handle, rows))
              : Value();
}

static Value windows(MethodCall &c) {
  Emitter &e = c.e;
  Span span = c.span;
  const Value &stepsValue = c.matched[0];
  for (size_t i : {0, 1})
    if (c.matched[i].is(Value::Int) && c.matched[i].getInt() < 1)
      return e.fail(diag::WrongArgument, span, i == 0 ? "the length of windows" : "the stride",
                    "at least 1", describe(c.matched[i]));
  Dim steps = e.toDim(stepsValue, c.arguments[0].span, false);
  mlir::Value length = e.toRuntimeInt(stepsValue, span, "the length of windows");
  mlir::Value stride =
      c.given[1] ? e.toRuntimeInt(c.matched[1], span, "the stride of windows") : length;
  if (!steps || !length || !stride)
    return Value();
  const DataSource &from = *c.data->source;
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
  auto view = std::make_shared<Dataset>();
  view->source = source;
  view->handle = WindowsOp::create(e.builder, e.getLoc(span), c.makeType(), c.data->handle, length,
                                   stride, shifts);
  return Value::of(view);
}

static Value batches(MethodCall &c) {
  if (!c.getInt(0, "the size of batches", 1))
    return Value();
  return Value::of(Batches{c.data, std::make_shared<Value>(c.matched[0])});
}

static Value sampled(MethodCall &c) {
  mlir::Value size = c.getInt(0, "the size of batches", 1);
  mlir::Value steps = c.getInt(1, "the number of batches", 0);
  mlir::Value stream =
      c.given[2] ? c.e.toRuntimeInt(c.matched[2], c.span, "stream") : c.e.nextStream(c.span);
  if (!size || !steps || !stream)
    return Value();
  mlir::Value handle = SampledOp::create(c.e.builder, c.getLoc(), c.makeType(), c.data->handle,
                                         size, steps, stream, c.e.getPlace(c.span));
  return Value::of(Batches{c.makeView(handle).getDataset(), std::make_shared<Value>(c.matched[0])});
}

static constexpr DataMethod dataMethods[] = {
    {"shuffled", "seed", shuffled},
    {"split", "fraction", split},
    {"fold", "part of", fold},
    {"take", "rows", take},
    {"windows", "steps stride?", windows},
    {"batches", "size", batches},
    {"sampled", "size steps stream?", sampled},
};

static std::string listMembers(const DataSource &source) {
  std::string known;
  for (const DataField &field : source.fields)
    known += field.name + ", ";
  known += "count";
  for (const DataMethod &method : dataMethods)
    known += ", " + method.name.str();
  return known;
}

Value elaborate::datasetMethod(Interpreter &e, std::shared_ptr<Dataset> data,
                               const ast::Identifier &name, const ast::Call *node) {
  std::vector<Argument> arguments = e.evaluateArguments(node);
  for (const Argument &argument : arguments)
    if (argument.value.isPoison())
      return Value();
  const DataMethod *method =
      llvm::find_if(dataMethods, [&](const DataMethod &m) { return m.name == name.name; });
  if (method == std::end(dataMethods))
    return e.fail(diag::NoDataMember, name.span, name.name, listMembers(*data->source));
  BuiltinCall call{method->name, node->span, arguments, node};
  if (!matchArguments(e, method->parameters, call))
    return Value();
  MethodCall matched(e, data, std::move(call));
  return method->emit(matched);
}

Value elaborate::datasetMember(Interpreter &e, std::shared_ptr<Dataset> data,
                               const ast::Identifier &name, Span span) {
  Dim rows = Dim::getSymbol(e.context, data->getType().getRows());
  for (const DataField &field : data->source->fields) {
    if (field.name != name.name)
      continue;
    std::map<unsigned, mlir::Value> raw;
    for (unsigned number : getRawFields(field)) {
      NNTensorType rowType = data->source->rawTypes[number];
      llvm::SmallVector<Dim> shape = {rows};
      llvm::append_range(shape, rowType.getShape());
      raw[number] =
          RowsOp::create(e.builder, e.getLoc(span), rowType.withShape(shape), data->handle, number);
    }
    return mapField(e, *data->source, field, raw, rows);
  }
  if (name.name == "count")
    return Value::ofSize(rows);
  return e.fail(diag::NoDataMember, name.span, name.name, listMembers(*data->source));
}
