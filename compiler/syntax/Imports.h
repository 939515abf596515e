//===- Imports.h - the files that a program imports ----------------------------===//
//
// Finds, reads and parses what `import` names, in files that are imported too. A path is looked for
// beside the file that imports it, then in the folders of the search path, in order. Each file is
// parsed once, whatever the paths that lead to it; files that import each other are an error.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SYNTAX_IMPORTS_H
#define NNC_SYNTAX_IMPORTS_H

#include "compiler/support/Diagnostics.h"
#include "compiler/syntax/Ast.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/FileSystem/UniqueID.h"
#include <map>

namespace nnc {

/// The file that each import stands for; an import that failed is not in it.
using ImportMap = llvm::DenseMap<const ast::ImportItem *, const ast::File *>;

class Imports {
public:
  /// All but the path must outlive it.
  Imports(SourceManager &sources, DiagnosticEngine &engine, std::vector<std::string> searchPath)
      : sources(sources), engine(engine), searchPath(std::move(searchPath)) {}

  /// Loads what `program` imports, directly and through others. False after an error (reported).
  bool load(const ast::File &program);

  /// The imported files, each after those that it imports itself.
  llvm::ArrayRef<std::unique_ptr<ast::File>> getFiles() const { return files; }
  const ImportMap &getMap() const { return map; }

private:
  void loadAll(const ast::File &importer);
  void load(const ast::File &importer, const ast::ImportItem &item);
  /// The path under which the file can be opened, or nothing after an error.
  std::optional<std::string> find(const ast::File &importer, const ast::ImportItem &item);

  SourceManager &sources;
  DiagnosticEngine &engine;
  std::vector<std::string> searchPath;
  std::vector<std::unique_ptr<ast::File>> files;
  ImportMap map;
  std::map<llvm::sys::fs::UniqueID, const ast::File *> known; // null while it is being loaded
  std::vector<const ast::File *> stack;                       // files being loaded, outermost first
};

/// The folders of the options, then those of the environment variable NNC_PATH, separated by
/// colons.
std::vector<std::string> getSearchPath(llvm::ArrayRef<std::string> folders);

} // namespace nnc

#endif // NNC_SYNTAX_IMPORTS_H
