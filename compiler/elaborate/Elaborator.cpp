//===- Elaborator.cpp - the language's own names ---------------------------------------===//

#include "compiler/elaborate/Elaborator.h"

using namespace nnc;
using namespace nnc::elaborate;
using llvm::StringRef;

Elaborator::Elaborator(mlir::ModuleOp module, DiagnosticEngine &engine, const ImportMap &imports,
                       bool isDouble)
    : interpreter(module, engine, modules), imports(imports) {
  interpreter.isDouble = isDouble;
  modules.library.isLibrary = true;
  modules.program.scope.parent = &modules.library.scope;
  interpreter.scope = &modules.program.scope;
  interpreter.currentModule = &modules.program;
  auto add = [&](StringRef name, const Builtin *builtin) {
    auto callable = std::make_shared<Callable>();
    callable->kind = Callable::BuiltinFunction;
    callable->builtin = builtin;
    Binding binding;
    binding.value = Value::of(callable);
    modules.library.scope.set(name, binding);
  };
  addElementwiseBuiltins(add);
  for (llvm::ArrayRef<Builtin> builtins :
       {getStructureBuiltins(), getShapeBuiltins(), getReductionBuiltins(), getTrainingBuiltins(),
        getProgramBuiltins(), getDataBuiltins(), getWindowBuiltins()})
    for (const Builtin &builtin : builtins)
      add(builtin.name, &builtin);
  Binding infinity;
  infinity.value = Value::ofFloat(std::numeric_limits<double>::infinity());
  modules.library.scope.set("infinity", infinity);
  Binding pi;
  pi.value = Value::ofFloat(3.14159265358979323846);
  modules.library.scope.set("pi", pi);
}
