//===- Emit.cpp - LLVM IR, its optimisation, assembly and objects ------------===//

#include "compiler/codegen/Codegen.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Triple.h"

using llvm::Error;
using llvm::Expected;

namespace nnc::codegen {

namespace {

mlir::TimingScope startPhase(const CodegenOptions &options, const char *name) {
  return options.timing ? options.timing->nest(name) : mlir::TimingScope();
}

Expected<std::unique_ptr<llvm::TargetMachine>> createMachine(const CodegenOptions &options) {
  static const bool initialised = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    return true;
  }();
  (void)initialised;
  llvm::Triple triple("x86_64-unknown-linux-gnu");
  std::string message;
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return llvm::createStringError("LLVM has no x86-64 code generator: " + message);
  llvm::TargetOptions targetOptions;
  targetOptions.AllowFPOpFusion = llvm::FPOpFusion::Fast;
  targetOptions.FunctionSections = true;
  targetOptions.DataSections = true;
  targetOptions.EmitAddrsig = true; // lets the linker fold equal functions
  targetOptions.MCOptions.X86RelaxRelocations = true;
  auto level = options.optimisationLevel == 0   ? llvm::CodeGenOptLevel::None
               : options.optimisationLevel == 3 ? llvm::CodeGenOptLevel::Aggressive
                                                : llvm::CodeGenOptLevel::Default;
  return std::unique_ptr<llvm::TargetMachine>(
      target->createTargetMachine(triple, options.cpu.name, /*Features=*/"", targetOptions,
                                  llvm::Reloc::PIC_, std::nullopt, level));
}

} // namespace

Expected<LlvmProgram> LlvmProgram::translate(mlir::ModuleOp module, const CodegenOptions &options) {
  mlir::TimingScope phase = startPhase(options, "translate to LLVM IR");
  LlvmProgram program;
  program.options = options;
  auto machine = createMachine(options);
  if (!machine)
    return machine.takeError();
  program.machine = std::move(*machine);
  program.context = std::make_unique<llvm::LLVMContext>();
  program.module = mlir::translateModuleToLLVMIR(module, *program.context, "program");
  if (!program.module)
    return llvm::createStringError("the program could not be translated to LLVM IR; this is an "
                                   "error of the compiler, please report it");
  program.module->setTargetTriple(program.machine->getTargetTriple());
  program.module->setDataLayout(program.machine->createDataLayout());
  program.module->setPICLevel(llvm::PICLevel::BigPIC);
  program.module->setPIELevel(llvm::PIELevel::Large);
  for (llvm::Function &function : *program.module) {
    function.setDoesNotThrow(); // neither here nor in the runtime: no unwind tables
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", options.cpu.name);
    if (options.cpu.level == 4)
      function.addFnAttr("prefer-vector-width", "512");
  }
  return program;
}

void LlvmProgram::optimise() {
  mlir::TimingScope phase = startPhase(options, "optimise LLVM IR");
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = options.optimisationLevel >= 2;
  tuning.SLPVectorization = options.optimisationLevel >= 2;
  tuning.LoopInterleaving = options.optimisationLevel >= 2;
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(machine.get(), tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  static constexpr const llvm::OptimizationLevel *levels[] = {
      &llvm::OptimizationLevel::O0, &llvm::OptimizationLevel::O1, &llvm::OptimizationLevel::O2,
      &llvm::OptimizationLevel::O3};
  llvm::ModulePassManager passes =
      options.optimisationLevel == 0
          ? builder.buildO0DefaultPipeline(llvm::OptimizationLevel::O0)
          : builder.buildPerModuleDefaultPipeline(*levels[std::min(options.optimisationLevel, 3u)]);
  passes.run(*module, modules);
}

void LlvmProgram::printIr(llvm::raw_ostream &os) const { module->print(os, nullptr); }

Error LlvmProgram::emit(llvm::raw_pwrite_stream &os, llvm::CodeGenFileType type) {
  mlir::TimingScope phase = startPhase(options, "generate code");
  llvm::legacy::PassManager passes;
  passes.add(new llvm::TargetLibraryInfoWrapperPass(machine->getTargetTriple()));
  if (machine->addPassesToEmitFile(passes, os, nullptr, type))
    return llvm::createStringError("LLVM cannot write this kind of file for x86-64");
  passes.run(*module);
  return Error::success();
}

Error LlvmProgram::emitAssembly(llvm::raw_pwrite_stream &os) {
  return emit(os, llvm::CodeGenFileType::AssemblyFile);
}

Error LlvmProgram::emitObject(llvm::raw_pwrite_stream &os) {
  return emit(os, llvm::CodeGenFileType::ObjectFile);
}

} // namespace nnc::codegen
