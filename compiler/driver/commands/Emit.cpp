//===- Emit.cpp - nnc emit: the program at a stage -----------------------------------===//

#include "compiler/driver/Command.h"
#include "compiler/driver/Session.h"
#include "compiler/ir/Cost.h"
#include "compiler/syntax/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace nnc;
using namespace nnc::driver;
using llvm::StringRef;

/// A file of tests alone shows its tests.
static bool hasTestsAlone(Session &session, const CompileOptions &options) {
  DiagnosticEngine quiet;
  Compilation probe(session.sources, quiet, options);
  return probe.parse(session.getSource()) && !hasUnit(probe, /*tests=*/false) &&
         hasUnit(probe, /*tests=*/true);
}

static int emit(Session &session) {
  CompileOptions compileOptions;
  if (!session.makeOptions(compileOptions))
    return 1;
  compileOptions.unit = session.options.unit;
  compileOptions.tests = hasTestsAlone(session, compileOptions);
  Compilation compilation(session.sources, session.engine, compileOptions);
  if (!compilation.parse(session.getSource()))
    return 1;
  if (session.options.stage == Phase::Ast)
    return session.writeOutput(
               [&](llvm::raw_pwrite_stream &os) { dumpAst(compilation.getFile(), os); })
               ? 0
               : 1;
  if (!compilation.elaborate())
    return 1;
  if (session.options.stage > Phase::Nn &&
      !compilation.lowerTo(std::min(session.options.stage, Phase::Loops)))
    return 1;
  if (session.options.cost && session.options.stage <= Phase::Opt)
    ir::annotateCosts(compilation.getModule());
  if (session.options.stage <= Phase::Loops)
    return session.writeOutput([&](llvm::raw_pwrite_stream &os) {
      mlir::OpPrintingFlags flags;
      flags.printNameLocAsPrefix();
      if (session.options.lineTables)
        flags.enableDebugInfo(true, false);
      compilation.getModule().print(os, flags);
    })
               ? 0
               : 1;
  if (!compilation.translate())
    return 1;
  llvm::Error error = llvm::Error::success();
  bool written = session.writeOutput([&](llvm::raw_pwrite_stream &os) {
    codegen::LlvmProgram &program = compilation.getProgram();
    if (session.options.stage == Phase::Llvm)
      program.printIr(os);
    else
      error =
          session.options.stage == Phase::Asm ? program.emitAssembly(os) : program.emitObject(os);
  });
  if (error) {
    session.engine.report(diag::InternalError, Span(), llvm::toString(std::move(error)));
    return 1;
  }
  return written ? 0 : 1;
}

static void printStages(llvm::raw_ostream &os) {
  os << "\nStages:\n";
  for (const PhaseInfo &phase : getPhases())
    os << "  " << llvm::left_justify(phase.name, 26) << phase.description << "\n";
}

NNC_COMMAND(emit) = {
    .rank = 5,
    .name = "emit",
    .arguments = "FILE.nn",
    .help = "show the program at a stage of compilation",
    .options =
        "-o -D -I --real -O -g --cpu --exact --no-fuse --no-share --stage --cost --of --color",
    .run = emit,
    .printMore = printStages};
