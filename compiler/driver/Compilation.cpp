//===- Compilation.cpp - one program on its way through the stages ----------------===//

#include "compiler/driver/Compilation.h"
#include "compiler/elaborate/Elaborator.h"
#include "compiler/gradient/Passes.h"
#include "compiler/ir/Origin.h"
#include "compiler/ir/Report.h"
#include "compiler/lower/Passes.h"
#include "compiler/optimise/Passes.h"
#include "compiler/syntax/Parser.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "stdlib/Library.h"
#include "llvm/Support/Path.h"

using namespace nnc;
using namespace nnc::driver;

llvm::ArrayRef<PhaseInfo> driver::getPhases() {
  static const PhaseInfo phases[] = {
#define PHASE(ENUMERATOR, NAME, DESCRIPTION) {Phase::ENUMERATOR, NAME, DESCRIPTION},
#include "compiler/driver/Phases.def"
  };
  return phases;
}

Compilation::Compilation(SourceManager &sources, DiagnosticEngine &engine, CompileOptions options)

    : sources(sources), engine(engine), options(std::move(options)),
      imports(sources, engine, this->options.searchPath) {
  mlir::DialectRegistry registry;
  registry.insert<ir::NNDialect>();
  codegen::registerCodegenDialects(registry);
  lower::registerLowerings(registry);
  // One compilation is too short for threads to pay.
  context = std::make_unique<mlir::MLIRContext>(registry, mlir::MLIRContext::Threading::DISABLED);
  context->loadDialect<ir::NNDialect>();
  context->loadAllAvailableDialects();
  context->printStackTraceOnDiagnostic(false);
  context->getDiagEngine().registerHandler(
      [this](mlir::Diagnostic &diagnostic) { report(diagnostic); });
}

Compilation::~Compilation() = default;

//===-- MLIR's diagnostics -----------------------------------------------------------===//

Span Compilation::getSpan(mlir::FileLineColRange place) const {
  Span span;
  if (!place)
    return span;
  auto file = llvm::find_if(files, [&](const SourceFile *candidate) {
    return candidate->getPath() == place.getFilename().getValue();
  });
  if (file == files.end())
    return span;
  span.file = *file;
  span.begin = span.file->getOffset({place.getStartLine(), place.getStartColumn()});
  span.end =
      std::max(span.begin + 1, span.file->getOffset({place.getEndLine(), place.getEndColumn()}));
  return span;
}

void Compilation::report(mlir::Diagnostic &diagnostic) {
  if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Note ||
      diagnostic.getSeverity() == mlir::DiagnosticSeverity::Remark)
    return;
  // Messages for the user carry their kind. All others are about the compiler itself.
  mlir::FileLineColRange shown = ir::getUserPlace(diagnostic.getLocation());
  std::optional<diag::Kind> kind = ir::getDiagnosticKind(diagnostic);
  DiagnosticBuilder builder =
      kind ? engine.reportText(*kind, getSpan(shown), diagnostic.str())
           : engine.report(diag::InternalError, getSpan(shown), diagnostic.str());
  for (mlir::Diagnostic &note : diagnostic.getNotes())
    builder.note(getSpan(ir::getUserPlace(note.getLocation())), note.str());
  // The user's own calls that led there.
  bool isOutside = false;
  for (mlir::FileLineColRange place : ir::getPlaces(diagnostic.getLocation()))
    if (std::exchange(isOutside, isOutside || place == shown) &&
        !isLibraryPath(place.getFilename().getValue()))
      builder.call(getSpan(place), "called from here");
}

//===-- Steps ---------------------------------------------------------------------------===//

bool Compilation::parse(const SourceFile *program) {
  if (!program)
    return false;
  source = program;
  files.push_back(source);
  file = nnc::parse(*source, engine);
  imports.load(*file);
  for (const std::unique_ptr<ast::File> &imported : imports.getFiles())
    files.push_back(imported->source);
  return !engine.hasErrors();
}

