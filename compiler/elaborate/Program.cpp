//===- Program.cpp - commands and tests --------------------------===//

#include "compiler/elaborate/Elaborator.h"
#include "compiler/elaborate/SyntaxQueries.h"
#include "compiler/elaborate/Training.h"
#include "compiler/elaborate/Types.h"
#include "compiler/elaborate/WrittenFiles.h"
#include "compiler/ir/ElementTypes.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

void elaborate::finishUnit(Interpreter &e) {
  emitResets(e);
  completeFiles(e);
  if (llvm::isa_and_nonnull<CommandOp>(e.unit.op))
    emitPrecautions(e);
  // A command that loads a layer may use a part of it, one that only makes it nothing, by
  // intention.
  auto isUsed = [&](const Variable &variable) {
    const VariableUse &use = e.unit.uses[variable.symbol];
    return variable.kind == VariableKind::Param && (use.isRead || use.isTrained);
  };
  bool usesAny = llvm::any_of(e.unit.variables, [&](const auto &one) { return isUsed(*one); });
  if (!usesAny || e.engine.hasErrors())
    return;
  for (const std::shared_ptr<const Variable> &variable : e.unit.variables)
    if (variable->kind == VariableKind::Param && !isUsed(*variable) &&
        !e.unit.uses[variable->symbol].isLoaded) {
      DiagnosticBuilder report = e.error(diag::UnusedParam, variable->span, variable->symbol);
      if (variable->madeAt)
        report.note(variable->madeAt, "its layer is made here");
    }
}

void Elaborator::emitCommands(bool tests) {
  for (const ast::Item *item : modules.program.file->items) {
    if (auto *command = llvm::dyn_cast<ast::CommandItem>(item); command && !tests)
      emitCommand(command->name, item->doc, command->parameters, command->body, false);
    if (auto *test = llvm::dyn_cast<ast::TestItem>(item); test && tests)
      emitCommand(test->name, item->doc, {}, test->body, true);
  }
  // After those of calls, which know more of what comes in.
  for (Diagnostic &mistake : std::exchange(compositionMistakes, {}))
    interpreter.engine.emit(std::move(mistake));
}

/// How the runtime reads a flag of a declared type, and the type of its value; none for a type that
/// no flag has.
static std::optional<std::pair<nn_flag_type, mlir::Type>> getFlagType(Emitter &e, StringRef name) {
  if (name == "str" || name == "path")
    return {{*abi::find<nn_flag_type>(name), StrType::get(e.context)}};
  StringRef element = name == "int" ? "i64" : name == "float" ? "f64" : name;
  mlir::Type type = e.getElementType(element);
  if (!type || ir::isStorageFloat(type))
    return std::nullopt;
  nn_flag_type flag = type.isInteger(1)    ? NN_FLAG_BOOL
                      : type.isInteger(32) ? NN_FLAG_I32
                      : type.isInteger()   ? NN_FLAG_INT
                      : type.isF64()       ? NN_FLAG_FLOAT
                                           : NN_FLAG_F32;
  return {{flag, NNTensorType::getScalar(type)}};
}

namespace {
/// A flag of a command.
struct Flag {
  FlagAttr entry;
  mlir::Type type; // of its value
};
} // namespace

/// The name of the type that a flag is declared with, or that its default has; empty if there is
/// none.
static StringRef getTypeName(const ast::Parameter &parameter, const Value &fallback) {
  if (parameter.type)
    return parameter.type->kind == ast::Type::Named && !parameter.type->hasDims
               ? StringRef(parameter.type->name.name)
               : StringRef();
  return fallback.is(Value::Int)     ? "int"
         : fallback.is(Value::Float) ? "f32"
         : fallback.is(Value::Bool)  ? "bool"
         : fallback.is(Value::Str)   ? "str"
                                     : "";
}

