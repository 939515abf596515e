//===- Compilation.h - one program on its way through the stages ------------------===//
//
// Owns everything that a compilation needs: sources, syntax trees, the MLIR context and module.
// Each step returns false after errors, which have been reported to the engine; MLIR's errors
// arrive there too, with the place in the .nn file.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DRIVER_COMPILATION_H
#define NNC_DRIVER_COMPILATION_H

#include "compiler/codegen/Codegen.h"
#include "compiler/support/Diagnostics.h"
#include "compiler/syntax/Imports.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include <map>

namespace nnc::elaborate {
class Elaborator;
class Observer;
class Coverage;
} // namespace nnc::elaborate

namespace nnc::driver {

enum class Phase {
#define PHASE(ENUMERATOR, NAME, DESCRIPTION) ENUMERATOR,
#include "compiler/driver/Phases.def"
};

struct PhaseInfo {
  Phase phase;
  llvm::StringRef name, description;
};
llvm::ArrayRef<PhaseInfo> getPhases();

struct CompileOptions {
  std::map<std::string, std::string> defines; // -D name=value
  std::vector<std::string> searchPath;        // folders of imported files
  bool isDouble = false;                      // f32 stands for f64
  bool fuse = true;                           // several operations in one loop nest
  bool share = true;                          // equal kernels are one function
  bool exact = false;                         // formulas as they are written
  codegen::CodegenOptions codegen;
  bool tests = false;    // the test blocks instead of the commands
  std::string unit;      // --of: only this function, loss or layer, as an nn.func
  bool gradient = false; // of the unit, the gradient with respect to its arguments and params
  elaborate::Observer *observer = nullptr; // told of what elaboration finds
  elaborate::Coverage *coverage = nullptr; // where it is noted what is called
};

class Compilation {
public:
  /// `sources` and `engine` must outlive it: diagnostics point into the sources.
  Compilation(SourceManager &sources, DiagnosticEngine &engine, CompileOptions options);
  ~Compilation();

  /// Parses the program and what it imports; false also where `source` is null (it could not be
  /// read, which was reported).
  bool parse(const SourceFile *source);
  /// To the `nn` stage.
  bool elaborate();
  /// Checks functions, layers, losses and optimizers by themselves, for all sizes, once the program
  /// has been elaborated. Lists what could not be checked.
  std::vector<std::string> checkItems();
  /// From the `nn` stage to `phase`, which is Grad, Opt or Loops; to loops that are not simplified
  /// where only errors are of interest.
  bool lowerTo(Phase phase, bool simplify = true);
  /// From the `loops` stage to optimised LLVM IR.
  bool translate();

  const ast::File &getFile() const { return *file; }
  const Imports &getImports() const { return imports; }
  mlir::ModuleOp getModule() const { return *module; }
  codegen::LlvmProgram &getProgram() { return *llvmProgram; }
  /// How much memory each command needs, e.g. "train: 97.3 KiB + 1.2 KiB * n"; after `loops`.
  std::vector<std::string> describeMemory() const;

private:
  bool runPasses(llvm::function_ref<void(mlir::OpPassManager &)> build);
  void report(mlir::Diagnostic &diagnostic);
  Span getSpan(mlir::FileLineColRange place) const;

  SourceManager &sources;
  DiagnosticEngine &engine;
  CompileOptions options;
  const SourceFile *source = nullptr;
  std::unique_ptr<ast::File> file;
  Imports imports;
  std::vector<std::unique_ptr<ast::File>> library;
  std::vector<const SourceFile *> files;
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<elaborate::Elaborator> elaborator; // once it knows all items
  std::unique_ptr<codegen::LlvmProgram> llvmProgram;
};

} // namespace nnc::driver

#endif // NNC_DRIVER_COMPILATION_H
