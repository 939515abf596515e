//===- Explain.cpp - nnc explain: what a code means ----------------------------------===//

#include "compiler/driver/Command.h"
#include "compiler/driver/Session.h"

using namespace nnc;
using namespace nnc::driver;
using llvm::StringRef;

static int explain(Session &session) {
  const DiagnosticInfo *info = findDiagnostic(session.options.inputs[0]);
  if (!info) {
    llvm::errs() << "nnc: there is no code '" << session.options.inputs[0]
                 << "'; codes look like E2003\n";
    return 2;
  }
  // What a message is about differs from case to case.
  std::string message = info->message.str();
  for (size_t at; (at = message.find('{')) != std::string::npos;)
    message.replace(at, message.find('}', at) + 1 - at, "…");
  llvm::outs() << info->code << ": " << message << "\n\n" << info->explanation << "\n";
  return 0;
}

NNC_COMMAND(explain) = {.rank = 7,
                        .name = "explain",
                        .arguments = "CODE",
                        .help = "explain an error code, with an example",
                        .options = "",
                        .run = explain};
