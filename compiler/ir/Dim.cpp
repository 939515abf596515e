//===- Dim.cpp - arithmetic on dimensions ---------------------------------------===//

#include "compiler/ir/Dim.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace nnc::ir {

static std::string toText(const Polynomial &polynomial) {
  // Terms with symbols first, the constant last, as people write it.
  std::string text;
  auto append = [&](const std::vector<std::string> &symbols, int64_t coefficient) {
    if (coefficient == 0)
      return;
    bool negative = coefficient < 0;
    if (text.empty())
      text += negative ? "-" : "";
    else
      text += negative ? " - " : " + ";
    int64_t magnitude = negative ? -coefficient : coefficient;
    std::string product = llvm::join(symbols, "*");
    if (symbols.empty())
      text += std::to_string(magnitude);
    else if (magnitude == 1)
      text += product;
    else
      text += std::to_string(magnitude) + "*" + product;
  };
  for (const auto &[symbols, coefficient] : polynomial)
    if (!symbols.empty())
      append(symbols, coefficient);
  if (auto constant = polynomial.find({}); constant != polynomial.end())
    append({}, constant->second);
  return text;
}

Dim Dim::get(MLIRContext *context, int64_t size) {
  return Dim(IntegerAttr::get(IntegerType::get(context, 64), size));
}

Dim Dim::getSymbol(MLIRContext *context, llvm::StringRef name) {
  return Dim(StringAttr::get(context, name));
}

Dim Dim::get(MLIRContext *context, const Polynomial &polynomial) {
  Polynomial reduced;
  for (const auto &term : polynomial)
    if (term.second != 0)
      reduced.insert(term);
  if (reduced.empty())
    return get(context, 0);
  if (reduced.size() == 1 && reduced.begin()->first.empty())
    return get(context, reduced.begin()->second);
  return Dim(StringAttr::get(context, toText(reduced)));
}

Polynomial Dim::getPolynomial() const {
  if (isStatic())
    return {{{}, getStatic()}};
  // The canonical text is "[-]term ( + | - term)*" with term "number", "a*b" or "number*a*b".
  Polynomial polynomial;
  llvm::StringRef rest = llvm::cast<StringAttr>(attribute).getValue();
  bool negative = rest.consume_front("-");
  while (!rest.empty()) {
    size_t end = rest.find(' ');
    llvm::StringRef term = rest.substr(0, end);
    int64_t coefficient = 1;
    std::vector<std::string> symbols;
    llvm::SmallVector<llvm::StringRef, 4> factors;
    term.split(factors, '*');
    for (llvm::StringRef factor : factors)
      if (int64_t number; !factor.getAsInteger(10, number))
        coefficient *= number;
      else
        symbols.push_back(factor.str());
    llvm::sort(symbols);
    polynomial[symbols] += negative ? -coefficient : coefficient;
    if (end == llvm::StringRef::npos)
      break;
    negative = rest[end + 1] == '-';
    rest = rest.substr(end + 3);
  }
  return polynomial;
}

bool Dim::isSymbol() const {
  if (isStatic())
    return false;
  Polynomial polynomial = getPolynomial();
  return polynomial.size() == 1 && polynomial.begin()->second == 1 &&
         polynomial.begin()->first.size() == 1;
}

void Dim::collectSymbols(llvm::SetVector<StringAttr> &symbols) const {
  for (const auto &term : getPolynomial())
    for (const std::string &symbol : term.first)
      symbols.insert(StringAttr::get(getContext(), symbol));
}

std::string Dim::str() const {
  return isStatic() ? std::to_string(getStatic()) : llvm::cast<StringAttr>(attribute).str();
}

Dim Dim::operator+(Dim other) const {
  Polynomial sum = getPolynomial();
  for (const auto &[symbols, coefficient] : other.getPolynomial())
    sum[symbols] += coefficient;
  return get(getContext(), sum);
}

Dim Dim::operator-(Dim other) const { return *this + other * -1; }

