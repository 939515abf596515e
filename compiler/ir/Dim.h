//===- Dim.h - a dimension of a tensor: a number or an expression -------------===//
//
// A Dim is a polynomial with integer coefficients over named run-time sizes ("n", "2*n*t + 1"),
// kept in a canonical form, so that two dimensions are equal exactly if their Dims compare equal. A
// named size (a "size symbol") stands for one run-time integer, bound by the operation that creates
// it: a batch, a data set, nn.bind_size. Within a command a symbol's name is unique.
//
// Stored as an attribute: an i64 IntegerAttr where static, otherwise a StringAttr with the
// canonical text. Needs an MLIRContext; guarantees value semantics.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_DIM_H
#define NNC_IR_DIM_H

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/SetVector.h"
#include <map>
#include <optional>

namespace mlir {
class AsmParser;
class AsmPrinter;
} // namespace mlir

namespace nnc::ir {

/// A product of symbols (sorted, repeated for powers) -> its coefficient; the empty product is 1.
using Polynomial = std::map<std::vector<std::string>, int64_t>;

class Dim {
public:
  Dim() = default;
  /// A static dimension.
  static Dim get(mlir::MLIRContext *context, int64_t size);
  /// The dimension named by a size symbol.
  static Dim getSymbol(mlir::MLIRContext *context, llvm::StringRef name);
  static Dim get(mlir::MLIRContext *context, const Polynomial &polynomial);
  /// From an attribute that toAttribute gave.
  explicit Dim(mlir::Attribute attribute) : attribute(attribute) {}

  explicit operator bool() const { return static_cast<bool>(attribute); }
  bool operator==(Dim other) const { return attribute == other.attribute; }
  bool operator!=(Dim other) const { return attribute != other.attribute; }

  bool isStatic() const { return llvm::isa<mlir::IntegerAttr>(attribute); }
  bool isStatic(int64_t size) const { return isStatic() && getStatic() == size; }
  int64_t getStatic() const { return llvm::cast<mlir::IntegerAttr>(attribute).getInt(); }
  /// True for one symbol alone.
  bool isSymbol() const;
  Polynomial getPolynomial() const;
  /// Adds the symbols that the dimension depends on.
  void collectSymbols(llvm::SetVector<mlir::StringAttr> &symbols) const;
  std::string str() const;
  mlir::Attribute toAttribute() const { return attribute; }
  mlir::MLIRContext *getContext() const { return attribute.getContext(); }

  Dim operator+(Dim other) const;
  Dim operator-(Dim other) const;
  Dim operator*(Dim other) const;
  Dim operator+(int64_t other) const { return *this + get(getContext(), other); }
  Dim operator-(int64_t other) const { return *this - get(getContext(), other); }
  Dim operator*(int64_t other) const { return *this * get(getContext(), other); }
  /// The exact quotient, or nothing where it is not a polynomial with whole coefficients. Divides
  /// by a static number or by a single product of symbols.
  std::optional<Dim> dividedBy(Dim other) const;
  /// Each symbol replaced by what `replacement` returns for it (an empty Dim keeps it).
  Dim substitute(llvm::function_ref<Dim(llvm::StringRef)> replacement) const;

  static mlir::FailureOr<Dim> parse(mlir::AsmParser &parser);
  void print(mlir::AsmPrinter &printer) const;

private:
  mlir::Attribute attribute;
};

/// The product of dimensions; 1 for none.
Dim getProduct(mlir::MLIRContext *context, llvm::ArrayRef<Dim> dims);

inline llvm::hash_code hash_value(Dim dim) { return mlir::hash_value(dim.toAttribute()); }

} // namespace nnc::ir

#endif // NNC_IR_DIM_H
