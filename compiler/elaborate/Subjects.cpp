//===- Subjects.cpp - what is checked by itself --------------------------------------===//

#include "compiler/elaborate/Subjects.h"
#include "compiler/elaborate/SymbolicArguments.h"
#include "compiler/elaborate/SyntaxQueries.h"

using namespace nnc;
using namespace nnc::elaborate;

static bool hasRest(const ast::Type *type) {
  return type && (llvm::any_of(type->dims, [](const ast::DimSpec &spec) { return !spec.expr; }) ||
                  llvm::any_of(type->elements, hasRest));
}

/// Adds the arguments of what has that name.
static void addParameters(Subject &subject, Span name, llvm::ArrayRef<ast::Parameter> parameters,
                          const Coverage *coverage) {
  size_t numbersBefore = subject.numberNames.size();
  for (const ast::Parameter &parameter : parameters) {
    subject.hasRest |= hasRest(parameter.type);
    subject.hasReals |= isReal(parameter);
    if (isSize(parameter))
      subject.numberNames.push_back(parameter.name.name);
    subject.flagCount += isFlag(parameter);
  }
  if (!coverage || subject.numberNames.size() == numbersBefore)
    return;
  // Those of a method are with those of its layer.
  std::vector<Coverage::Numbers> around = std::exchange(subject.numbers, {});
  if (numbersBefore == 0)
    around.emplace_back();
  for (const Coverage::Numbers &outer : around)
    for (const Coverage::Numbers &inner : coverage->getNumbers(name)) {
      subject.numbers.push_back(outer);
      llvm::append_range(subject.numbers.back(), inner);
    }
}

static void addFunction(Subject &subject, const ast::Function &function, const Coverage *coverage) {
  subject.function = &function;
  addParameters(subject, function.name.span, function.parameters, coverage);
  subject.isCalled = coverage && coverage->isCalled(function.name.span);
  auto onExpr = [&](const ast::Expr *expr) {
    auto *name = llvm::dyn_cast<ast::Name>(expr);
    subject.asksMode |= name && name->name == "training";
  };
  if (function.expr)
    walk(function.expr, onExpr, [](const ast::Statement *) {});
  if (function.block)
    walk(*function.block, onExpr, [](const ast::Statement *) {});
}

std::vector<Subject> elaborate::collectSubjects(Module &module, const Coverage *coverage) {
  std::vector<Subject> subjects;
  for (const ast::Item *item : module.file->items) {
    Subject subject;
    if (auto *node = llvm::dyn_cast<ast::FunctionItem>(item)) {
      subject.name = node->function->name.name;
      Binding *binding = module.scope.findHere(subject.name);
      if (!binding || !binding->value.is(Value::Function))
        continue;
      subject.value = binding->value;
      addFunction(subject, *node->function, coverage);
      subjects.push_back(std::move(subject));
    }
    if (auto *layer = llvm::dyn_cast<ast::LayerItem>(item)) {
      Binding *binding = module.scope.findHere(layer->name.name);
      if (!binding || !binding->value.is(Value::Function))
        continue;
      subject.layer = layer;
      subject.value = binding->value;
      addParameters(subject, layer->name.span, layer->parameters, coverage);
      bool hasMethod = false;
      for (const ast::LayerMember *member : layer->members)
        if (member->method) {
          hasMethod = true;
          Subject method = subject;
          method.name = layer->name.name + "." + member->method->name.name;
          addFunction(method, *member->method, coverage);
          subjects.push_back(std::move(method));
        }
      subject.name = layer->name.name;
      if (!hasMethod)
        subjects.push_back(std::move(subject));
    }
  }
  return subjects;
}
