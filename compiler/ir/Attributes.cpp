//===- Attributes.cpp - what operations say of programs and data ----------------------------===//
//
// Registration, syntax and checks of the attributes of ops/Attributes.td.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/NN.h"
#include "compiler/support/Diagnostics.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::ir {
/// Parses the name of an enumerator of runtime/nnrt.h.
template <typename Enum> static FailureOr<Enum> parseEnumerator(AsmParser &parser) {
  llvm::SMLoc place = parser.getCurrentLocation();
  llvm::StringRef name;
  if (parser.parseKeyword(&name))
    return failure();
  if (std::optional<Enum> value = abi::find<Enum>(name))
    return *value;
  std::string known =
      llvm::join(llvm::map_range(abi::enumerators<Enum>, [](auto &one) { return one.name; }), ", ");
  return parser.emitError(place) << "'" << name << "' is none of " << known;
}
} // namespace nnc::ir

#define GET_ATTRDEF_CLASSES
#include "compiler/ir/NNAttributes.cpp.inc"

void NNDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/ir/NNAttributes.cpp.inc"
      >();
}

LogicalResult FlagAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError, StringAttr name,
                               nn_flag_type type, StringAttr doc, Attribute value,
                               StringAttr text) {
  auto holds = [&] {
    switch (type) {
    case NN_FLAG_INT:
    case NN_FLAG_I32:
    case NN_FLAG_BOOL:
      return llvm::isa<IntegerAttr>(value);
    case NN_FLAG_FLOAT:
    case NN_FLAG_F32:
      return llvm::isa<FloatAttr>(value);
    case NN_FLAG_STR:
    case NN_FLAG_PATH:
      return llvm::isa<StringAttr>(value);
    }
    return false;
  };
  if (value && !holds())
    return emitError() << "a default value of another type than its flag: " << value;
  return success();
}

LogicalResult ProgramUnitAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                                      StringAttr name, FlatSymbolRefAttr function, StringAttr doc,
                                      ArrayAttr flags, UnitAttr test, StringAttr location,
                                      StringAttr memory) {
  if (flags && !llvm::all_of(flags, llvm::IsaPred<FlagAttr>))
    return emitError() << "flags that are none: " << flags;
  return success();
}

LogicalResult FieldAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError, StringAttr name,
                                NNTensorType type, int64_t classes, int64_t first,
                                ArrayAttr columns, ArrayAttr categories, nn_missing missing,
                                FloatAttr value) {
  if (!type.hasStaticShape())
    return emitError() << "a row of run-time size: " << type;
  if ((missing == NN_MISSING_IS_VALUE) != bool(value))
    return emitError() << "a value stands for what is missing exactly where `missing = value`";
  return success();
}

Attribute DiagnosticAttr::parse(AsmParser &parser, Type) {
  llvm::StringRef code;
  llvm::SMLoc place = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseKeyword(&code) || parser.parseGreater())
    return {};
  const nnc::DiagnosticInfo *info = nnc::findDiagnostic(code);
  if (!info) {
    parser.emitError(place) << "there is no diagnostic " << code;
    return {};
  }
  return get(parser.getContext(),
             static_cast<nnc::diag::Kind>(info - nnc::getDiagnosticTable().data()));
}

void DiagnosticAttr::print(AsmPrinter &printer) const {
  printer << "<" << nnc::getDiagnosticInfo(getKind()).code << ">";
}
