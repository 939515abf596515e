//===- Dumper.h - the syntax tree as text, for Dump*.cpp --------------------------===//
#ifndef NNC_SYNTAX_DUMPER_H
#define NNC_SYNTAX_DUMPER_H

#include "compiler/syntax/Ast.h"
#include "llvm/Support/raw_ostream.h"

namespace nnc::ast {
using llvm::StringRef;

/// Prints nodes, each on its line, its children indented below it.
class Dumper {
public:
  explicit Dumper(llvm::raw_ostream &os) : os(os) {}
  void dump(const Item *item);

private:
  /// Everything dumped during its life is indented once more.
  struct Indented {
    explicit Indented(Dumper &dumper) : dumper(dumper) { ++dumper.depth; }
    ~Indented() { --dumper.depth; }
    Dumper &dumper;
  };

  llvm::raw_ostream &indent() { return os.indent(2 * depth); }
  void end(Span span);
  void line(StringRef text, Span span);
  void quoted(StringRef text);
  void doc(StringRef text);

  void dump(const Expr *expr, StringRef role = "");
  void dump(const StringLiteral *string);
  void dump(const Call *call);
  void dump(const Index *index);
  void dump(const Scan *scan);
  void dump(const Type *type, StringRef role = "type ");
  void dump(const Pattern *pattern, StringRef role = "");
  void dump(const Statement *statement);
  void dump(const Block &block, StringRef role = "");
  void dump(const Generator &generator);
  void dump(const Parameter &parameter);
  void dump(const Function *function);
  void dump(const LayerMember *member);
  void dump(const std::optional<Initialiser> &init);
  void dump(StringRef name, const std::vector<Expr *> &children, Span span);

  llvm::raw_ostream &os;
  unsigned depth = 1; // items stand below the file
};

} // namespace nnc::ast

#endif // NNC_SYNTAX_DUMPER_H
