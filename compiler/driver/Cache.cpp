//===- Cache.cpp - executables that nnc run and nnc test keep ------------------------------===//
//
// The same compiler, text and options give the same program, so its executable is kept under a hash
// of all three. What is found there is run, so the folder belongs to the user alone, and an
// executable ends with a checksum: one that is damaged, or was not written by this user, is made
// anew. So is one whose compilation warned, which has no checksum: the warnings are said each time.
//
//===----------------------------------------------------------------------===//

#include "compiler/driver/Session.h"
#include "compiler/syntax/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"
#include <sys/stat.h>
#include <unistd.h>

using namespace nnc;
using namespace nnc::driver;
using llvm::StringRef;

/// Paths and texts of the files that a program imports.
static std::string getImportedText(const Options &options, const SourceFile &program) {
  std::string result;
  if (!program.getText().contains("import"))
    return result;
  SourceManager ownSources;
  DiagnosticEngine quiet; // errors are reported when the program is built
  std::unique_ptr<ast::File> file = nnc::parse(program, quiet);
  Imports imports(ownSources, quiet, getSearchPath(options.folders));
  imports.load(*file);
  for (const std::unique_ptr<ast::File> &imported : imports.getFiles())
    result += "\n" + imported->source->getPath().str() + "\n" + imported->source->getText().str();
  return result;
}

//===-- The folder ------------------------------------------------------------------------===//

/// Where no environment says where, a folder among the temporary ones that is named for the user.
static llvm::SmallString<128> getCacheFolder() {
  llvm::SmallString<128> folder;
  if (const char *base = std::getenv("XDG_CACHE_HOME"); base && *base) {
    llvm::sys::path::append(folder, base, "nnc");
  } else if (const char *home = std::getenv("HOME"); home && *home) {
    llvm::sys::path::append(folder, home, ".cache", "nnc");
  } else {
    llvm::sys::path::system_temp_directory(true, folder);
    llvm::sys::path::append(folder, "nnc-" + llvm::Twine(geteuid()));
  }
  return folder;
}

/// Makes the folder where there is none, and sees to it that it is this user's and closed to all
/// others. Why that cannot be, or nothing.
static std::string makePrivate(const std::string &folder) {
  if (std::error_code code =
          llvm::sys::fs::create_directories(llvm::sys::path::parent_path(folder)))
    return code.message();
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return std::strerror(errno);
  struct stat status;
  if (lstat(folder.c_str(), &status) != 0)
    return std::strerror(errno);
  if (!S_ISDIR(status.st_mode))
    return "it is not a folder";
  if (status.st_uid != geteuid())
    return "it belongs to another user; set XDG_CACHE_HOME to a folder of your own";
  if ((status.st_mode & 0077) != 0 && chmod(folder.c_str(), 0700) != 0)
    return std::strerror(errno);
  return "";
}

//===-- Executables -----------------------------------------------------------------------===//

/// Ends a file that was put into the cache; the checksum of all before it follows.
static constexpr StringRef sealMark = "nnc-seal";

static std::string getSeal(StringRef bytes) {
  uint64_t sum = llvm::xxh3_64bits(bytes);
  return sealMark.str() + std::string(reinterpret_cast<const char *>(&sum), sizeof sum);
}

/// Adds the seal, and closes the file to others. A loader ignores what stands behind an executable.
static std::error_code seal(StringRef path) {
  auto buffer =
      llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false,
                                  /*IsVolatile=*/true);
  if (!buffer)
    return buffer.getError();
  std::string end = getSeal((*buffer)->getBuffer());
  std::error_code code;
  llvm::raw_fd_ostream os(path, code, llvm::sys::fs::OF_Append);
  if (code)
    return code;
  os << end;
  os.close();
  code = os.error();
  os.clear_error();
  return code ? code : llvm::sys::fs::setPermissions(path, llvm::sys::fs::owner_all);
}

/// Whether an executable is there that this user wrote and nobody changed.
static bool isIntact(const std::string &path) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != geteuid() ||
      (status.st_mode & 0777) != 0700)
    return false;
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return false;
  StringRef bytes = (*buffer)->getBuffer();
  size_t length = sealMark.size() + sizeof(uint64_t);
  return bytes.size() > length && bytes.take_back(length) == getSeal(bytes.drop_back(length));
}

/// The name, in the cache, of the executable of this compiler, text and options.
static std::string getEntryName(const Options &options, const char *argv0, bool tests,
                                const SourceFile &program) {
  std::string key = NNC_VERSION + options.cpu + options.real +
                    std::to_string(options.optimisationLevel) + (options.lineTables ? "g" : "") +
                    (options.fuse ? "" : "u") + (options.share ? "" : "s") +
                    (options.exact ? "e" : "") + (tests ? "t" : "") + options.inputs[0];
  for (auto &[name, value] : options.defines)
    key += "\n" + name + "=" + value;
  for (const std::string &file :
       {llvm::sys::fs::getMainExecutable(argv0, reinterpret_cast<void *>(&getEntryName)),
        codegen::getLibraryDirectory(argv0) + "/libnnrt.a"}) {
    llvm::sys::fs::file_status status;
    if (!llvm::sys::fs::status(file, status))
      key += std::to_string(status.getSize()) + "/" +
             std::to_string(status.getLastModificationTime().time_since_epoch().count());
  }
  key += program.getText().str() + getImportedText(options, program);
  return (llvm::sys::path::stem(options.inputs[0]) + "-" +
          llvm::utohexstr(llvm::xxh3_64bits(key), true))
      .str();
}

/// Builds beside the entry, which is then replaced as a whole: others may be running the old one.
static bool buildEntry(Session &session, const std::string &executable, bool tests) {
  llvm::SmallString<128> temporary;
  llvm::sys::fs::createUniquePath(executable + ".%%%%%%.new", temporary, /*MakeAbsolute=*/false);
  if (!session.buildTo(temporary, tests, nullptr))
    return false;
  std::error_code code = session.engine.hasWarnings() ? std::error_code() : seal(temporary);
  if (!code)
    code = llvm::sys::fs::rename(temporary, executable);
  if (!code)
    return true;
  llvm::sys::fs::remove(temporary);
  session.engine.report(diag::CannotWriteFile, Span(), executable, code.message());
  return false;
}

int Session::runProgram(bool tests) {
  const SourceFile *program = getSource();
  if (!program)
    return 1;
  std::string folder = getCacheFolder().str().str();
  if (std::string reason = makePrivate(folder); !reason.empty()) {
    engine.report(diag::CannotWriteFile, Span(), folder, reason);
    return 1;
  }
  std::string executable = folder + "/" + getEntryName(options, argv0, tests, *program);
  if (!isIntact(executable) && !buildEntry(*this, executable, tests))
    return 1;
  std::string name = llvm::sys::path::stem(options.inputs[0]).str();
  std::vector<char *> arguments = {name.data()};
  for (const std::string &argument : options.programArguments)
    arguments.push_back(const_cast<char *>(argument.c_str())); // execv changes none
  arguments.push_back(nullptr);
  llvm::errs().flush();
  llvm::outs().flush();
  execv(executable.c_str(), arguments.data());
  engine.report(diag::CannotRun, Span(), executable, llvm::StringRef(std::strerror(errno)));
  return 1;
}
