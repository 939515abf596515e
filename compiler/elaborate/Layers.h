//===- Layers.h - making layers, and finding what a layer holds --------------------------===//
//
// A layer is an Instance: values by name, among them its variables, which the unit declares.
// Errors in arguments name the parameter and show its declaration.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_LAYERS_H
#define NNC_ELABORATE_LAYERS_H

#include "compiler/elaborate/Interpreter.h"

namespace nnc::elaborate {

/// Makes a layer, model or optimizer: binds its arguments, emits its params and state.
Value instantiate(Interpreter &e, Module &module, const ast::LayerItem &item,
                  std::vector<Argument> arguments, Span span);
/// Emits a param with its initial value; binds it.
void declareParam(Interpreter &e, const ast::Identifier &name, const ast::Type *type,
                  const std::optional<ast::Initialiser> &init);

/// A variable that something holds, and where in it.
struct Reached {
  std::string path;
  std::shared_ptr<const Variable> variable;
};
/// A path, and a name below it.
std::string joinPath(const std::string &at, llvm::StringRef name);
/// The params (and with `states` the state) that a value holds, each once, in order of
/// declaration.
std::vector<Reached> collectVariables(const Value &value, bool states);
/// The params and state that a value holds, and for each optimizer its numbers and what it
/// remembers of each param that the unit has trained with it so far.
std::vector<Reached> collectHeld(const Unit &unit, const Value &value);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_LAYERS_H
