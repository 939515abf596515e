//===- Modules.cpp - the items of files: what names a program knows ------------------===//
//
// Each file is a module: its own items, and those of the files that it imports, inside the standard
// library. Functions and layers are only made known here; constants are evaluated, in order.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Elaborator.h"
#include "compiler/elaborate/Types.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

void Elaborator::addItems(const ast::File &file, Module &into) {
  modules.callSites.add(file);
  Restore<Scope *> inScope(interpreter.scope, &into.scope);
  Restore<Module *> inModule(interpreter.currentModule, &into);
  auto checkDistinct = [&](llvm::ArrayRef<ast::Parameter> parameters) {
    llvm::StringMap<Span> seen;
    for (const ast::Parameter &parameter : parameters)
      if (auto [known, isNew] = seen.try_emplace(parameter.name.name, parameter.name.span); !isNew)
        interpreter.error(diag::DefinedTwice, parameter.name.span, parameter.name.name)
            .note(known->second, "defined here before");
  };
  for (const ast::Item *item : file.items)
    if (auto *import = llvm::dyn_cast<ast::ImportItem>(item))
      addImport(*import, into);
  for (const ast::Item *item : file.items) {
    Binding binding;
    binding.isUsed = true;
    binding.span = item->name.span;
    auto callable = std::make_shared<Callable>();
    callable->module = &into;
    if (auto *function = llvm::dyn_cast<ast::FunctionItem>(item)) {
      callable->kind = Callable::UserFunction;
      callable->function = function->function;
      checkDistinct(function->function->parameters);
      binding.value = Value::of(callable);
      binding.span = function->function->name.span;
      interpreter.define(function->function->name, binding);
    } else if (auto *layer = llvm::dyn_cast<ast::LayerItem>(item)) {
      callable->kind = Callable::Class;
      callable->layer = layer;
      checkDistinct(layer->parameters);
      for (const ast::LayerMember *member : layer->members)
        if (member->method)
          checkDistinct(member->method->parameters);
      binding.value = Value::of(callable);
      interpreter.define(item->name, binding);
    }
  }
  // Constants in order, once all functions are known.
  for (const ast::Item *item : file.items)
    if (auto *node = llvm::dyn_cast<ast::ConstItem>(item))
      addConst(*node, into);
}

/// Makes the items of another file known: under their own names, or as members of an alias.
void Elaborator::addImport(const ast::ImportItem &item, Module &into) {
  Module *module = modules.imported[imports.lookup(&item)].get();
  if (!module)
    return; // its error has been reported
  if (item.alias) {
    Binding binding = Binding::fixed(Value::of(module), item.alias->span);
    interpreter.define(*item.alias, std::move(binding));
    return;
  }
  for (auto &[name, binding] : module->scope.names) {
    if (binding.span.file != module->file->source)
      continue; // what that file imports itself
    Binding *existing = into.scope.findHere(name);
    bool isSame = existing && existing->span.file == binding.span.file &&
                  existing->span.begin == binding.span.begin;
    if (isSame)
      continue; // the same file, imported twice
    if (existing)
      interpreter
          .error(diag::ImportClash, item.span, name, existing->span.file->getPath(),
                 binding.span.file->getPath())
          .note(existing->span, "'" + name + "' is defined here")
          .note(binding.span, "and here");
    else
      into.scope.set(name, binding);
  }
}

Value elaborate::evaluateOutside(Interpreter &e, const ast::Expr *expr, StringRef what) {
  return runOutside(e, expr->span, [&]() -> Value {
    Value value = e.evaluate(expr);
    bool isRuntime = value.is(Value::Runtime) || value.is(Value::Object) || value.is(Value::Data) ||
                     value.is(Value::WeightsKind) || value.is(Value::BatchesKind);
    return isRuntime ? e.fail(diag::NotStatic, expr->span, what, describe(value)) : value;
  });
}

Value elaborate::runOutside(Interpreter &e, Span span, llvm::function_ref<Value()> run) {
  mlir::OpBuilder::InsertionGuard guard(e.builder);
  e.builder.clearInsertionPoint();
  mlir::OwningOpRef<FuncOp> scratch = FuncOp::create(e.builder, e.getLoc(span), "scratch");
  e.builder.setInsertionPointToEnd(&scratch->getBody().emplaceBlock());
  Restore<Unit> inUnit(e.unit, Unit{scratch.get()});
  return run();
}

