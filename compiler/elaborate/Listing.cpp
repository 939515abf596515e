//===- Listing.cpp - what the names and calls of a file stand for -----------------------===//

#include "compiler/elaborate/Listing.h"

using namespace nnc;
using namespace nnc::elaborate;

/// A variable in the words of the language.
static std::string describeVariable(const Variable &variable) {
  auto tensor = llvm::dyn_cast<ir::NNTensorType>(variable.type);
  return ir::stringifyVariableKind(variable.kind).str() + " " + (tensor ? tensor.str() : "text");
}

void Listing::add(Span span, const std::string &what) {
  if (!span || span.file->getPath() != path)
    return;
  LineColumn at = span.getBegin();
  std::vector<std::string> &here = lines[span.begin];
  std::string line = std::to_string(at.line) + ":" + std::to_string(at.column) + "  " + what;
  if (!llvm::is_contained(here, line))
    here.push_back(line);
}

void Listing::evaluated(const ast::Expr &expr, const Value &value, const Scope &) {
  if (llvm::isa<ast::Call>(expr) && !value.isPoison() && !value.is(Value::Unit))
    add(expr.span, expr.span.getText().str() + ": " + describe(value));
}

void Listing::declared(const ast::Identifier &name, const Binding &binding, const Scope &) {
  if (binding.variable)
    add(name.span, name.name + ": " + describeVariable(*binding.variable));
  else if (!binding.value.isPoison())
    add(name.span, name.name + ": " + describe(binding.value));
}

void Listing::decided(const ast::Expr &source, const Phase &phase) {
  add(source.span, "over " + source.span.getText().str() + ": " + getName(phase.kind).str() + "; " +
                       phase.reason.str());
}

void Listing::print(llvm::raw_ostream &os) const {
  for (const auto &[begin, here] : lines)
    for (const std::string &line : here)
      os << line << '\n';
}
