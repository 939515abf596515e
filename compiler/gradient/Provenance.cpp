//===- Provenance.cpp - from an operation of the gradient back to its source -------===//

#include "compiler/gradient/Provenance.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::gradient {

static constexpr llvm::StringLiteral prefix = "gradient of ";

/// The first NameLoc within a location that `accept` agrees to.
static NameLoc findName(Location location, llvm::function_ref<bool(llvm::StringRef)> accept) {
  NameLoc found;
  location->walk([&](Location part) {
    auto name = llvm::dyn_cast<NameLoc>(part);
    if (!name || !accept(name.getName()))
      return WalkResult::advance();
    found = name;
    return WalkResult::interrupt();
  });
  return found;
}

std::optional<Forward> getForward(Location location) {
  NameLoc name = findName(location, [](llvm::StringRef text) { return text.starts_with(prefix); });
  if (!name)
    return std::nullopt;
  return Forward{name.getName().strref().drop_front(prefix.size()), name.getChildLoc()};
}

llvm::StringRef getUserName(Location location) {
  NameLoc name = findName(location, [](llvm::StringRef text) { return !text.starts_with(prefix); });
  return name ? name.getName().strref() : llvm::StringRef();
}

std::string describe(Value value) {
  // A value of the gradient has no name of its own, though what it was derived from may have.
  if (!getForward(value.getLoc()))
    if (llvm::StringRef name = getUserName(value.getLoc()); !name.empty())
      return ("'" + name + "'").str();
  if (Operation *op = value.getDefiningOp())
    return "the result of " + describe(op);
  return ("argument " + llvm::Twine(llvm::cast<BlockArgument>(value).getArgNumber())).str();
}

std::string describe(VariableOp variable) {
  llvm::StringRef name = getUserName(variable.getLoc());
  return ("'" + (name.empty() ? variable.getSymName() : name) + "'").str();
}

std::string describe(Operation *op) { return ("'" + op->getName().stripDialect() + "'").str(); }

} // namespace nnc::gradient
