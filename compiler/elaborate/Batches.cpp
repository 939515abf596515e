//===- Batches.cpp - loops over the batches or rows of a data set -------------------------===//
//
// A turn takes the raw fields of some rows and maps them, all rows at once. Fields that the pattern
// does not name are not read.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Data.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

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

namespace {

/// What a pattern takes of the fields of a turn.
struct FieldPattern {
  const ast::Pattern *number = nullptr; // of the turn's number; null where it is not named
  const ast::Pattern *fields = nullptr;
  /// One field is bare, several are a tuple.
  bool takesApart = false;
  std::vector<bool> isRead; // what is not named is not read
};

/// A loop over batches.
class BatchLoop {
public:
  BatchLoop(Interpreter &e, const Batches &batches, bool counted, Span sourceSpan)
      : e(e), batches(batches), source(*batches.data->source), counted(counted),
        sourceSpan(sourceSpan) {}

  /// False after an error.
  bool match(const ast::Pattern *pattern);
  void emit(Span span, llvm::function_ref<void()> body);

private:
  void bindFields(mlir::ValueRange arguments, Dim rows);

  Interpreter &e;
  const Batches &batches;
  const DataSource &source;
  bool counted;
  Span sourceSpan;
  FieldPattern taken;
  std::vector<unsigned> rawNumbers; // the raw fields that are read, increasing
};

} // namespace

bool BatchLoop::match(const ast::Pattern *pattern) {
  taken.fields = pattern;
  if (counted && pattern->kind != ast::Pattern::Ignore) {
    bool isTuple = pattern->kind == ast::Pattern::Tuple;
    if (!isTuple || pattern->elements.size() != 2) {
      e.error(diag::PatternMismatch, pattern->span, isTuple ? pattern->elements.size() : 1,
              "the number and the fields that enumerate gives");
      return false;
    }
    taken.number = pattern->elements[0];
    taken.fields = pattern->elements[1];
  }
  size_t fieldCount = source.fields.size();
  const ast::Pattern &fields = *taken.fields;
  taken.takesApart = fields.kind == ast::Pattern::Tuple && fieldCount != 1;
  if (taken.takesApart ? fields.elements.size() != fieldCount
                       : fields.kind == ast::Pattern::Tuple) {
    e.error(diag::PatternMismatch, fields.span, fields.elements.size(),
            std::to_string(fieldCount) + " fields of the data set");
    return false;
  }
  taken.isRead.assign(fieldCount, fields.kind != ast::Pattern::Ignore);
  if (taken.takesApart)
    for (auto [i, part] : llvm::enumerate(fields.elements))
      taken.isRead[i] = part->kind != ast::Pattern::Ignore;
  for (auto [field, read] : llvm::zip_equal(source.fields, taken.isRead))
    if (read)
      llvm::append_range(rawNumbers, getRawFields(field));
  llvm::sort(rawNumbers);
  rawNumbers.erase(llvm::unique(rawNumbers), rawNumbers.end());
  return true;
}

void BatchLoop::emit(Span span, llvm::function_ref<void()> body) {
  mlir::Value size = batches.size ? e.toRuntimeInt(*batches.size, sourceSpan, "the size of batches")
                                  : e.constantInt(1);
  std::string symbol = e.makeSizeSymbol("n", e.runtimeDepth + 1); // known inside alone
  Dim rows = Dim::getSymbol(e.context, symbol);
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
  auto op = BatchesOp::create(e.builder, e.getLoc(span), batches.data->handle, size, symbol,
                              numbers, counted);
  Restore<Control::Loop> kind(e.loop, Control::Loop::Runtime);
  Restore<unsigned> depth(e.loopRuntimeDepth, e.runtimeDepth + 1);
  Restore<std::optional<Dim>> current(e.batchRows, rows);
  e.emitRegion(op.getBody(), types, [&](mlir::ValueRange arguments) {
    Scope local;
    local.parent = e.scope;
    Restore<Scope *> inScope(e.scope, &local);
    bindFields(arguments, rows);
    for (auto &[name, binding] : local.names)
      binding.isUsed = true;
    body();
  });
}

/// Binds them one by one, so that each keeps its user's name.
void BatchLoop::bindFields(mlir::ValueRange arguments, Dim rows) {
  std::map<unsigned, mlir::Value> raw;
  for (auto [number, argument] : llvm::zip_equal(rawNumbers, arguments.drop_front(counted)))
    raw[number] = argument;
  Values fields;
  for (auto [field, read] : llvm::zip_equal(source.fields, taken.isRead)) {
    Value value = read ? mapField(e, source, field, raw, rows) : Value::unit();
    if (value.isTensor() && !batches.size)
      value = Value::of(takeOnlyRow(e.builder, e.getLoc(sourceSpan), value.getRuntime()));
    fields.push_back(value);
  }
  if (taken.number)
    e.bind(taken.number, Value::of(arguments[0]), false, nullptr, sourceSpan);
  if (!taken.takesApart)
    return e.bind(taken.fields, fields.size() == 1 ? fields[0] : Value::tuple(fields), false,
                  nullptr, sourceSpan);
  for (auto [part, value] : llvm::zip_equal(taken.fields->elements, fields))
    e.bind(part, value, false, nullptr, sourceSpan);
}

void elaborate::emitBatches(Interpreter &e, const Batches &batches, const ast::Pattern *pattern,
                            bool counted, Span span, Span sourceSpan,
                            llvm::function_ref<void()> emit) {
  BatchLoop loop(e, batches, counted, sourceSpan);
  if (loop.match(pattern))
    loop.emit(span, emit);
}
