//===- Graph.cpp - nnc graph: a drawing ----------------------------------------------===//

#include "compiler/driver/Command.h"
#include "compiler/driver/Driver.h"
#include "compiler/driver/Session.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

using namespace nnc;
using namespace nnc::driver;
using llvm::StringRef;

/// An image of a graph: layout is Graphviz's business. Nothing, reported, where that fails.
static std::optional<std::string> layOut(Session &session, StringRef dot) {
  llvm::ErrorOr<std::string> program = llvm::sys::findProgramByName("dot");
  if (!program) {
    session.engine.report(diag::NoGraphviz, Span());
    return std::nullopt;
  }
  llvm::SmallString<128> input, output;
  if (llvm::sys::fs::createTemporaryFile("nnc", "dot", input) ||
      llvm::sys::fs::createTemporaryFile("nnc", "svg", output)) {
    session.engine.report(diag::CannotWriteFile, Span(), "a temporary file",
                          "no space or no permission");
    return std::nullopt;
  }
  llvm::FileRemover removeInput(input), removeOutput(output);
  std::error_code code;
  {
    llvm::raw_fd_ostream os(input, code);
    os << dot;
  }
  std::string message;
  int status = llvm::sys::ExecuteAndWait(*program, {"dot", "-Tsvg", "-o", output, input},
                                         std::nullopt, {}, 0, 0, &message);
  if (status != 0 && message.empty())
    message = "it ended with exit code " + std::to_string(status);
  auto svg = llvm::MemoryBuffer::getFile(output);
  if (status != 0 || !svg) {
    session.engine.report(diag::CannotRun, Span(), *program, message);
    return std::nullopt;
  }
  return (*svg)->getBuffer().str();
}

static int graph(Session &session) {
  CompileOptions compileOptions;
  if (!session.makeOptions(compileOptions))
    return 1;
  compileOptions.unit = session.options.unit;
  compileOptions.gradient = session.options.view == "backward";
  Compilation compilation(session.sources, session.engine, compileOptions);
  if (!compilation.parse(session.getSource()))
    return 1;
  if (!compilation.elaborate())
    return 1;
  if (session.options.view == "backward" && !compilation.lowerTo(Phase::Grad))
    return 1;
  mlir::Operation *unit = nullptr;
  for (mlir::Operation &op : *compilation.getModule().getBody())
    if (!unit)
      unit = &op;
  if (!unit) {
    session.engine.report(diag::NothingToBuild, Span(), session.options.inputs[0], "command");
    return 1;
  }
  std::string dot;
  {
    llvm::raw_string_ostream os(dot);
    printGraph(unit, os);
  }
  if (session.options.format == "dot")
    return session.writeOutput([&](llvm::raw_pwrite_stream &os) { os << dot; }) ? 0 : 1;

  std::optional<std::string> svg = layOut(session, dot);
  return svg && session.writeOutput([&](llvm::raw_pwrite_stream &os) { os << *svg; }) ? 0 : 1;
}

NNC_COMMAND(graph) = {.rank = 6,
                      .name = "graph",
                      .arguments = "FILE.nn",
                      .help = "draw a function, loss, layer or command, or its gradient",
                      .options = "-o -D -I --real --of --view --format --color",
                      .run = graph};
