//===- Strings.cpp - text with holes, printing ---------------------------------------===//

#include "compiler/elaborate/Elaborator.h"
#include "llvm/Support/Regex.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

mlir::Value Elaborator::toRuntimeString(Value value, Span span) {
  if (value.isRuntimeString())
    return value.getRuntime();
  return StringOp::create(builder, getLoc(span), builder.getType<StrType>(), value.getString());
}

Value Elaborator::evaluateString(const ast::StringLiteral *expr) {
  std::vector<Value> values;
  std::vector<std::string> text = {""}, specs;
  bool isStatic = true;
  for (const ast::StringLiteral::Piece &piece : expr->pieces) {
    if (!piece.expr) {
      text.back() += piece.text;
      continue;
    }
    // [[fill]align][sign][0][width][,][.precision][type]
    static const llvm::Regex format("^(.?[<>^])?[+ -]?0?[0-9]*,?(\\.[0-9]+)?[feg%d]?$");
    if (!piece.spec.empty() && !format.match(piece.spec))
      return fail(diag::BadFormat, piece.specSpan, piece.spec);
    Value value = evaluate(piece.expr);
    if (value.isPoison())
      return value;
    if (piece.spec.empty() && (value.is(Value::Str) || value.is(Value::Int))) {
      text.back() += value.is(Value::Str) ? value.getString() : std::to_string(value.getInt());
      continue;
    }
    isStatic = false;
    values.push_back(value);
    specs.push_back(piece.spec);
    text.push_back("");
  }
  if (isStatic)
    return Value::ofString(text.back());
  mlir::Value result = formatValues(values, text, specs, expr->span);
  return result ? Value::of(result) : Value();
}

std::optional<mlir::Value> Elaborator::toPrintable(Value value, Span span) {
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
  case Value::Object:
    if (value.getInstance()->methods.count("value"))
      return toPrintable(callMethod(value.getInstance(), "value", {}, span), span);
    [[fallthrough]];
  default:
    error(diag::NotPrintable, span, describe(value));
    return std::nullopt;
  }
}

mlir::Value Elaborator::formatValues(llvm::ArrayRef<Value> values, llvm::ArrayRef<std::string> text,
                                     llvm::ArrayRef<std::string> specs, Span span) {
  llvm::SmallVector<mlir::Value> operands;
  for (const Value &value : values) {
    std::optional<mlir::Value> operand = toPrintable(value, span);
    if (!operand)
      return {};
    operands.push_back(*operand);
  }
  llvm::SmallVector<llvm::StringRef> textRefs(text.begin(), text.end()),
      specRefs(specs.begin(), specs.end());
  return FormatOp::create(builder, getLoc(span), builder.getType<StrType>(), operands,
                          builder.getStrArrayAttr(textRefs), builder.getStrArrayAttr(specRefs));
}
