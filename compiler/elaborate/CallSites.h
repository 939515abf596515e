//===- CallSites.h - where calls stand in a program's structure ----------------------===//
//
// Gives each expression that can call a name that does not depend on how its file is laid out: what
// it calls, and which call of that it is in the function, method, layer, command or test where it
// stands. What stands elsewhere does not matter, nor do calls of other things.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_CALLSITES_H
#define NNC_ELABORATE_CALLSITES_H

#include "compiler/syntax/Ast.h"
#include "llvm/ADT/DenseMap.h"
#include <map>
#include <tuple>

namespace nnc::elaborate {

class CallSites {
public:
  /// A file whose calls may be asked for.
  void add(const ast::File &file) { pending[file.source] = &file; }
  /// "normal#2" for the third call of `normal` in its body; empty for what is not a call.
  llvm::StringRef getName(Span span);

private:
  class Body;
  void read(const ast::File &file);
  struct Less {
    bool operator()(const Span &a, const Span &b) const {
      return std::tie(a.file, a.begin, a.end) < std::tie(b.file, b.begin, b.end);
    }
  };
  std::map<Span, std::string, Less> names;
  llvm::DenseMap<const SourceFile *, const ast::File *> pending; // not yet read
};

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_CALLSITES_H
