//===- SymbolicArguments.h - arguments of a function, as its types say ---------------===//
//
// A function by itself has arguments of whose sizes only the names are known. Each tensor becomes
// an argument of a block; sizes that have one name in the types are one symbol.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_SYMBOLIC_ARGUMENTS_H
#define NNC_ELABORATE_SYMBOLIC_ARGUMENTS_H

#include "compiler/elaborate/Interpreter.h"

namespace nnc::elaborate {

/// What one elaboration assumes of an item's arguments.
struct Assumptions {
  unsigned restRank = 1; // the axes of `..`
  unsigned flags = 0;    // a bit for each argument that is true or false
  bool training = false;
  bool knowsReals = false; // whether real numbers are known ones
  /// Of the arguments that are whole numbers, in order; those that have none, or 0, are sizes.
  llvm::ArrayRef<int64_t> numbers;
};

/// Whether a parameter is a whole number from which sizes are made; one with a default has that.
bool isSize(const ast::Parameter &parameter);
/// Whether a parameter is true or false.
bool isFlag(const ast::Parameter &parameter);
/// Whether a parameter is a real number that may be known; one with a default has that.
bool isReal(const ast::Parameter &parameter);

class SymbolicArguments {
public:
  /// The names in the types mean what they mean in `around`; `..` stands for `restRank` axes.
  /// Sizes stand for all values where they are `universal`, for one otherwise.
  SymbolicArguments(Interpreter &e, mlir::Block &block, Scope &around, unsigned restRank,
                    bool universal = true)
      : e(e), block(block), restRank(restRank), universal(universal) {
    scope.parent = &around;
  }

  /// What a name in the types stands for.
  void bind(const ast::Identifier &name, Value value) {
    scope.set(name.name, Binding::fixed(std::move(value), name.span));
  }
  /// Makes the sizes that types name by themselves, so that others may be made of them.
  void nameSizes(llvm::ArrayRef<ast::Parameter> parameters);
  /// A size of that name.
  Value makeSize(const ast::Identifier &name);
  /// A tensor of the declared shape; poison after an error.
  Value makeTensor(const ast::Parameter &parameter, const ast::Type *type, mlir::Type element);

  /// An argument for each parameter that has no default, or is true or false; unknown where its
  /// type does not say enough. `flag` and `number` count those that the assumptions are about.
  std::vector<Argument> makeAll(llvm::ArrayRef<ast::Parameter> parameters,
                                const Assumptions &assumptions, unsigned &flag, unsigned &number);

  /// A value of the declared type of which nothing else is known; poison where the type does not
  /// say enough.
  Value makeValue(const ast::Parameter &parameter, const ast::Type *type, bool knowsReals = false);

private:
  ir::Dim makeSymbol(llvm::StringRef name);
  ir::Dim nameSize(llvm::StringRef name, Span span);
  bool isNewSize(const ast::DimSpec &spec);
  void addRest(const ast::DimSpec &spec, llvm::SmallVectorImpl<ir::Dim> &shape);

  Interpreter &e;
  mlir::Block &block;
  unsigned restRank;
  bool universal;
  Scope scope;
};

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_SYMBOLIC_ARGUMENTS_H
