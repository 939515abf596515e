//===- DataFields.cpp - the fields of a data source, as the user declares them --------------===//
//
// A field is a raw field of the source (columns, pixels), or a mapping of such, which is checked
// here: only arithmetic element by element can be elaborated over all rows of a batch at once.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/DataSources.h"
#include "compiler/elaborate/Types.h"
#include "compiler/ir/ElementTypes.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

//===-- Raw fields ------------------------------------------------------------------------===//

bool SourceBuilder::addRaw(const ast::Expr *expr, DataField &field, NNTensorType type,
                           int64_t classes, int64_t first, const FieldDetails &details) {
  mlir::OpBuilder &builder = e.builder;
  unsigned number = source->rawTypes.size();
  if (expr)
    field.rawFields[expr] = number;
  else
    field.rawField = number;
  source->rawTypes.push_back(type);
  rawFields.push_back(FieldAttr::get(e.context, builder.getStringAttr(field.name), type, classes,
                                     first, details.columns, details.categories, details.missing,
                                     details.value));
  return true;
}

mlir::ArrayAttr SourceBuilder::getNames(llvm::ArrayRef<std::string> names) {
  llvm::SmallVector<StringRef> references(names.begin(), names.end());
  return e.builder.getStrArrayAttr(references);
}

/// A list of texts known at compile time.
std::optional<std::vector<std::string>> SourceBuilder::evaluateNames(const ast::Expr *expr) {
  Value value = e.evaluate(expr);
  bool isList = value.is(Value::List) && !value.getElements().empty() &&
                llvm::all_of(value.getElements(), [](const Value &v) { return v.is(Value::Str); });
  if (!isList) {
    if (!value.isPoison())
      fail(diag::WrongArgument, expr->span, "the list of categories",
           "a list of texts such as [\"no\", \"yes\"]", describe(value));
    failed = true;
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (const Value &element : value.getElements())
    names.push_back(element.getString());
  return names;
}

/// The columns that a term takes: their numbers, or their names.
struct SourceBuilder::Columns {
  int64_t first = 0, count = 0;
  std::vector<std::string> names;
};

bool SourceBuilder::addColumn(const ast::Expr *expr, Columns &columns) {
  Value value = e.evaluate(expr);
  if (value.isPoison())
    return false;
  if (value.is(Value::Str)) {
    columns.names.push_back(value.getString());
    usesNames = true;
  } else if (value.is(Value::Int) && value.getInt() >= 0) {
    columns.first = value.getInt();
  } else {
    fail(diag::NotStatic, expr->span, "a column's number or name", describe(value));
    return false;
  }
  ++columns.count;
  return true;
}

bool SourceBuilder::addColumns(const ast::Expr *expr, Columns &columns) {
  auto *range = llvm::dyn_cast<ast::Binary>(expr);
  bool inclusive = range && range->op == ast::BinaryOp::RangeInclusive;
  if (!range || (range->op != ast::BinaryOp::Range && !inclusive)) {
    fail(diag::WrongArgument, expr->span, "the argument of columns",
         "a range such as 0..64, or names such as \"a\", \"b\"", expr->span.getText());
    return false;
  }
  Columns last;
  if (!addColumn(range->lhs, columns) || !addColumn(range->rhs, last))
    return false;
  if (!columns.names.empty() || !last.names.empty()) {
    fail(diag::WrongArgument, expr->span, "the argument of columns",
         "a range of numbers, or the names one by one", expr->span.getText());
    return false;
  }
  columns.count = last.first - columns.first + inclusive;
  if (columns.count < 1) {
    fail(diag::EmptyColumns, expr->span);
    return false;
  }
  return true;
}

/// `missing = 0`, `missing = "mean"`, `missing = "skip"`.
bool SourceBuilder::addMissing(const ast::Expr *expr, mlir::Type element, FieldDetails &details) {
  Value value = e.evaluate(expr);
  std::optional<nn_missing> kind;
  if (value.isStaticNumber())
    kind = NN_MISSING_IS_VALUE;
  else if (value.is(Value::Str) && (value.getString() == "mean" || value.getString() == "skip"))
    kind = abi::find<nn_missing>(value.getString());
  bool isFraction = value.is(Value::Float) && value.getFloat() != std::floor(value.getFloat());
  if (!kind ||
      ((kind == NN_MISSING_IS_MEAN || isFraction) && !llvm::isa<mlir::FloatType>(element))) {
    if (!value.isPoison())
      fail(diag::WrongArgument, expr->span, "what stands for a missing value",
           llvm::isa<mlir::FloatType>(element) ? "a number, \"mean\" or \"skip\""
                                               : "a whole number or \"skip\"",
           describe(value));
    failed = true;
    return false;
  }
  details.missing = *kind;
  if (kind == NN_MISSING_IS_VALUE)
    details.value = e.builder.getF64FloatAttr(value.getFloat());
  return true;
}

/// What a term of the field's mapping is read as: the field's own type, but numbers where a truth
/// value is computed from them.
mlir::Type SourceBuilder::getRawElement(const ast::Expr *term, const DataField &field) {
  bool isComputed = field.rowType.isBool() && term != field.mapping;
  return isComputed ? e.getReal() : field.rowType.getElementType();
}

/// `columns(...)`, `column(...)`, `category(...)` of a csv file. False where the call is none of
/// these.
bool SourceBuilder::addCsvTerm(const ast::Call *call, StringRef name, DataField &field,
                               int64_t classes) {
  if (name != "columns" && name != "column" && name != "category")
    return false;
  mlir::Type element = getRawElement(call, field);
  llvm::SmallVector<const ast::Expr *> positional;
  FieldDetails details;
  for (const ast::Argument &argument : call->arguments) {
    if (!argument.name) {
      positional.push_back(argument.value);
    } else if (argument.name->name != "missing" || argument.type || name == "category") {
      fail(diag::UnknownArgument, argument.span, name, argument.name->name);
      return true;
    } else if (!addMissing(argument.value, element, details)) {
      return true;
    }
  }
  bool isColumns = name == "columns", isCategory = name == "category";
  if (positional.empty() || (!isColumns && positional.size() > 1u + isCategory)) {
    fail(diag::WrongArgumentCount, call->span, name, positional.size());
    return true;
  }
  Columns columns;
  bool isRange = isColumns && positional.size() == 1 && llvm::isa<ast::Binary>(positional[0]);
  if (isRange ? !addColumns(positional[0], columns) : !addColumn(positional[0], columns)) {
    failed = true;
    return true;
  }
  if (isColumns && !isRange) {
    for (const ast::Expr *expr : llvm::drop_begin(positional))
      if (!addColumn(expr, columns)) {
        failed = true;
        return true;
      }
    if (columns.names.size() != positional.size()) {
      fail(diag::WrongArgument, call->span, "the argument of columns",
           "a range such as 0..64, or names such as \"a\", \"b\"", call->span.getText());
      return true;
    }
  }
  if (!columns.names.empty())
    details.columns = getNames(columns.names);
  if (isCategory) {
    std::vector<std::string> names;
    if (positional.size() == 2) {
      std::optional<std::vector<std::string>> listed = evaluateNames(positional[1]);
      if (!listed)
        return true;
      names = *listed;
      if (classes > 0 && static_cast<int64_t>(names.size()) != classes) {
        fail(diag::WrongArgument, positional[1]->span, "the list of categories",
             std::to_string(classes) + " texts, one for each class",
             std::to_string(names.size()) + " texts");
        return true;
      }
    }
    if (classes == 0) {
      fail(diag::WrongArgument, call->span, "category",
           "the whole value of a field of type class[k]",
           "a part of the field '" + field.name + "' of type " + field.rowType.str());
      return true;
    }
    details.categories = getNames(names);
  }
  NNTensorType type = getScalarType(element);
  if (isColumns)
    type = NNTensorType::get(Dim::get(e.context, columns.count), element);
  return addRaw(call, field, type, classes, columns.first, details);
}

bool SourceBuilder::addRawOf(const ast::Expr *expr, DataField &field, int64_t classes,
                             int64_t position) {
  nn_source format = kind.format;
  if (auto *name = llvm::dyn_cast<ast::Name>(expr)) {
    bool isWhole = name->name == kind.rawTerms;
    return isWhole && addRaw(expr, field, field.rowType.withElementType(getRawElement(expr, field)),
                             classes, format == NN_IMAGES ? 0 : position);
  }
  auto *call = llvm::dyn_cast<ast::Call>(expr);
  auto *callee = call ? llvm::dyn_cast<ast::Name>(call->callee) : nullptr;
  if (!callee)
    return false;
  if (format == NN_CSV)
    return addCsvTerm(call, callee->name, field, classes);
  if (format != NN_NPZ || callee->name != "array")
    return false;
  Value name = call->arguments.size() == 1 && !call->arguments[0].name
                   ? e.evaluate(call->arguments[0].value)
                   : Value::unit();
  if (!name.is(Value::Str)) {
    if (!name.isPoison())
      fail(diag::WrongArgument, call->span, "the argument of array", "the name of an array",
           name.is(Value::Unit) ? "something else" : describe(name));
    failed = true;
    return true;
  }
  NNTensorType type = field.rowType.withElementType(getRawElement(expr, field));
  FieldDetails details;
  details.columns = getNames(name.getString());
  return addRaw(expr, field, type, classes, 0, details);
}

//===-- Mappings ------------------------------------------------------------------------------===//

/// What a name in a mapping means, where the mapping is evaluated later.
static void keepForMapping(Interpreter &e, DataSource &source, StringRef name, Value value) {
  if (!source.scope)
    source.scope = std::make_shared<Scope>();
  source.scope->parent = &e.modules.program.scope;
  Binding binding;
  binding.value = std::move(value);
  source.scope->set(name, binding);
}

void SourceBuilder::checkMapping(const ast::Expr *expr, DataField &field, int64_t classes,
                                 int64_t position) {
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
    Binding *binding = e.lookup({name->name, name->span});
    if (!binding) {
      failed = true;
      return;
    }
    Value value = e.readBinding(*binding);
    if (value.isPoison()) {
      failed = true;
      return;
    }
    // A tensor pairs with the last axes of a row, e.g. the mean of each column.
    bool isRowLike = value.isTensor() && value.getTensorType().getRank() <= field.rowType.getRank();
    if (!value.isStaticNumber() && !isRowLike && !value.is(Value::List))
      return fail(diag::MappingNotElementwise, expr->span);
    keepForMapping(e, *source, name->name, value);
    return;
  }
  case ast::Expr::List:
    for (const ast::Expr *element : llvm::cast<ast::List>(expr)->elements)
      recurse(element);
    return;
  case ast::Expr::Unary:
    return recurse(llvm::cast<ast::Unary>(expr)->operand);
  case ast::Expr::Binary: {
    auto *node = llvm::cast<ast::Binary>(expr);
    if (node->op > ast::BinaryOp::Or || node->op == ast::BinaryOp::MatMul)
      return fail(diag::MappingNotElementwise, expr->span);
    recurse(node->lhs);
    return recurse(node->rhs);
  }
  case ast::Expr::Call: {
    auto *call = llvm::cast<ast::Call>(expr);
    auto *callee = llvm::dyn_cast<ast::Name>(call->callee);
    bool known = callee && !e.modules.program.scope.findHere(callee->name) &&
                 (isElementwiseName(callee->name) || e.getElementType(callee->name));
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

bool SourceBuilder::resolveType(const ast::Argument &argument, DataField &field, int64_t &classes) {
  if (argument.type->kind == ast::Type::Named && argument.type->name.name == "class") {
    Value count;
    if (argument.type->dims.size() == 1 && argument.type->dims[0].expr)
      count = e.evaluate(argument.type->dims[0].expr);
    if (!count.is(Value::Int) || count.getInt() < 1) {
      fail(diag::BadClassType, argument.type->span);
      return false;
    }
    classes = count.getInt();
    field.rowType = getScalarType(e.builder.getI32Type());
    return true;
  }
  field.rowType = resolveTensorType(e, *argument.type, true);
  if (field.rowType && ir::isStorageFloat(field.rowType.getElementType())) {
    fail(diag::NotSupported, argument.type->span, "a field of type " + field.rowType.str());
    return false;
  }
  failed |= !field.rowType;
  return !failed;
}

void SourceBuilder::addField(const ast::Argument &argument, int64_t position) {
  DataField field;
  field.name = argument.name->name;
  field.span = argument.span;
  field.mapping = argument.value;
  int64_t classes = 0;
  for (const DataField &other : source->fields)
    if (other.name == field.name)
      return fail(diag::DefinedTwice, argument.name->span, field.name);
  if (!resolveType(argument, field, classes))
    return;
  bool isLabel = kind.format == NN_IMAGES && classes > 0;
  if (isLabel && field.mapping)
    return fail(diag::WrongArgument, field.mapping->span, "the class of an image",
                "declared without a value: its folder is its class", field.mapping->span.getText());
  if (kind.format == NN_IMAGES && !isLabel && field.rowType.getRank() != 3)
    return fail(diag::WrongArgument, argument.type->span, "the type of images",
                "f32[channels, height, width] with 1 or 3 channels", field.rowType.str());
  if (kind.format == NN_IMAGES && !isLabel && !field.rowType.getDim(0).isStatic(1) &&
      !field.rowType.getDim(0).isStatic(3))
    return fail(diag::WrongArgument, argument.type->span, "the type of images",
                "f32[channels, height, width] with 1 or 3 channels", field.rowType.str());
  if (field.mapping) {
    checkMapping(field.mapping, field, classes, position);
    if (!field.rawFields.count(field.mapping))
      field.computedClasses = classes;
    if (!failed && field.rawFields.empty())
      return fail(diag::MappingWithoutColumns, field.mapping->span, kind.rawTerms);
  } else if (kind.format == NN_CSV) {
    return fail(diag::FieldWithoutColumns, argument.span, field.name);
  } else if (kind.format == NN_NPZ) {
    FieldDetails details;
    details.columns = getNames(field.name);
    addRaw(nullptr, field, field.rowType, classes, 0, details);
  } else {
    addRaw(nullptr, field, field.rowType, classes, kind.format == NN_IMAGES ? isLabel : position);
  }
  source->fields.push_back(std::move(field));
}
