//===- Check.cpp - nnc check: all diagnostics ----------------------------------------===//

#include "compiler/driver/Command.h"
#include "compiler/driver/Session.h"
#include "compiler/elaborate/Coverage.h"
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
  elaborate::Coverage coverage;
  compileOptions.coverage = &coverage;
  // Commands, then tests: each in a compilation of its own, as they would be built. In the end what
  // they may not have reached.
  for (bool tests : {false, true}) {
    compileOptions.tests = tests;
    Compilation compilation(session.sources, used, compileOptions);
    if (!compilation.parse(session.getSource()))
      break;
    bool good = compilation.elaborate() && compilation.lowerTo(Phase::Loops, /*simplify=*/false);
    if (good && !tests && hasUnit(compilation, /*tests=*/true))
      continue;
    std::vector<std::string> unchecked = compilation.checkItems();
    if (session.options.unchecked)
      for (const std::string &line : unchecked)
        llvm::outs() << line << "\n";
    break;
  }
  if (listing)
    listing->print(llvm::outs());
  if (!session.options.verifyDiagnostics)
    return session.engine.hasErrors() ? 1 : 0;
  const SourceFile *source = session.getSource();
  return source && verifyDiagnostics(*source, collecting.getCollected(), llvm::errs()) == 0 ? 0 : 1;
}

NNC_COMMAND(check) = {
    .rank = 4,
    .name = "check",
    .arguments = "FILE.nn",
    .help = "report all errors and warnings",
    .options = "-D -I --real --exact --verify-diagnostics --values --unchecked --color",
    .run = check};
