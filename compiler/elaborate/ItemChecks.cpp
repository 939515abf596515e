//===- ItemChecks.cpp - each function, layer, loss and optimizer, for all sizes ----------===//
//
// A function is elaborated where it is called. So that what nobody calls is checked too, each item
// of the program is elaborated once more by itself, on arguments of which only the types are known:
// sizes are symbols that stand for all values. What is emitted is thrown away, and errors are
// judged before they are reported: some say only that a check by itself knows less than a call
// does.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Coverage.h"
#include "compiler/elaborate/Elaborator.h"
#include "compiler/elaborate/Subjects.h"
#include "compiler/elaborate/SymbolicArguments.h"
#include "compiler/elaborate/Training.h"
#include "compiler/elaborate/TriedNumbers.h"
#include "llvm/ADT/StringExtras.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

using Diagnostics = std::vector<Diagnostic>;

namespace {

/// What came of one elaboration.
struct Outcome {
  Diagnostics mistakes;
  std::string obstacle; // why it is not complete; empty where it is
  bool isComplete() const { return obstacle.empty(); }
  llvm::StringSet<> sizes;
};

class ItemChecker {
public:
  ItemChecker(Interpreter &e) : e(e) {}

  void check(const Subject &subject);
  /// Reports what was found.
  void finish();
  std::vector<std::string> unchecked;

private:
  Diagnostics checkAssuming(const Subject &subject, Assumptions assumptions);
  Diagnostics checkNumbers(const Subject &subject, Assumptions assumptions, std::string obstacle);
  std::optional<Diagnostics> tryNumbers(const Subject &subject, const Assumptions &assumptions);
  std::optional<Diagnostics> checkInvented(const Subject &subject, Assumptions assumptions,
                                           llvm::ArrayRef<Coverage::Numbers> candidates);
  Diagnostics judge(const Subject &subject, Outcome &outcome);
  Outcome elaborate(const Subject &subject, const Assumptions &assumptions);
  void run(const Subject &subject, const Assumptions &assumptions, mlir::Block &block);
  void runUpdate(std::shared_ptr<Instance> optimizer, const ast::Function &update,
                 SymbolicArguments &symbolic);

  Interpreter &e;
  Diagnostics found;
};

} // namespace

//===-- One elaboration -----------------------------------------------------------------------===//

void ItemChecker::runUpdate(std::shared_ptr<Instance> optimizer, const ast::Function &update,
                            SymbolicArguments &symbolic) {
  // A param of two axes, as most have.
  Dim rows = symbolic.makeSize({"rows", update.name.span}).getSize();
  Dim columns = symbolic.makeSize({"columns", update.name.span}).getSize();
  NNTensorType type = NNTensorType::get({rows, columns}, e.getReal());
  auto param = e.makeVariable("param", VariableKind::Param, type, update.name.span, "p");
  mlir::Value gradient = e.readVariable(*param);
  applyUpdates(e, *optimizer, {{"p", param}}, {{gradient, {}}}, Span());
  emitResets(e);
}

void ItemChecker::run(const Subject &subject, const Assumptions &assumptions, mlir::Block &block) {
  unsigned flag = 0, number = 0;
  const Module &module = *subject.value.getCallable()->module;
  Value callee = subject.value;
  Scope layerScope;
  layerScope.parent = const_cast<Scope *>(&module.scope);
  Scope *around = layerScope.parent;
  SymbolicArguments ofLayer(e, block, *around, assumptions.restRank);
  if (subject.layer) {
    Restore<std::string> place(e.path, StringRef(subject.layer->name.name).lower());
    callee = e.call(callee, ofLayer.makeAll(subject.layer->parameters, assumptions, flag, number),
                    Span());
    if (!callee.is(Value::Object) || !subject.function)
      return;
    around = &callee.getInstance()->scope;
    if (subject.layer->flavour == ast::LayerItem::Optimizer &&
        subject.function->name.name == "update")
      return runUpdate(callee.getInstance(), *subject.function, ofLayer);
  }
  SymbolicArguments symbolic(e, block, *around, assumptions.restRank);
  std::vector<Argument> arguments =
      symbolic.makeAll(subject.function->parameters, assumptions, flag, number);
  e.training = assumptions.training;
  if (callee.is(Value::Object))
    e.callMethod(callee.getInstance(), subject.function->name.name, std::move(arguments), Span());
  else
    e.call(callee, std::move(arguments), Span());
}

