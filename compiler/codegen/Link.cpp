//===- Link.cpp - executables by lld, in process -----------------------------===//
//
// Needs, in the library directory beside nnc: the runtime (libnnrt.a) and the C library's start-up
// code (Scrt1.o, crti.o, crtn.o, libc_nonshared.a), which the build copied there; and the shared
// libc and libm that any machine has: no compiler, no libc6-dev. lld's messages become the text of
// an Error.
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Codegen.h"
#include "compiler/support/OutputFile.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <link.h>

LLD_HAS_DRIVER(elf)

using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace nnc::codegen {

namespace {

/// Position independent and small; one thread, as it takes a few milliseconds. The interpreter's
/// path is part of the x86-64 psABI.
constexpr llvm::StringLiteral fixedArguments =
    "-m elf_x86_64 -pie -dynamic-linker /lib64/ld-linux-x86-64.so.2 -O1 --gc-sections --icf=safe "
    "--as-needed --build-id=none --no-eh-frame-hdr --hash-style=gnu -z relro -z now "
    "-z noexecstack --threads=1 --color-diagnostics=never --error-limit=20 "
    "--no-mmap-output-file" /* a full disk is an error then, not a signal */;

Error linkError(StringRef output, const llvm::Twine &message) {
  return llvm::createStringError("cannot link '" + output + "': " + message);
}

std::string joinPath(StringRef directory, StringRef name) {
  llvm::SmallString<128> joined(directory);
  path::append(joined, name);
  return joined.str().str();
}

/// Where the dynamic linker found a library that this process uses; empty if it uses it not.
std::string findLoadedLibrary(StringRef name) {
  struct Search {
    StringRef name;
    std::string found;
  } search{name, ""};
  dl_iterate_phdr(
      [](dl_phdr_info *info, size_t, void *data) {
        auto *search = static_cast<Search *>(data);
        if (path::filename(info->dlpi_name) != search->name)
          return 0;
        search->found = info->dlpi_name;
        return 1;
      },
      &search);
  return search.found;
}

Expected<std::string> findSharedLibrary(StringRef name, StringRef output) {
  std::string loaded = findLoadedLibrary(name);
  if (!loaded.empty() && fs::exists(loaded))
    return loaded;
  for (StringRef directory : {"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64",
                              "/usr/lib64", "/lib", "/usr/lib"}) {
    std::string candidate = joinPath(directory, name);
    if (fs::exists(candidate))
      return candidate;
  }
  return linkError(output, "the C library's " + name +
                               " was found in none of the usual folders; nnc needs glibc");
}

/// A file in the library directory.
Expected<std::string> findOwnFile(StringRef name, StringRef output, const LinkOptions &options) {
  std::string file = joinPath(options.libraryDirectory, name);
  if (!fs::exists(file))
    return linkError(output, "'" + file + "' is missing; build or install nnc again (the folder " +
                                 "lib/nnc must stay beside bin)");
  return file;
}

/// lld prefixes each message with its name; the rest is fit for users.
std::string cleanMessages(StringRef text) {
  std::string cleaned;
  llvm::SmallVector<StringRef> lines;
  text.split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (StringRef line : lines) {
    line.consume_front("ld.lld: ");
    line.consume_front("error: ");
    cleaned += (cleaned.empty() ? "" : "\n") + line.str();
  }
  return cleaned;
}

Error runLinker(llvm::ArrayRef<std::string> arguments, StringRef output) {
  llvm::SmallVector<const char *> argv;
  for (const std::string &argument : arguments)
    argv.push_back(argument.c_str());
  std::string outText, errText;
  llvm::raw_string_ostream out(outText), err(errText);
  lld::Result result = lld::lldMain(argv, out, err, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0)
    return linkError(output, cleanMessages(errText));
  return Error::success();
}

} // namespace

std::string getLibraryDirectory(const char *argv0) {
  static char anchor;
  std::string executable = fs::getMainExecutable(argv0, &anchor);
  StringRef prefix = path::parent_path(path::parent_path(executable));
  llvm::SmallString<128> directory(prefix);
  path::append(directory, "lib", "nnc");
  return directory.str().str();
}

Error linkExecutable(llvm::ArrayRef<std::string> objects, StringRef outputName,
                     const LinkOptions &options) {
  // lld resets the process's command-line options (llvm::cl); the name may be stored in one.
  const std::string output = outputName.str();
  mlir::TimingScope phase = options.timing ? options.timing->nest("link") : mlir::TimingScope();
  llvm::SmallVector<std::string> own, shared;
  for (StringRef name : {"Scrt1.o", "crti.o", "libnnrt.a", "libc_nonshared.a", "crtn.o"}) {
    auto file = findOwnFile(name, output, options);
    if (!file)
      return file.takeError();
    own.push_back(*file);
  }
  for (StringRef name : {"libm.so.6", "libc.so.6"}) {
    auto file = findSharedLibrary(name, output);
    if (!file)
      return file.takeError();
    shared.push_back(*file);
  }
  if (std::string obstacle = findObstacle(output); !obstacle.empty())
    return linkError(output, obstacle);

  // Beside the output, so that the last step is a rename.
  llvm::SmallString<128> temporary;
  if (std::error_code code = fs::createUniqueFile(output + ".%%%%%%.tmp", temporary))
    return linkError(output, "cannot write there: " + code.message());
  llvm::scope_exit removeTemporary([&] { fs::remove(temporary); });

  llvm::SmallVector<std::string, 32> arguments = {"ld.lld", "-o", temporary.str().str()};
  llvm::SmallVector<StringRef> fixed;
  fixedArguments.split(fixed, ' ');
  arguments.append(fixed.begin(), fixed.end());
  if (options.strip)
    arguments.push_back("--strip-all");
  arguments.append({own[0], own[1]});
  arguments.append(objects.begin(), objects.end());
  arguments.append({own[2], shared[0], shared[1], own[3], own[4]});
  if (Error error = runLinker(arguments, output))
    return error;
  if (std::error_code code = fs::rename(temporary, output))
    return linkError(output, "cannot write there: " + code.message());
  removeTemporary.release();
  return Error::success();
}

Error buildExecutable(LlvmProgram &program, StringRef output, const LinkOptions &options) {
  llvm::SmallString<128> object;
  int descriptor = -1;
  if (std::error_code code = fs::createTemporaryFile("nnc", "o", descriptor, object))
    return linkError(output, "cannot write a temporary file: " + code.message());
  llvm::scope_exit removeObject([&] { fs::remove(object); });
  {
    llvm::raw_fd_ostream os(descriptor, /*shouldClose=*/true);
    if (Error error = program.emitObject(os))
      return error;
    os.close();
    if (os.has_error()) {
      std::string reason = os.error().message();
      os.clear_error();
      return linkError(output, "cannot write a temporary file: " + reason);
    }
  }
  return linkExecutable({object.str().str()}, output, options);
}

} // namespace nnc::codegen