bool Compilation::elaborate() {
  module =
      mlir::ModuleOp::create(mlir::FileLineColLoc::get(context.get(), source->getPath(), 1, 1));
  mlir::Builder builder(context.get());
  llvm::StringRef name = llvm::sys::path::stem(source->getPath());
  (*module)->setAttr("nn.program", ir::ProgramAttr::get(context.get(), builder.getStringAttr(name),
                                                        builder.getStringAttr(file->doc),
                                                        builder.getStringAttr(source->getPath())));
  (*module)->setAttr("nn.cpu_level", builder.getI64IntegerAttr(options.codegen.cpu.level));

  auto fresh =
      std::make_unique<elaborate::Elaborator>(*module, engine, imports.getMap(), options.isDouble);
  fresh->setObserver(options.observer);
  fresh->setCoverage(options.coverage);
  for (const LibraryFile &part : getLibraryFiles()) {
    const SourceFile *text = sources.addText((libraryFolder + part.name).str(), part.text);
    files.push_back(text);
    library.push_back(nnc::parse(*text, engine));
    fresh->addLibrary(*library.back());
  }
  for (const std::unique_ptr<ast::File> &imported : imports.getFiles())
    fresh->addModule(*imported);
  fresh->addProgram(*file, options.defines);
  if (engine.hasErrors())
    return false;
  elaborator = std::move(fresh);
  bool isCommand = llvm::any_of(file->items, [&](const ast::Item *item) {
    return llvm::isa<ast::CommandItem>(item) && item->name.name == options.unit;
  });
  if (!options.unit.empty() && !isCommand)
    return elaborator->emitFunction(options.unit, options.gradient);
  elaborator->emitCommands(options.tests);
  if (engine.hasErrors())
    return false;
  if (isCommand)
    for (mlir::Operation &op : llvm::make_early_inc_range(*module->getBody()))
      if (mlir::SymbolTable::getSymbolName(&op).getValue() != options.unit)
        op.erase();
  return succeeded(mlir::verify(*module));
}

std::vector<std::string> Compilation::checkItems() {
  return elaborator ? elaborator->checkItems() : std::vector<std::string>();
}

bool Compilation::runPasses(llvm::function_ref<void(mlir::OpPassManager &)> build) {
  mlir::PassManager manager(context.get());
  // Once a stage: after each pass, of a large network it would take a quarter of the time.
  manager.enableVerifier(false);
  build(manager);
  return succeeded(manager.run(*module)) && !engine.hasErrors() && succeeded(mlir::verify(*module));
}

bool Compilation::lowerTo(Phase phase, bool simplify) {
  if (!runPasses([&](mlir::OpPassManager &manager) {
        if (!options.exact)
          manager.addPass(optimise::createStabilise());
        manager.addPass(gradient::createExpandGradients());
      }))
    return false;
  if (phase == Phase::Grad)
    return true;
  if (!runPasses([&](mlir::OpPassManager &manager) {
        optimise::buildOptimisePipeline(manager, options.fuse);
      }))
    return false;
  if (phase == Phase::Opt)
    return true;
  return runPasses([&](mlir::OpPassManager &manager) {
    lower::buildLowerPipeline(manager, simplify, options.share);
  });
}

bool Compilation::translate() {
  if (!runPasses([&](mlir::OpPassManager &manager) {
        codegen::buildLlvmPipeline(manager, options.codegen);
      }))
    return false;
  llvm::Expected<codegen::LlvmProgram> translated =
      codegen::LlvmProgram::translate(*module, options.codegen);
  if (!translated) {
    engine.report(diag::InternalError, Span(), llvm::toString(translated.takeError()));
    return false;
  }
  llvmProgram = std::make_unique<codegen::LlvmProgram>(std::move(*translated));
  llvmProgram->optimise();
  return true;
}

std::vector<std::string> Compilation::describeMemory() const {
  std::vector<std::string> lines;
  if (auto commands = (*module)->getAttrOfType<mlir::ArrayAttr>("nn.commands"))
    for (auto unit : commands.getAsRange<ir::ProgramUnitAttr>())
      if (mlir::StringAttr memory = unit.getMemory())
        lines.push_back((unit.getName().getValue() + ": " + memory.getValue()).str());
  return lines;
}
