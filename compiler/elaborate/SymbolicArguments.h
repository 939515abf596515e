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

class SymbolicArguments {
public:
  /// The names in the types mean what they mean in `around`; `..` stands for `restRank` axes.
  SymbolicArguments(Interpreter &e, mlir::Block &block, Scope &around, unsigned restRank)
      : e(e), block(block), restRank(restRank) {
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

private:
  ir::Dim nameSize(llvm::StringRef name, Span span);
  bool isNewSize(const ast::DimSpec &spec);
  void addRest(const ast::DimSpec &spec, llvm::SmallVectorImpl<ir::Dim> &shape);

  Interpreter &e;
  mlir::Block &block;
  unsigned restRank;
  Scope scope;
};

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_SYMBOLIC_ARGUMENTS_H
