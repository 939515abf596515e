//===- DataSources.cpp - csv(...) and idx(...) ----------------------------------------===//
//
// A source reads raw fields (columns of a csv file, items of an idx file); what the user declares
// after `=` maps a row. The mapping is ordinary arithmetic, element by element, so that it can be
// elaborated over all rows of a batch at once (Data.cpp); here it is checked, and its raw fields
// are found.
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
