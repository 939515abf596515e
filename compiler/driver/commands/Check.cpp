//===- Check.cpp - nnc check: all diagnostics ----------------------------------------===//

#include "compiler/driver/Command.h"
#include "compiler/driver/Session.h"
#include "compiler/elaborate/Listing.h"

using namespace nnc;
using namespace nnc::driver;
using llvm::StringRef;

static int check(Session &session) {
  CompileOptions compileOptions;
  if (!session.makeOptions(compileOptions))
    return 1;
  DiagnosticEngine collecting;
  DiagnosticEngine &used = session.options.verifyDiagnostics ? collecting : session.engine;
  std::optional<elaborate::Listing> listing;
  if (session.options.values)
    compileOptions.observer = &listing.emplace(session.options.inputs.front());
  // Commands, then tests: each in a compilation of its own, as they would be built.
  for (bool tests : {false, true}) {
    compileOptions.tests = tests;
    Compilation compilation(session.sources, used, compileOptions);
    bool good = compilation.parse(session.getSource());
    if (good) {
      // Without a test block the items were checked with the commands.
      if (tests && !hasUnit(compilation, tests))
        continue;
      good = compilation.elaborate() && compilation.lowerTo(Phase::Loops);
    }
    if (!good)
      break;
  }
  if (listing)
    listing->print(llvm::outs());
  if (!session.options.verifyDiagnostics)
    return session.engine.hasErrors() ? 1 : 0;
  const SourceFile *source = session.getSource();
  return source && verifyDiagnostics(*source, collecting.getCollected(), llvm::errs()) == 0 ? 0 : 1;
}

NNC_COMMAND(check) = {.rank = 4,
                      .name = "check",
                      .arguments = "FILE.nn",
                      .help = "report all errors and warnings",
                      .options = "-D -I --real --verify-diagnostics --values --color",
                      .run = check};
