//===- Compositions.cpp - compositions are checked where they are written ------------===//
//
// The stages are called one after the other, each on what the one before gives; the first, and each
// after one of which nothing is known, on a value of its declared type. The operations are thrown
// away. What is wrong for some inputs only is no mistake: sizes are taken for unknown ones, and
// `..` for any number of axes.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Compositions.h"
#include "compiler/elaborate/Elaborator.h"
#include "compiler/elaborate/SymbolicArguments.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

namespace {

class CompositionCheck {
public:
  CompositionCheck(Interpreter &e, const Callable &composition, unsigned restRank)
      : e(e), composition(composition), restRank(restRank) {}

  void run();

  std::vector<Diagnostic> mistakes;
  NNTensorType output; // of the last stage; null where nothing is known of it

private:
  Value makeInput(const Value &stage);
  Value makeOutput(NNTensorType type);
  Value pass(const Value &stage, Value input, Span span);
  Value restart(const Value &stage, Span span);

  Interpreter &e;
  const Callable &composition;
  unsigned restRank;
};

} // namespace

/// Whether an error of this kind stands for all inputs, unless it is marked otherwise.
static bool isMistake(const Diagnostic &diagnostic) {
  switch (diagnostic.kind) {
  case diag::DimMismatch:
  case diag::ShapeMismatch:
  case diag::MatMulMismatch:
    return !diagnostic.mayBeRight;
  case diag::RankMismatch:
  case diag::TypeMismatch:
  case diag::MixedElementTypes:
  case diag::WrongOperand:
  case diag::TooManyIndices:
  case diag::NoSuchAxis:
  case diag::TooManyArguments:
  case diag::MissingArgument:
    return true;
  default:
    return false;
  }
}

/// A value of the type that a stage declares for what it takes; poison where it declares none.
Value CompositionCheck::makeInput(const Value &stage) {
  const ast::Function *function = nullptr;
  Scope *around = nullptr;
  if (stage.is(Value::Object)) {
    function = stage.getInstance()->methods.lookup("forward");
    around = &stage.getInstance()->scope;
  } else {
    const Callable &callable = *stage.getCallable();
    if (callable.kind == Callable::Composition)
      return makeInput(callable.parts.front());
    if (callable.kind == Callable::Partial)
      return makeInput(callable.callee);
    function = callable.function;
    if (function)
      around = callable.self ? &callable.self->scope : &callable.module->scope;
  }
  if (!function || function->parameters.empty())
    return Value();
  DiagnosticCapture unreported(e.engine);
  SymbolicArguments symbolic(e, *e.builder.getInsertionBlock(), *around, restRank,
                             /*universal=*/false);
  const ast::Parameter &parameter = function->parameters.front();
  symbolic.nameSizes(parameter);
  Value input = symbolic.makeValue(parameter, parameter.type);
  return input.is(Value::Float) ? Value() : input;
}

/// A value of the type that a composition gives, whose sizes are named anew.
Value CompositionCheck::makeOutput(NNTensorType type) {
  llvm::StringMap<Dim> names;
  llvm::SmallVector<Dim> shape;
  for (Dim dim : type.getShape())
    shape.push_back(dim.substitute([&](llvm::StringRef name) -> Dim {
      if (e.unit.universalSizes.contains(name))
        return {};
      Dim &renamed = names[name];
      if (!renamed)
        renamed = Dim::getSymbol(e.context, e.makeSizeSymbol(name.split('.').first));
      return renamed;
    }));
  return Value::of(e.builder.getInsertionBlock()->addArgument(type.withShape(shape), e.getLoc({})));
}

/// What a stage gives; poison where nothing is known of it.
Value CompositionCheck::pass(const Value &stage, Value input, Span span) {
  DiagnosticCapture capture(e.engine);
  bool wasTensor = input.isTensor();
  Value result = e.call(stage, {{"", std::move(input), span}}, span);
  for (Diagnostic &diagnostic : capture.diagnostics) {
    if (diagnostic.severity != Severity::Error)
      continue;
    bool isAtStage = diagnostic.span.file == span.file && diagnostic.span.begin == span.begin;
    bool takesTensor = diagnostic.kind == diag::NotATensor && isAtStage && !wasTensor;
    // What comes after an error of another kind may follow from it.
    if (!isMistake(diagnostic) && !takesTensor)
      break;
    llvm::erase_if(diagnostic.notes, [&](const DiagnosticNote &note) {
      return note.isCall && note.span.begin == diagnostic.span.begin &&
             note.span.file == diagnostic.span.file;
    });
    mistakes.push_back(std::move(diagnostic));
  }
  return result;
}

/// What a stage gives for a value of its declared type. Its own mistakes are reported elsewhere.
Value CompositionCheck::restart(const Value &stage, Span span) {
  if (stage.is(Value::Function) && stage.getCallable()->kind == Callable::Composition) {
    NNTensorType known = stage.getCallable()->output;
    return known ? makeOutput(known) : Value();
  }
  Value input = makeInput(stage);
  DiagnosticCapture unreported(e.engine);
  return input.isPoison() ? input : e.call(stage, {{"", std::move(input), span}}, span);
}

void CompositionCheck::run() {
  Value value;
  for (auto [stage, written] : llvm::zip_equal(composition.parts, composition.arguments)) {
    if (!value.isPoison())
      value = pass(stage, value, written.span);
    if (value.isPoison())
      value = restart(stage, written.span);
  }
  if (value.isTensor())
    output = value.getTensorType();
}

/// Checks it with `..` for so many axes, and returns what it gives.
static NNTensorType checkWithRank(Interpreter &e, const Callable &composition, unsigned restRank,
                                  std::vector<Diagnostic> &mistakes) {
  CompositionCheck check(e, composition, restRank);
  Span span = composition.arguments.front().span;
  const Frame *caller = e.frame;
  Restore<Observer *> unobserved(e.observer, nullptr);
  Restore<Coverage *> uncovered(e.coverage, nullptr);
  Restore<std::vector<Diagnostic> *> once(e.compositionMistakes, nullptr);
  Restore<bool> checking(e.isChecking, true);
  Unit sizes;
  sizes.sizeSymbols = e.unit.sizeSymbols;
  sizes.sizeDepths = e.unit.sizeDepths;
  sizes.universalSizes = e.unit.universalSizes;
  Activation top(e, "", *e.currentModule, *e.scope);
  top.frame.parent = caller;
  runOutside(e, span, [&] {
    sizes.op = e.unit.op;
    e.unit = std::move(sizes);
    check.run();
    return Value();
  });
  mistakes = std::move(check.mistakes);
  return check.output;
}

void elaborate::checkComposition(Interpreter &e, Callable &composition) {
  std::vector<Diagnostic> mistakes;
  composition.output = checkWithRank(e, composition, 1, mistakes);
  for (unsigned restRank : {0, 2, 3, 4}) {
    if (mistakes.empty())
      return;
    std::vector<Diagnostic> others;
    checkWithRank(e, composition, restRank, others);
    llvm::erase_if(mistakes, [&](const Diagnostic &one) {
      return llvm::none_of(others, [&](const Diagnostic &other) { return isSame(one, other); });
    });
  }
  llvm::append_range(*e.compositionMistakes, mistakes);
}