/// The value of a --define, of the kind of `like`; poison where it is none.
static Value parseDefine(StringRef text, const Value &like) {
  int64_t whole;
  double real;
  if (like.is(Value::Int))
    return text.getAsInteger(10, whole) ? Value() : Value::ofInt(whole);
  if (like.is(Value::Float))
    return text.getAsDouble(real) ? Value() : Value::ofFloat(real);
  if (like.is(Value::Bool))
    return text == "true" ? Value::ofBool(true) : text == "false" ? Value::ofBool(false) : Value();
  if (like.is(Value::Str))
    return Value::ofString(text.str());
  if (!like.is(Value::List) || like.getElements().empty())
    return Value();
  const Value &element = like.getElements().front();
  if (!element.isStaticNumber() && !element.is(Value::Bool))
    return Value();
  Values values;
  if (!text.consume_front("[") || !text.consume_back("]"))
    return Value();
  for (StringRef piece : llvm::split(text, ',')) {
    values.push_back(parseDefine(piece.trim(), element));
    if (values.back().isPoison())
      return Value();
  }
  return Value::list(std::move(values));
}

void Elaborator::addConst(const ast::ConstItem &item, Module &into) {
  Binding binding;
  binding.isUsed = true;
  binding.span = item.name.span;
  binding.value = evaluateOutside(interpreter, item.value, "a const");
  auto isStatic = [](const Value &value) {
    auto check = [](auto &self, const Value &v) -> bool {
      if (v.is(Value::List) || v.is(Value::Tuple))
        return llvm::all_of(v.getElements(),
                            [&](const Value &element) { return self(self, element); });
      return v.isPoison() || v.isStaticNumber() || v.is(Value::Bool) || v.is(Value::Str) ||
             v.is(Value::Function);
    };
    return check(check, value);
  };
  if (!isStatic(binding.value)) {
    interpreter.error(diag::NotStatic, item.value->span, "a const", describe(binding.value));
    binding.value = Value();
  }
  auto given = &into == &modules.program ? defines.find(item.name.name) : defines.end();
  if (given != defines.end() && !binding.value.isPoison()) {
    bool isReal =
        item.type && item.type->kind == ast::Type::Named && item.type->dims.empty() &&
        (item.type->name.name == "float" ||
         llvm::isa_and_nonnull<mlir::FloatType>(interpreter.getElementType(item.type->name.name)));
    Value like = isReal && binding.value.is(Value::Int) ? Value::ofFloat(binding.value.getFloat())
                                                        : binding.value;
    Value value = parseDefine(given->second, like);
    if (value.isPoison())
      interpreter.error(diag::BadDefine, item.name.span, item.name.name, given->second,
                        describe(binding.value));
    binding.value = value;
    defines.erase(given);
  }
  if (item.type && !binding.value.isPoison())
    binding.value = matchType(interpreter, binding.value, *item.type, item.value->span, true,
                              "'" + item.name.name + "'");
  interpreter.define(item.name, binding);
}

void Elaborator::addLibrary(const ast::File &file) { addItems(file, modules.library); }

void Elaborator::addModule(const ast::File &file) {
  auto module = std::make_unique<Module>();
  module->file = &file;
  module->scope.parent = &modules.library.scope;
  addItems(file, *module);
  checkNames(file, *module);
  modules.imported[&file] = std::move(module);
}

void Elaborator::addProgram(const ast::File &file,
                            const std::map<std::string, std::string> &given) {
  modules.program.file = &file;
  defines = given;
  addItems(file, modules.program);
  for (auto &[name, value] : defines)
    interpreter.error(diag::UnknownDefine, {}, name);
  checkNames(file, modules.program);
  llvm::StringMap<Span> commands;
  for (const ast::Item *item : file.items)
    if (llvm::isa<ast::CommandItem>(item))
      if (auto [known, isNew] = commands.try_emplace(item->name.name, item->name.span); !isNew)
        interpreter.error(diag::DefinedTwice, item->name.span, item->name.name)
            .note(known->second, "defined here before");
}