/// Whether an error of this kind means the same where only types are known as it does in a call.
static bool isMistake(const Diagnostic &diagnostic) {
  switch (diagnostic.kind) {
  case diag::TypeMismatch:
    // The quotient of two sizes need not be whole.
    return !StringRef(diagnostic.message).ends_with("but is f64");
  case diag::ShapeMismatch:
  case diag::MatMulMismatch:
  case diag::MatMulBatch:
  case diag::RankMismatch:
  case diag::DimMismatch:
  case diag::RestMismatch:
  case diag::MixedElementTypes:
  case diag::WrongOperand:
  case diag::RaggedList:
  case diag::IndexOutOfRange:
  case diag::SliceOutOfRange:
  case diag::TooManyIndices:
  case diag::IndexPairing:
  case diag::NoSuchAxis:
  case diag::ReshapeMismatch:
  case diag::NotCallable:
  case diag::TooManyArguments:
  case diag::MissingArgument:
  case diag::UnknownArgument:
  case diag::ArgumentTwice:
  case diag::NoMember:
  case diag::VarChangesType:
  case diag::PatternMismatch:
  case diag::ScanLengths:
  case diag::NoReturn:
  case diag::LossNotScalar:
  case diag::WindowTooLarge:
  case diag::EinsumSize:
    return true;
  default:
    return false;
  }
}

Outcome ItemChecker::elaborate(const Subject &subject, const Assumptions &assumptions) {
  Outcome outcome;
  DiagnosticCapture capture(e.engine);
  std::vector<Diagnostic> ofCompositions;
  Restore<std::vector<Diagnostic> *> noted(e.compositionMistakes, &ofCompositions);
  Restore<bool> checking(e.isChecking, true);
  Module &module = *subject.value.getCallable()->module;
  Activation top(e, subject.name, module, module.scope);
  runOutside(e, subject.function ? subject.function->name.span : subject.layer->name.span, [&] {
    run(subject, assumptions, *e.builder.getInsertionBlock());
    outcome.sizes = e.unit.universalSizes;
    return Value();
  });
  for (Diagnostic &diagnostic : capture.diagnostics) {
    if (diagnostic.severity != Severity::Error)
      continue;
    // What comes after an obstacle may follow from it.
    if (!isMistake(diagnostic)) {
      outcome.obstacle = diagnostic.message;
      break;
    }
    outcome.mistakes.push_back(std::move(diagnostic));
  }
  // A call of the composition, if there is one, shows more.
  for (Diagnostic &mistake : ofCompositions)
    if (llvm::none_of(outcome.mistakes,
                      [&](const Diagnostic &other) { return isSame(mistake, other); }))
      outcome.mistakes.push_back(std::move(mistake));
  return outcome;
}

//===-- Judgement -----------------------------------------------------------------------------===//

/// Whether a size that stands for all values is part of the message.
static bool namesSize(StringRef message, const llvm::StringSet<> &sizes) {
  auto isOfName = [](char c) { return llvm::isAlnum(c) || c == '_' || c == '.'; };
  // Sizes stand in shapes, and alone at the end.
  while (!message.empty()) {
    StringRef word = message.take_while(isOfName);
    if (sizes.contains(word.rtrim('.')))
      return true;
    message = message.drop_front(std::max<size_t>(word.size(), 1));
  }
  return false;
}

/// Of mistakes under some assumptions those that are made under others, too.
static Diagnostics getCommon(const Diagnostics &mistakes, const Diagnostics &others) {
  Diagnostics common;
  for (const Diagnostic &one : mistakes)
    if (llvm::any_of(others, [&](const Diagnostic &other) { return isSame(one, other); }))
      common.push_back(one);
  return common;
}

/// What is wrong, with what is wrong for all sizes marked as that.
Diagnostics ItemChecker::judge(const Subject &subject, Outcome &outcome) {
  Diagnostics mistakes;
  for (Diagnostic &mistake : outcome.mistakes) {
    if (namesSize(mistake.message, outcome.sizes)) {
      // What is called was found to fit there.
      if (subject.isCalled)
        continue;
      mistake.message += ", for all sizes";
    }
    mistakes.push_back(std::move(mistake));
  }
  return mistakes;
}

/// What is wrong with every number, as those that are tried show. Nothing where fewer than two of
/// them show all.
std::optional<Diagnostics>
ItemChecker::checkInvented(const Subject &subject, Assumptions assumptions,
                           llvm::ArrayRef<Coverage::Numbers> candidates) {
  std::vector<TriedNumbers> tried;
  for (const Coverage::Numbers &numbers : candidates) {
    assumptions.numbers = numbers;
    Outcome outcome = elaborate(subject, assumptions);
    if (!outcome.isComplete())
      continue;
    Diagnostics mistakes = judge(subject, outcome);
    tried.push_back({numbers, std::move(mistakes), std::move(outcome.sizes)});
  }
  if (tried.size() < 2)
    return std::nullopt;
  return findForAllNumbers(tried, subject.numberNames);
}

