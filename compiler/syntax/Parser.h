//===- Parser.h - from source text to the abstract syntax tree ----------------===//
#ifndef NNC_SYNTAX_PARSER_H
#define NNC_SYNTAX_PARSER_H

#include "compiler/support/Diagnostics.h"
#include "compiler/syntax/Ast.h"
#include <memory>

namespace nnc {

/// Parses `source`. Every syntax error is reported to `engine`; the tree holds the items that could
/// be parsed, so callers must ask engine.hasErrors() before they go on. Never null.
std::unique_ptr<ast::File> parse(const SourceFile &source, DiagnosticEngine &engine);

/// Prints the tree, one node a line, indented, with line:column; stable, for tests and
/// `--stage=ast`.
void dumpAst(const ast::File &file, llvm::raw_ostream &os);

} // namespace nnc

#endif // NNC_SYNTAX_PARSER_H
