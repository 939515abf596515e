//===- DataSources.h - a data source under construction ---------------------------------===//
//
// What csv(...), idx(...) and the other sources share: the fields that the user declares become raw
// fields of nn.source and mappings of them.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_DATA_SOURCES_H
#define NNC_ELABORATE_DATA_SOURCES_H

#include "compiler/elaborate/Interpreter.h"
#include <cmath>

namespace nnc::elaborate {

/// A function of the language that reads files into a data set.
struct SourceKind {
  llvm::StringLiteral name;
  nn_source format;
  llvm::StringLiteral rawTerms; // what a mapping calls parts of the row
  bool hasFileForEachField;
};

/// Whether a name means a part of the row in a mapping.
bool isRawTerm(llvm::StringRef name);

/// What a raw field of a csv or npz file may have besides: see ir::FieldAttr.
struct FieldDetails {
  mlir::ArrayAttr columns, categories;
  nn_missing missing = NN_MISSING_FAILS;
  mlir::FloatAttr value;
};

class SourceBuilder {
public:
  SourceBuilder(Interpreter &e, const SourceKind &kind)
      : e(e), kind(kind), source(std::make_shared<DataSource>()) {}

  /// A field `name: type = mapping`, the number `position` of its source.
  void addField(const ast::Argument &argument, int64_t position);
  /// Resolves the type of a field; of class[k], `classes` is k. False after an error.
  bool resolveType(const ast::Argument &argument, DataField &field, int64_t &classes);
  /// Adds a raw field: the term `expr` of the field's mapping, or the field itself (null).
  bool addRaw(const ast::Expr *expr, DataField &field, ir::NNTensorType type, int64_t classes,
              int64_t first, const FieldDetails &details = {});
  void fail(diag::Kind kind, Span span, auto &&...args) {
    e.error(kind, span, args...);
    failed = true;
  }

private:
  struct Columns;
  mlir::Type getRawElement(const ast::Expr *term, const DataField &field);
  bool addColumn(const ast::Expr *expr, Columns &columns);
  bool addColumns(const ast::Expr *expr, Columns &columns);
  bool addMissing(const ast::Expr *expr, mlir::Type element, FieldDetails &details);
  bool addCsvTerm(const ast::Call *call, llvm::StringRef name, DataField &field, int64_t classes);
  /// Registers a term that means a part of the row; false where the expression is none.
  bool addRawOf(const ast::Expr *expr, DataField &field, int64_t classes, int64_t position);
  /// Registers the raw fields of a mapping and refuses what is not arithmetic element by element.
  void checkMapping(const ast::Expr *expr, DataField &field, int64_t classes, int64_t position);
  std::optional<std::vector<std::string>> evaluateNames(const ast::Expr *expr);
  mlir::ArrayAttr getNames(llvm::ArrayRef<std::string> names);

  Interpreter &e;
  const SourceKind &kind;

public:
  std::shared_ptr<DataSource> source;
  llvm::SmallVector<mlir::Attribute> rawFields;
  bool usesNames = false; // of columns
  bool failed = false;
};

/// csv, idx and the other readers of files.
llvm::ArrayRef<Builtin> getSourceBuiltins();

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_DATA_SOURCES_H
