//===- Run.cpp - nnc run: build and run ----------------------------------------------===//

#include "compiler/driver/Command.h"
#include "compiler/driver/Session.h"

using namespace nnc;
using namespace nnc::driver;
using llvm::StringRef;

NNC_COMMAND(run) = {.rank = 2,
                    .name = "run",
                    .arguments = "FILE.nn [ARGUMENTS]",
                    .help = "build into a cache, then run with the arguments",
                    .options = "-D -I --real -O -g --cpu --exact --no-fuse --no-share --color",
                    .run = [](Session &session) { return session.runProgram(/*tests=*/false); },
                    .passesArguments = true};
