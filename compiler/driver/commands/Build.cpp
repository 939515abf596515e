//===- Build.cpp - nnc build: an executable ------------------------------------------===//

#include "compiler/driver/Command.h"
#include "compiler/driver/Session.h"
#include "llvm/Support/Path.h"

using namespace nnc;
using namespace nnc::driver;
using llvm::StringRef;

static int build(Session &session) {
  const Options &options = session.options;
  std::string output =
      options.output.empty() ? llvm::sys::path::stem(options.inputs[0]).str() : options.output;
  std::vector<std::string> memory;
  if (!session.buildTo(output, /*tests=*/false, &memory))
    return 1;
  if (!options.quiet)
    for (const std::string &line : memory)
      llvm::errs() << llvm::sys::path::filename(output) << ": memory of " << line << "\n";
  return 0;
}

NNC_COMMAND(build) = {
    .rank = 1,
    .name = "build",
    .arguments = "FILE.nn",
    .help = "compile to a standalone executable",
    .options = "-o -D -I --real -O -g --cpu --exact --no-fuse --no-share --strip --quiet --color",
    .run = build};
