//===- Paths.h - what a path of the program names ------------------------------------------===//
//
// `w`, `net.body.w` and `layers[0].w` name places that the program can read, train, save and
// assign; `net` and `net[0]` name all places in them; so do tuples and lists of paths. Whatever
// takes a path (`over`, `opt.step`, `grad`, `save`, `load`, `get_weights`, assignments) asks here,
// so that all of them take the same.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_PATHS_H
#define NNC_ELABORATE_PATHS_H

#include "compiler/elaborate/Layers.h"

namespace nnc::elaborate {

/// What a name or a member stands for.
struct Place {
  Binding *binding = nullptr;      // null where nothing of that name is known
  const Instance *owner = nullptr; // of a member: the layer or optimizer that holds it
  Value base;                      // of a member: what it is a member of
};
/// Finds the place of a name or member, of which it evaluates the base.
Place findPlace(Interpreter &e, const ast::Expr *expr);

/// The variable that a name or a member of what a path names stands for, or null. Computes nothing.
std::shared_ptr<const Variable> findVariable(Interpreter &e, const ast::Expr *expr);

/// The parts of a tuple or list of paths, in order; of any other expression itself.
std::vector<Held> resolvePaths(Interpreter &e, const ast::Expr *expr);
/// What the first argument of a built-in function names: by its syntax, or else its value.
std::vector<Held> resolveArgument(Interpreter &e, const BuiltinCall &call, llvm::StringRef name);

/// The params of the parts, each once. Reports a part that holds none.
std::vector<Reached> collectParams(Interpreter &e, const ast::Expr *expr);
/// All that the parts hold, each once: params, state, what optimizers remember.
std::vector<Reached> collectHeld(const Unit &unit, llvm::ArrayRef<Held> parts);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_PATHS_H
