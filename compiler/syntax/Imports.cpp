//===- Imports.cpp - the files that a program imports --------------------------===//

#include "compiler/syntax/Imports.h"
#include "compiler/syntax/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"

using namespace nnc;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

std::vector<std::string> nnc::getSearchPath(llvm::ArrayRef<std::string> folders) {
  std::vector<std::string> result = folders.vec();
  if (std::optional<std::string> variable = llvm::sys::Process::GetEnv("NNC_PATH")) {
    llvm::SmallVector<llvm::StringRef> parts;
    llvm::StringRef(*variable).split(parts, ':', -1, /*KeepEmpty=*/false);
    for (llvm::StringRef part : parts)
      result.push_back(part.str());
  }
  return result;
}

bool Imports::load(const ast::File &program) {
  unsigned before = engine.getErrorCount();
  fs::UniqueID id;
  if (!fs::getUniqueID(program.source->getPath(), id))
    known[id] = nullptr;
  stack.push_back(&program);
  loadAll(program);
  stack.pop_back();
  return engine.getErrorCount() == before;
}

void Imports::loadAll(const ast::File &importer) {
  for (const ast::Item *item : importer.items)
    if (auto *import = llvm::dyn_cast<ast::ImportItem>(item))
      load(importer, *import);
}

std::optional<std::string> Imports::find(const ast::File &importer, const ast::ImportItem &item) {
  std::vector<std::string> folders = {path::parent_path(importer.source->getPath()).str()};
  llvm::append_range(folders, searchPath);
  if (path::is_absolute(item.path))
    folders = {""};
  for (const std::string &folder : folders) {
    llvm::SmallString<128> candidate(folder);
    path::append(candidate, item.path);
    if (fs::exists(candidate))
      return candidate.str().str();
  }
  for (std::string &folder : folders)
    folder = folder.empty() ? "the current folder" : "'" + folder + "'";
  engine.report(diag::ImportNotFound, item.name.span, item.path)
      .hint("looked for in " + llvm::join(folders, ", ") +
            "; -I FOLDER and the environment variable NNC_PATH add folders");
  return std::nullopt;
}

void Imports::load(const ast::File &importer, const ast::ImportItem &item) {
  std::optional<std::string> place = find(importer, item);
  if (!place)
    return;
  fs::UniqueID id;
  std::string reason;
  if (std::error_code code = fs::getUniqueID(*place, id)) {
    engine.report(diag::CannotReadFile, item.name.span, *place, code.message());
    return;
  }
  auto [entry, isNew] = known.try_emplace(id, nullptr);
  if (!isNew) {
    if (entry->second) {
      map[&item] = entry->second;
      return;
    }
    std::vector<std::string> chain;
    for (const ast::File *file : stack)
      chain.push_back(file->source->getPath().str());
    chain.push_back(*place);
    engine.report(diag::ImportCycle, item.name.span, item.path)
        .hint(llvm::join(chain, " imports ") + "; move what both need into a third file");
    return;
  }
  const SourceFile *source = sources.addFile(*place, reason);
  if (!source) {
    engine.report(diag::CannotReadFile, item.name.span, *place, reason);
    known.erase(id);
    return;
  }
  std::unique_ptr<ast::File> file = parse(*source, engine);
  stack.push_back(file.get());
  loadAll(*file);
  stack.pop_back();
  known[id] = map[&item] = file.get();
  files.push_back(std::move(file));
}