/// Where structure depends on numbers, what is wrong with those of the program, or else with any.
Diagnostics ItemChecker::checkNumbers(const Subject &subject, Assumptions assumptions,
                                      std::string obstacle) {
  for (const Coverage::Numbers &numbers : subject.numbers) {
    assumptions.numbers = numbers;
    Outcome outcome = elaborate(subject, assumptions);
    if (Diagnostics mistakes = judge(subject, outcome); !mistakes.empty())
      return mistakes;
    obstacle = outcome.obstacle;
  }
  std::optional<Diagnostics> mistakes;
  if (subject.numbers.empty())
    mistakes = tryNumbers(subject, assumptions);
  else if (obstacle.empty())
    mistakes.emplace();
  if (!mistakes)
    unchecked.push_back(subject.name + ": " + obstacle);
  return mistakes.value_or(Diagnostics());
}

/// What is wrong with any numbers: first one argument is a number and the others are sizes, then
/// all are numbers, which shows what sizes that stand for all values hide. Nothing where none of
/// that shows all.
std::optional<Diagnostics> ItemChecker::tryNumbers(const Subject &subject,
                                                   const Assumptions &assumptions) {
  static const Coverage::Numbers small = {2, 3, 4};
  static const Coverage::Numbers several[] = {{16, 4, 2}, {8, 8, 8},  {8, 4, 2},
                                              {12, 6, 3}, {4, 8, 16}, {18, 6, 3}};
  size_t count = subject.numberNames.size();
  std::vector<std::vector<Coverage::Numbers>> attempts(count + 1);
  for (size_t i = 0; i < count; ++i)
    for (int64_t number : small) {
      attempts[i].emplace_back(count);
      attempts[i].back()[i] = number;
    }
  for (const Coverage::Numbers &numbers : several) {
    attempts[count].emplace_back(count);
    for (auto [i, number] : llvm::enumerate(attempts[count].back()))
      number = numbers[i % numbers.size()];
  }
  std::optional<Diagnostics> all;
  for (const std::vector<Coverage::Numbers> &candidates : attempts)
    if (std::optional<Diagnostics> mistakes = checkInvented(subject, assumptions, candidates)) {
      if (!mistakes->empty())
        return mistakes;
      all = std::move(mistakes);
    }
  return all;
}

Diagnostics ItemChecker::checkAssuming(const Subject &subject, Assumptions assumptions) {
  Outcome outcome = elaborate(subject, assumptions);
  // What is wrong with real numbers that the run computes, and with known ones.
  if (subject.hasReals && (!outcome.isComplete() || !outcome.mistakes.empty())) {
    assumptions.knowsReals = true;
    Outcome known = elaborate(subject, assumptions);
    if (outcome.isComplete() && known.isComplete())
      known.mistakes = getCommon(known.mistakes, outcome.mistakes);
    outcome = std::move(known);
  }
  Diagnostics mistakes = judge(subject, outcome);
  if (outcome.isComplete() || !mistakes.empty())
    return mistakes;
  if (!subject.numberNames.empty())
    return checkNumbers(subject, assumptions, std::move(outcome.obstacle));
  unchecked.push_back(subject.name + ": " + outcome.obstacle);
  return mistakes;
}

void ItemChecker::check(const Subject &subject) {
  unsigned flagSets = 1u << std::min(subject.flagCount, 3u);
  for (bool training : {false, true})
    for (unsigned flags = 0; flags < flagSets; ++flags) {
      if (training && !subject.asksMode)
        continue;
      Assumptions assumptions;
      assumptions.training = training;
      assumptions.flags = flags;
      Diagnostics mistakes = checkAssuming(subject, assumptions);
      // With `..`, what is wrong whatever it stands for.
      if (subject.hasRest)
        for (unsigned rank : {0, 2})
          if (!mistakes.empty()) {
            assumptions.restRank = rank;
            mistakes = getCommon(mistakes, checkAssuming(subject, assumptions));
          }
      llvm::append_range(found, mistakes);
    }
}

void ItemChecker::finish() {
  // A mistake in a function that another calls is reported as its own, so those come first.
  auto isInCall = [](const Diagnostic &diagnostic) {
    return llvm::any_of(diagnostic.notes, [](const DiagnosticNote &note) { return note.isCall; });
  };
  for (bool inCall : {false, true})
    for (const Diagnostic &diagnostic : found)
      if (isInCall(diagnostic) == inCall)
        e.engine.emit(diagnostic);
  llvm::sort(unchecked);
  unchecked.erase(llvm::unique(unchecked), unchecked.end());
}

//===-- The program's items ------------------------------------------------------------------===//

std::vector<std::string> Elaborator::checkItems() {
  Interpreter &e = interpreter;
  Restore<Observer *> unobserved(e.observer, nullptr);
  Coverage *coverage = std::exchange(e.coverage, nullptr);
  ItemChecker checker(e);
  for (const Subject &subject : collectSubjects(modules.program, coverage))
    checker.check(subject);
  checker.finish();
  e.coverage = coverage;
  return checker.unchecked;
}
