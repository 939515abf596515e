//===- Strings.cpp - text with holes, printing ---------------------------------------===//

#include "compiler/elaborate/Emitter.h"
#include "llvm/Support/Regex.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

mlir::Value Emitter::toRuntimeString(Value value, Span span) {
  if (value.isRuntimeString())
    return value.getRuntime();
  return StringOp::create(builder, getLoc(span), builder.getType<StrType>(), value.getString());
}

std::optional<mlir::Value> Emitter::toPrintable(Value value, Span span) {
  switch (value.getKind()) {
  case Value::Poison:
    return std::nullopt;
  case Value::Float:
    return constant(value.getFloat(), builder.getF64Type());
  case Value::Str:
    return toRuntimeString(value, span);
  case Value::Runtime:
    return value.getRuntime();
  case Value::Int:
  case Value::Bool:
  case Value::Size:
  case Value::List: {
    Value tensor = toTensor(value, span);
    if (tensor.isPoison())
      return std::nullopt;
    return tensor.getRuntime();
  }
  default:
    error(diag::NotPrintable, span, describe(value));
    return std::nullopt;
  }
}

/// Whether the value is printed piece by piece: a tuple, or a list that is no tensor.
static bool isPrintedInParts(const Value &value) {
  if (value.is(Value::Tuple))
    return true;
  auto isNumber = [](auto &self, const Value &v) -> bool {
    return v.isStaticNumber() || v.is(Value::Bool) || v.is(Value::Size) ||
           (v.is(Value::List) && llvm::all_of(v.getElements(), [&](const Value &element) {
              return self(self, element);
            }));
  };
  return value.is(Value::List) && !isNumber(isNumber, value);
}

mlir::Value Emitter::formatValues(llvm::ArrayRef<Value> values, llvm::ArrayRef<std::string> text,
                                  llvm::ArrayRef<std::string> specs, Span span) {
  llvm::SmallVector<mlir::Value> operands;
  std::vector<std::string> allText = {text.front()}, allSpecs;
  auto add = [&](auto &self, const Value &value, const std::string &spec) -> bool {
    if (isPrintedInParts(value)) {
      allText.back() += value.is(Value::Tuple) ? "(" : "[";
      for (auto [i, element] : llvm::enumerate(value.getElements())) {
        allText.back() += i == 0 ? "" : ", ";
        if (!self(self, element, spec))
          return false;
      }
      allText.back() += value.is(Value::Tuple) ? ")" : "]";
      return true;
    }
    std::optional<mlir::Value> operand = toPrintable(value, span);
    if (!operand)
      return false;
    operands.push_back(*operand);
    allSpecs.push_back(spec);
    allText.push_back("");
    return true;
  };
  for (auto [i, value] : llvm::enumerate(values)) {
    if (!add(add, value, specs[i]))
      return {};
    allText.back() += text[i + 1];
  }
  llvm::SmallVector<llvm::StringRef> textRefs(allText.begin(), allText.end()),
      specRefs(allSpecs.begin(), allSpecs.end());
  return FormatOp::create(builder, getLoc(span), builder.getType<StrType>(), operands,
                          builder.getStrArrayAttr(textRefs), builder.getStrArrayAttr(specRefs));
}
