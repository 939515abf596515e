//===- Program.cpp - the language's own names, commands, tests --------------------------===//

#include "compiler/elaborate/Elaborator.h"
#include "compiler/syntax/Parser.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

Elaborator::Elaborator(mlir::ModuleOp module, DiagnosticEngine &engine)
    : builder(module.getContext()), engine(engine), module(module), context(module.getContext()) {
  library.isLibrary = true;
  program.scope.parent = &library.scope;
  scope = &program.scope;
  currentModule = &program;
  auto add = [&](StringRef name, const Builtin *builtin) {
    auto callable = std::make_shared<Callable>();
    callable->kind = Callable::BuiltinFunction;
    callable->builtin = builtin;
    Binding binding;
    binding.value = Value::of(callable);
    library.scope.set(name, binding);
  };
  addElementwiseBuiltins(add);
  for (llvm::ArrayRef<Builtin> builtins :
       {getStructureBuiltins(), getShapeBuiltins(), getReductionBuiltins(), getTrainingBuiltins(),
        getProgramBuiltins(), getDataBuiltins(), getWindowBuiltins()})
    for (const Builtin &builtin : builtins)
      add(builtin.name, &builtin);
  Binding infinity;
  infinity.value = Value::ofFloat(std::numeric_limits<double>::infinity());
  library.scope.set("infinity", infinity);
  Binding pi;
  pi.value = Value::ofFloat(3.14159265358979323846);
  library.scope.set("pi", pi);
}

mlir::Location Elaborator::getLoc(Span span) {
  // What happens inside the library happens, to the user, where the library was called.
  Span shown = span;
  for (Frame *f = frame; f; f = f->parent)
    if (f->inLibrary && f->callSite)
      shown = f->callSite;
  if (!shown)
    return builder.getUnknownLoc();
  LineColumn at = shown.getBegin();
  return mlir::FileLineColLoc::get(context, shown.file->getPath(), at.line, at.column);
}

void Elaborator::addCallChain(DiagnosticBuilder &report) {
  unsigned shown = 0;
  for (Frame *f = frame; f; f = f->parent)
    if (f->callSite && shown++ < 8)
      report.call(f->callSite, "in the call of " + f->what + " here");
}

//===-- Units
//----------------------------------------------------------------------------------===//

void Elaborator::beginUnit(mlir::Operation *op) {
  unit = op;
  symbols.clear();
  sizeSymbols.clear();
  sizeDepths.clear();
  variables.clear();
  optimizers.clear();
  boundSizes.clear();
  opaqueSizes.clear();
  randomCounters.clear();
  variableAnchor = nullptr;
  forgetValues();
  path.clear();
  raised.clear();
  blockEnded = false;
  runtimeDepth = 0;
  scope = &program.scope;
  currentModule = &program;
}

void Elaborator::endUnit() {
  emitResets();
  // A command that loads a layer may use a part of it, one that only makes it nothing, by
  // intention.
  auto isUsed = [](const std::shared_ptr<Variable> &variable) {
    return variable->kind == VariableKind::Param && (variable->isRead || variable->isTrained);
  };
  if (llvm::any_of(variables, isUsed) && !engine.hasErrors())
    for (const std::shared_ptr<Variable> &variable : variables)
      if (variable->kind == VariableKind::Param && !isUsed(variable) && !variable->isLoaded) {
        DiagnosticBuilder report = error(diag::UnusedParam, variable->span, variable->symbol);
        if (variable->madeAt)
          report.note(variable->madeAt, "its layer is made here");
      }
  unit = nullptr;
}

void Elaborator::emitCommands(bool tests) {
  for (const ast::Item *item : programFile->items) {
    if (auto *command = llvm::dyn_cast<ast::CommandItem>(item); command && !tests)
      emitCommand(command->name, item->doc, command->parameters, command->body, false);
    if (auto *test = llvm::dyn_cast<ast::TestItem>(item); test && tests)
      emitCommand(test->name, item->doc, {}, test->body, true);
  }
}

/// How a flag's type is written in nn.command, and the type of its value.
static std::pair<StringRef, mlir::Type> getFlagType(Elaborator &e, StringRef name) {
  mlir::OpBuilder &builder = e.builder;
  mlir::Type str = StrType::get(builder.getContext());
  return llvm::StringSwitch<std::pair<StringRef, mlir::Type>>(name)
      .Case("int", {"int", NNTensorType::getScalar(builder.getI64Type())})
      .Case("i64", {"int", NNTensorType::getScalar(builder.getI64Type())})
      .Case("i32", {"i32", NNTensorType::getScalar(builder.getI32Type())})
      .Case("float", {"float", NNTensorType::getScalar(builder.getF64Type())})
      .Case("f64", {"float", NNTensorType::getScalar(builder.getF64Type())})
      .Case("f32", {e.getReal().isF64() ? "float" : "f32", NNTensorType::getScalar(e.getReal())})
      .Case("bool", {"bool", NNTensorType::getScalar(builder.getI1Type())})
      .Case("str", {"str", str})
      .Case("path", {"path", str})
      .Default({"", nullptr});
}

