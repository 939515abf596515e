//===- Variables.cpp - places in memory, and random streams -----------------===//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Emitter.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

std::shared_ptr<const Variable> Emitter::makeVariable(StringRef wanted, VariableKind kind,
                                                      mlir::Type type, Span span, StringRef name) {
  auto variable = std::make_shared<Variable>();
  variable->symbol = wanted.str();
  for (unsigned i = 1; !unit.uses.try_emplace(variable->symbol).second; ++i)
    variable->symbol = (wanted + "." + std::to_string(i)).str();
  variable->kind = kind;
  variable->type = type;
  variable->span = span;
  variable->name = name.str();
  for (const Frame *f = frame; f; f = f->parent)
    if (f->callSite)
      variable->madeAt = f->callSite;
  mlir::OpBuilder::InsertionGuard guard(builder);
  // Variables stand first in the unit, in order.
  mlir::Block &block = unit.op->getRegion(0).front();
  if (unit.variableAnchor)
    builder.setInsertionPointAfter(unit.variableAnchor);
  else
    builder.setInsertionPointToStart(&block);
  variable->declaration = VariableOp::create(builder, getLoc(span), variable->symbol, kind, type);
  unit.variableAnchor = variable->declaration;
  unit.variables.push_back(variable);
  return variable;
}

void Emitter::makeWeightsVariables(Binding &binding, StringRef wanted, VariableKind kind,
                                   const Weights &weights, StringRef name) {
  for (const Weights::Leaf &leaf : weights.leaves) {
    auto variable = makeVariable((wanted + "." + leaf.path).str(), kind, leaf.value.getType(),
                                 binding.span, name);
    assignVariable(*variable, leaf.value);
    binding.weightsPaths.push_back(leaf.path);
    binding.weightsSymbols.push_back(leaf.symbol);
    binding.weightsVariables.push_back(variable);
  }
}

mlir::Value Emitter::readVariable(const Variable &variable) {
  unit.uses[variable.symbol].isRead = true;
  auto found = unit.known.find(variable.symbol);
  if (found != unit.known.end() && found->second.block == builder.getInsertionBlock())
    return found->second.value;
  mlir::Location loc = mlir::NameLoc::get(builder.getStringAttr(variable.symbol),
                                          getLoc(currentSpan ? currentSpan : variable.span));
  mlir::Value value = ReadOp::create(builder, loc, variable.type, variable.symbol);
  unit.known[variable.symbol] = {builder.getInsertionBlock(), value};
  return value;
}

void Emitter::assignVariable(const Variable &variable, mlir::Value value) {
  AssignOp::create(builder, getLoc(currentSpan ? currentSpan : variable.span), variable.symbol,
                   value);
  // A gradient asks for what a place was read as: only of a `var` is the assigned value itself
  // handed on.
  if (variable.kind == VariableKind::Var)
    unit.known[variable.symbol] = {builder.getInsertionBlock(), value};
  else
    unit.known.erase(variable.symbol);
}

//===-- Random streams --===//

/// A draw's place in the program's structure, together with the calls that led there: two Dropout
/// layers are two places. Neither lines and columns nor what stands elsewhere matter.
int64_t Emitter::getPlace(Span span) {
  std::string text = path;
  Span where = span;
  for (const Frame *f = frame; f; f = f->parent) {
    text += ("|" + modules.callSites.getName(where) + " in " + f->what).str();
    where = f->callSite;
  }
  return static_cast<int64_t>(llvm::xxh3_64bits(text) >> 1);
}

/// The number of draws at a place so far; each turn of an unrolled loop and each instance of a
/// layer counts on.
mlir::Value Emitter::nextStream(Span span) {
  std::shared_ptr<const Variable> &counter = unit.randomCounters[getPlace(span)];
  if (!counter)
    counter = makeVariable("random." + llvm::utohexstr(getPlace(span)), VariableKind::Slot,
                           getScalarType(builder.getI64Type()), span, "random");
  mlir::Value count = readVariable(*counter);
  assignVariable(*counter,
                 AddOp::create(builder, getLoc(span), counter->type, count, constantInt(1)));
  return count;
}
