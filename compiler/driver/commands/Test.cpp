//===- Test.cpp - nnc test: build and run the tests ----------------------------------===//

#include "compiler/driver/Command.h"
#include "compiler/driver/Session.h"

using namespace nnc;
using namespace nnc::driver;
using llvm::StringRef;

NNC_COMMAND(test) = {.rank = 3,
                     .name = "test",
                     .arguments = "FILE.nn [FILTER]",
                     .help = "build and run the test blocks",
                     .options = "-D -I --real -O -g --cpu --exact --no-fuse --no-share --color",
                     .run = [](Session &session) { return session.runProgram(/*tests=*/true); },
                     .passesArguments = true};
