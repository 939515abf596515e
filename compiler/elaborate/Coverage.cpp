//===- Coverage.cpp - what the commands and tests of a program call -----------------===//

#include "compiler/elaborate/Coverage.h"
#include "compiler/elaborate/SymbolicArguments.h"

using namespace nnc;
using namespace nnc::elaborate;

void Coverage::add(Span name, llvm::ArrayRef<ast::Parameter> parameters, Scope &scope) {
  std::vector<Numbers> &known = called[getKey(name)];
  constexpr size_t enough = 4;
  if (known.size() == enough)
    return;
  Numbers numbers;
  for (const ast::Parameter &parameter : parameters) {
    if (!isSize(parameter))
      continue;
    Binding *binding = scope.findHere(parameter.name.name);
    if (!binding || !binding->value.is(Value::Int))
      return;
    numbers.push_back(binding->value.getInt());
  }
  if (!llvm::is_contained(known, numbers))
    known.push_back(std::move(numbers));
}

std::vector<Coverage::Numbers> Coverage::getNumbers(Span name) const {
  auto found = called.find(getKey(name));
  return found == called.end() ? std::vector<Numbers>() : found->second;
}