static mlir::Attribute getDefault(mlir::Builder builder, const Value &value, nn_flag_type type) {
  if (value.is(Value::Str))
    return builder.getStringAttr(value.getString());
  if (value.is(Value::Bool))
    return builder.getBoolAttr(value.getBool());
  if (type == NN_FLAG_INT || type == NN_FLAG_I32)
    return builder.getI64IntegerAttr(value.getInt());
  return builder.getF64FloatAttr(value.getFloat());
}

/// Nothing after an error.
static std::optional<Flag> makeFlag(Interpreter &e, const ast::Parameter &parameter) {
  if (llvm::is_contained({"seed", "threads", "device", "log", "quiet", "allow_nan", "help"},
                         parameter.name.name)) {
    e.error(diag::BuiltInFlag, parameter.name.span, parameter.name.name);
    return std::nullopt;
  }
  Value fallback;
  if (parameter.defaultValue) {
    fallback = evaluateOutside(e, parameter.defaultValue, "the default of a flag");
    if (!fallback.isStaticNumber() && !fallback.is(Value::Bool) && !fallback.is(Value::Str)) {
      if (!fallback.isPoison())
        e.error(diag::NotStatic, parameter.defaultValue->span, "the default of a flag",
                describe(fallback));
      return std::nullopt;
    }
    if (parameter.type)
      fallback = matchType(e, fallback, *parameter.type, parameter.defaultValue->span, true,
                           "the default of '" + parameter.name.name + "'");
  }
  auto flagType = getFlagType(e, getTypeName(parameter, fallback));
  if (!flagType)
    e.error(diag::BadFlagType, parameter.span, parameter.name.name);
  if (!flagType || (parameter.defaultValue && fallback.isPoison()))
    return std::nullopt;
  auto [kind, type] = *flagType;
  mlir::Builder builder(e.context);
  mlir::Attribute value;
  mlir::StringAttr text;
  if (parameter.defaultValue) {
    value = getDefault(builder, fallback, kind);
    text = builder.getStringAttr(fallback.is(Value::Str)
                                     ? fallback.getString()
                                     : parameter.defaultValue->span.getText().str());
  }
  return Flag{FlagAttr::get(e.context, builder.getStringAttr(parameter.name.name), kind,
                            builder.getStringAttr(parameter.doc), value, text),
              type};
}

void Elaborator::emitCommand(const ast::Identifier &name, StringRef doc,
                             llvm::ArrayRef<ast::Parameter> parameters, const ast::Block &body,
                             bool isTest) {
  Interpreter &e = interpreter;
  e.builder.setInsertionPointToEnd(e.module.getBody());
  Scope local;
  local.parent = &modules.program.scope;
  std::vector<Flag> flags;
  for (const ast::Parameter &parameter : parameters)
    if (std::optional<Flag> flag = makeFlag(e, parameter))
      flags.push_back(*flag);
  if (flags.size() != parameters.size())
    return;

  Activation top(e, name.name, modules.program, local);
  collectDifferentiated(body, top.differentiated);
  llvm::SmallVector<mlir::Attribute> entries;
  for (const Flag &flag : flags)
    entries.push_back(flag.entry);
  auto op = CommandOp::create(e.builder, e.getLoc(name.span), name.name, doc,
                              e.builder.getArrayAttr(entries), isTest);
  mlir::Block &block = op.getBody().emplaceBlock();
  Restore<Unit> inUnit(e.unit, Unit{op});
  for (auto [parameter, flag] : llvm::zip_equal(parameters, flags)) {
    mlir::Location loc =
        mlir::NameLoc::get(e.builder.getStringAttr(parameter.name.name), e.getLoc(parameter.span));
    Binding binding =
        Binding::fixed(Value::of(block.addArgument(flag.type, loc)), parameter.name.span);
    if (!local.findHere(parameter.name.name))
      local.set(parameter.name.name, binding);
    else
      e.error(diag::DefinedTwice, parameter.name.span, parameter.name.name);
  }
  e.builder.setInsertionPointToEnd(&block);
  e.executeStatements(body.statements);
  e.warnUnused(local);
  finishUnit(e);
  EndOp::create(e.builder, e.getLoc(name.span));
}