Dim Dim::operator*(Dim other) const {
  Polynomial product;
  for (const auto &[leftSymbols, left] : getPolynomial())
    for (const auto &[rightSymbols, right] : other.getPolynomial()) {
      std::vector<std::string> symbols = leftSymbols;
      symbols.insert(symbols.end(), rightSymbols.begin(), rightSymbols.end());
      llvm::sort(symbols);
      product[symbols] += left * right;
    }
  return get(getContext(), product);
}

std::optional<Dim> Dim::dividedBy(Dim other) const {
  Polynomial divisor = other.getPolynomial();
  if (*this == other && !isStatic(0))
    return get(getContext(), 1);
  if (divisor.size() != 1 || divisor.begin()->second == 0)
    return std::nullopt;
  const auto &[divisorSymbols, divisorCoefficient] = *divisor.begin();
  Polynomial quotient;
  for (const auto &[symbols, coefficient] : getPolynomial()) {
    if (coefficient % divisorCoefficient != 0)
      return std::nullopt;
    std::vector<std::string> remaining = symbols;
    for (const std::string &symbol : divisorSymbols) {
      auto found = llvm::find(remaining, symbol);
      if (found == remaining.end())
        return std::nullopt;
      remaining.erase(found);
    }
    quotient[remaining] += coefficient / divisorCoefficient;
  }
  return get(getContext(), quotient);
}

Dim Dim::substitute(llvm::function_ref<Dim(llvm::StringRef)> replacement) const {
  if (isStatic())
    return *this;
  Dim result = get(getContext(), 0);
  for (const auto &[symbols, coefficient] : getPolynomial()) {
    Dim term = get(getContext(), coefficient);
    for (const std::string &symbol : symbols) {
      Dim replaced = replacement(symbol);
      term = term * (replaced ? replaced : getSymbol(getContext(), symbol));
    }
    result = result + term;
  }
  return result;
}

FailureOr<Dim> Dim::parse(AsmParser &parser) {
  MLIRContext *context = parser.getContext();
  Dim sum = get(context, 0);
  bool negative = succeeded(parser.parseOptionalMinus());
  while (true) {
    Dim term = get(context, negative ? -1 : 1);
    do {
      int64_t number;
      OptionalParseResult isNumber = parser.parseOptionalInteger(number);
      if (isNumber.has_value()) {
        if (failed(*isNumber))
          return failure();
        term = term * number;
        continue;
      }
      std::string name;
      if (parser.parseKeywordOrString(&name))
        return failure();
      term = term * getSymbol(context, name);
    } while (succeeded(parser.parseOptionalStar()));
    sum = sum + term;
    if (succeeded(parser.parseOptionalPlus()))
      negative = false;
    else if (succeeded(parser.parseOptionalMinus()))
      negative = true;
    else
      return sum;
  }
}

void Dim::print(AsmPrinter &printer) const {
  if (isStatic()) {
    printer << getStatic();
    return;
  }
  // Symbols of any script may need quotes: print term by term.
  bool first = true;
  auto term = [&](const std::vector<std::string> &symbols, int64_t coefficient) {
    if (!first)
      printer << (coefficient < 0 ? " - " : " + ");
    else if (coefficient < 0)
      printer << "-";
    first = false;
    int64_t magnitude = coefficient < 0 ? -coefficient : coefficient;
    bool needStar = symbols.empty() || magnitude != 1;
    if (needStar)
      printer << magnitude;
    for (const std::string &symbol : symbols) {
      if (needStar)
        printer << "*";
      needStar = true;
      printer.printKeywordOrString(symbol);
    }
  };
  Polynomial polynomial = getPolynomial();
  for (const auto &[symbols, coefficient] : polynomial)
    if (!symbols.empty())
      term(symbols, coefficient);
  if (auto constant = polynomial.find({}); constant != polynomial.end())
    term({}, constant->second);
}

Dim getProduct(MLIRContext *context, llvm::ArrayRef<Dim> dims) {
  Dim product = Dim::get(context, 1);
  for (Dim dim : dims)
    product = product * dim;
  return product;
}

} // namespace nnc::ir
