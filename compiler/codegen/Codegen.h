//===- Codegen.h - from the loops stage to an executable ---------------------===//
//
// Takes a module of the `loops` stage (func, scf, cf, arith, math, ub and llvm operations over bare
// pointers; attributes nn.program, nn.commands, nn.cpu_level) through the LLVM dialect and LLVM IR
// to an object file or assembly, and links objects with the runtime to an executable.
//
//   buildLlvmPipeline(passManager, options);            // MLIR
//   auto program = LlvmProgram::translate(module, options); // LLVM IR
//   program->optimise();
//   buildExecutable(*program, "digits", linkOptions);
//
// Floating-point arithmetic is IEEE's, whatever the optimisation level: no operation gets more
// freedom than its own fast-math flags give. One exception: a product and the sum that uses it may
// be contracted to a fused multiply-add where the CPU has it, so last bits differ between x86-64-v2
// and later levels.
//
// Errors come back as llvm::Error with a text that says what to do; MLIR's go to its diagnostic
// handlers. Nothing exits or prints.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_CODEGEN_CODEGEN_H
#define NNC_CODEGEN_CODEGEN_H

#include "compiler/abi/Signature.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>
#include <string>

namespace nnc::codegen {

/// A kind of x86-64 CPU that code is made for.
struct CpuTarget {
  int64_t level;        // 1 to 4: the psABI's x86-64-v1 to v4
  llvm::StringRef name; // LLVM's name of it, e.g. "x86-64-v3"
};

/// The highest x86-64 level whose instructions this machine has, by its feature bits (the model
/// name is not asked: it may be unknown, or a virtual machine may hide features).
int64_t getHostCpuLevel();

/// Understands "native", "x86-64", "x86-64-v2", "x86-64-v3" and "x86-64-v4".
llvm::Expected<CpuTarget> parseCpuTarget(llvm::StringRef cpu);

struct CodegenOptions {
  CpuTarget cpu{abi::defaultCpuLevel, "x86-64-v2"};
  unsigned optimisationLevel = 2; // 0 to 3
  bool lineTables = false;        // -g: what a debugger needs to show .nn lines
  /// Where phases are timed, if anywhere.
  mlir::TimingScope *timing = nullptr;
};

/// Registers the dialects of the loops stage and what their conversion and translation need.
void registerCodegenDialects(mlir::DialectRegistry &registry);
/// Registers the passes, and buildLlvmPipeline as --nn-to-llvm, for nn-opt.
void registerCodegenPasses();

/// From the loops stage to the LLVM dialect, the program's tables included.
void buildLlvmPipeline(mlir::OpPassManager &manager, const CodegenOptions &options);

/// The LLVM IR of a program and the machine that it is for.
class LlvmProgram {
public:
  /// Takes a module that buildLlvmPipeline made.
  static llvm::Expected<LlvmProgram> translate(mlir::ModuleOp module,
                                               const CodegenOptions &options);

  /// Runs LLVM's optimiser at the level of the options.
  void optimise();
  void printIr(llvm::raw_ostream &os) const;
  /// One of these, once; they change the IR.
  llvm::Error emitAssembly(llvm::raw_pwrite_stream &os);
  llvm::Error emitObject(llvm::raw_pwrite_stream &os);

  llvm::Module &getModule() { return *module; }

private:
  LlvmProgram() = default;
  llvm::Error emit(llvm::raw_pwrite_stream &os, llvm::CodeGenFileType type);

  // In the order in which they must outlive each other.
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
  std::unique_ptr<llvm::TargetMachine> machine;
  CodegenOptions options;
};

struct LinkOptions {
  /// Holds libnnrt.a and the C start-up objects; see getLibraryDirectory.
  std::string libraryDirectory;
  bool strip = false;
  mlir::TimingScope *timing = nullptr;
};

/// `../lib/nnc` as seen from the running executable, wherever that was moved; `argv0` helps where
/// the system cannot tell.
std::string getLibraryDirectory(const char *argv0);

/// Links objects with the runtime to a position-independent executable that needs libc and libm
/// only. The output appears under its name when complete; on failure what was there before is left
/// alone. lld resets the process's llvm::cl options: read them before.
llvm::Error linkExecutable(llvm::ArrayRef<std::string> objects, llvm::StringRef output,
                           const LinkOptions &options);

/// emitObject into a temporary file, and linkExecutable.
llvm::Error buildExecutable(LlvmProgram &program, llvm::StringRef output,
                            const LinkOptions &options);

} // namespace nnc::codegen

#endif // NNC_CODEGEN_CODEGEN_H