void Elaborator::emitCommand(const ast::Identifier &name, StringRef doc,
                             llvm::ArrayRef<ast::Parameter> parameters, const ast::Block &body,
                             bool isTest) {
  builder.setInsertionPointToEnd(module.getBody());
  Frame top;
  top.what = name.name;
  top.firstLine = name.span.getBegin().line;
  collectDifferentiated(body, top.differentiated);
  Restore<Frame *> inFrame(frame, &top);

  // The flags.
  llvm::SmallVector<mlir::Attribute> flags;
  llvm::SmallVector<mlir::Type> types;
  bool good = true;
  for (const ast::Parameter &parameter : parameters) {
    if (llvm::is_contained({"seed", "threads", "device", "log", "quiet", "help"},
                           parameter.name.name)) {
      error(diag::BuiltInFlag, parameter.name.span, parameter.name.name);
      good = false;
      continue;
    }
    Value fallback;
    if (parameter.defaultValue) {
      fallback = evaluateOutside(parameter.defaultValue, "the default of a flag");
      if (!fallback.isStaticNumber() && !fallback.is(Value::Bool) && !fallback.is(Value::Str)) {
        if (!fallback.isPoison())
          error(diag::NotStatic, parameter.defaultValue->span, "the default of a flag",
                describe(fallback));
        good = false;
        continue;
      }
      if (parameter.type)
        fallback = matchType(fallback, *parameter.type, parameter.defaultValue->span, true,
                             "the default of '" + parameter.name.name + "'");
    }
    StringRef typeName =
        parameter.type && parameter.type->kind == ast::Type::Named && !parameter.type->hasDims
            ? StringRef(parameter.type->name.name)
        : parameter.type            ? StringRef()
        : fallback.is(Value::Int)   ? "int"
        : fallback.is(Value::Float) ? "f32"
        : fallback.is(Value::Bool)  ? "bool"
        : fallback.is(Value::Str)   ? "str"
                                    : "";
    auto [flagType, type] = getFlagType(*this, typeName);
    if (!type || (parameter.defaultValue && fallback.isPoison())) {
      if (!type)
        error(diag::BadFlagType, parameter.span, parameter.name.name);
      good = false;
      continue;
    }
    llvm::SmallVector<mlir::NamedAttribute> entries = {
        builder.getNamedAttr("name", builder.getStringAttr(parameter.name.name)),
        builder.getNamedAttr("doc", builder.getStringAttr(parameter.doc)),
        builder.getNamedAttr("type", builder.getStringAttr(flagType))};
    if (parameter.defaultValue) {
      mlir::Attribute value;
      if (fallback.is(Value::Str))
        value = builder.getStringAttr(fallback.getString());
      else if (fallback.is(Value::Bool))
        value = builder.getBoolAttr(fallback.getBool());
      else if (flagType == "int" || flagType == "i32")
        value = builder.getI64IntegerAttr(fallback.getInt());
      else
        value = builder.getF64FloatAttr(fallback.getFloat());
      entries.push_back(builder.getNamedAttr("default", value));
      std::string text = fallback.is(Value::Str) ? fallback.getString()
                                                 : parameter.defaultValue->span.getText().str();
      entries.push_back(builder.getNamedAttr("default_text", builder.getStringAttr(text)));
    }
    flags.push_back(builder.getDictionaryAttr(entries));
    types.push_back(type);
  }
  if (!good)
    return;

  auto op = CommandOp::create(builder, getLoc(name.span), name.name, doc,
                              builder.getArrayAttr(flags), isTest);
  mlir::Block &block = op.getBody().emplaceBlock();
  beginUnit(op);
  Scope local;
  local.parent = &program.scope;
  scope = &local;
  for (auto [parameter, type] : llvm::zip_equal(parameters, types)) {
    Binding binding;
    binding.value = Value::of(
        block.addArgument(type, mlir::NameLoc::get(builder.getStringAttr(parameter.name.name),
                                                   getLoc(parameter.span))));
    binding.span = parameter.name.span;
    binding.isUsed = true;
    if (!local.findHere(parameter.name.name))
      local.set(parameter.name.name, binding);
    else
      error(diag::DefinedTwice, parameter.name.span, parameter.name.name);
  }
  builder.setInsertionPointToEnd(&block);
  executeStatements(body.statements);
  warnUnused(local);
  endUnit();
  EndOp::create(builder, getLoc(name.span));
  scope = &program.scope;
}
