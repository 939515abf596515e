//===- DataSources.cpp - csv(...), idx(...), npy(...), npz(...), images(...) ------------===//
//
// A source reads raw fields (columns of a csv file, items of an idx file); what the user declares
// after `=` maps a row. The mapping is ordinary arithmetic, element by element, so that it can be
// elaborated over all rows of a batch at once (Data.cpp); here it is checked, and its raw fields
// are found.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/DataSources.h"
#include "compiler/elaborate/Types.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

static constexpr SourceKind sourceKinds[] = {
    {"csv", NN_CSV, "columns(a..b) or column(i)", false},
    {"idx", NN_IDX, "pixels", true},
    {"npy", NN_NPY, "values", true},
    {"npz", NN_NPZ, "array(\"name\")", false},
    {"images", NN_IMAGES, "pixels", false},
};

bool elaborate::isRawTerm(StringRef name) {
  return llvm::is_contained({"columns", "column", "category", "pixels", "values", "array"}, name);
}

//===-- Sources ------------------------------------------------------------------------------===//

/// The options of csv: lines to skip, whether a header follows, the delimiter's code.
namespace {
struct CsvOptions {
  mlir::Value skip;
  std::optional<bool> header;
  int64_t delimiter = ',';

  /// False after an error.
  bool set(Interpreter &e, const ast::Argument &argument, const Value &value) {
    StringRef name = argument.name->name;
    if (name == "skip") {
      skip = e.toRuntimeInt(value, argument.span, "skip");
      return skip != nullptr;
    }
    if (name == "header") {
      if (!value.is(Value::Bool)) {
        e.error(diag::WrongArgument, argument.span, "header", "true or false", describe(value));
        return false;
      }
      header = value.getBool();
      return true;
    }
    if (name == "delimiter") {
      bool isOne = value.is(Value::Str) && value.getString().size() == 1 &&
                   !llvm::is_contained({'"', '\n', '\r', '.', '-', '+'}, value.getString()[0]) &&
                   !llvm::isAlnum(value.getString()[0]);
      if (!isOne) {
        e.error(diag::WrongArgument, argument.span, "the delimiter",
                "one character such as \";\" or \"\\t\"", describe(value));
        return false;
      }
      delimiter = static_cast<unsigned char>(value.getString()[0]);
      return true;
    }
    e.error(diag::UnknownArgument, argument.span, "csv", name);
    return false;
  }
};
} // namespace

static Value makeSource(Interpreter &e, BuiltinCall &call) {
  const SourceKind &kind =
      *llvm::find_if(sourceKinds, [&](const SourceKind &one) { return one.name == call.name; });
  bool isCsv = kind.format == NN_CSV;
  SourceBuilder source{e, kind};
  CsvOptions csv;
  llvm::SmallVector<mlir::Value> paths, options;
  int64_t position = 0;
  for (const ast::Argument &argument : call.syntax->arguments) {
    if (argument.type) {
      source.addField(argument, position++);
      continue;
    }
    Value value = e.evaluate(argument.value);
    if (value.isPoison())
      return value;
    if (argument.name && isCsv) {
      if (!csv.set(e, argument, value))
        return Value();
    } else if (argument.name) {
      return e.fail(diag::UnknownArgument, argument.span, kind.name, argument.name->name);
    } else if (!value.isString()) {
      return e.fail(diag::WrongArgument, argument.span, "the file", "text", describe(value));
    } else {
      paths.push_back(e.toRuntimeString(value, argument.span));
    }
  }
  if (source.failed)
    return Value();
  if (paths.empty() || (!kind.hasFileForEachField && paths.size() > 1))
    return e.fail(diag::WrongArgumentCount, call.span, kind.name, paths.size());
  if (source.source->fields.empty())
    return e.fail(diag::NoFields, call.span, kind.name);
  if (kind.hasFileForEachField && source.source->fields.size() > paths.size())
    return e.fail(diag::FieldsAndFiles, call.span, source.source->fields.size(), paths.size());
  if (isCsv) {
    if (source.usesNames && csv.header == false)
      return e.fail(diag::WrongArgument, call.span, "header",
                    "true where columns are called by name", "false");
    options = {csv.skip ? csv.skip : e.constantInt(0),
               e.constantInt(csv.header.value_or(source.usesNames)), e.constantInt(csv.delimiter)};
  }
  auto data = std::make_shared<Dataset>();
  data->source = source.source;
  auto type = DatasetType::get(e.context, e.builder.getStringAttr(e.makeSizeSymbol("rows")));
  data->handle = SourceOp::create(e.builder, e.getLoc(call.span), type,
                                  SourceFormatAttr::get(e.context, kind.format), paths, options,
                                  e.builder.getArrayAttr(source.rawFields));
  return Value::of(data);
}

llvm::ArrayRef<Builtin> elaborate::getSourceBuiltins() {
  static const std::vector<Builtin> builtins = [] {
    std::vector<Builtin> all;
    for (const SourceKind &kind : sourceKinds)
      all.push_back({kind.name, "", makeSource, true, true});
    return all;
  }();
  return builtins;
}
