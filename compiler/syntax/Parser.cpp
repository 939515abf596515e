//===- Parser.cpp - from source text to the abstract syntax tree ---------------===//
//
// lex -> repair -> lay out -> ANTLR -> build. ANTLR first predicts by the next words alone (SLL)
// and gives up at the first problem; only then does it start again with the whole context (LL) and
// with messages and recovery. Correct files thus take the fast way. Messages are sorted by place
// before they are passed on, because the stages find them one after the other.
//
//===----------------------------------------------------------------------===//
#include "compiler/syntax/Parser.h"
#include "compiler/syntax/AstBuilder.h"
#include "compiler/syntax/SyntaxErrors.h"

using namespace nnc;
using namespace nnc::syntax;
using nnc::grammar::NnParser;

namespace {
/// Thrown through the generated parser, and caught in run() below.
struct NestedTooDeeply {
  size_t at;
};

/// The generated parser, which calls itself for what is nested, with an end to that.
class BoundedParser : public NnParser {
public:
  using NnParser::NnParser;
  void enterRecursionRule(antlr4::ParserRuleContext *context, size_t state, size_t rule,
                          int precedence) override {
    NnParser::enterRecursionRule(context, state, rule, precedence);
    unsigned depth = 0;
    for (antlr4::tree::ParseTree *c = context; c; c = c->parent)
      if (++depth > maxNesting)
        throw NestedTooDeeply{getTokenStream()->index()};
  }
};

/// One run of the generated parser; owns the parse tree.
class Run {
public:
  explicit Run(const TokenList &list)
      : list(list), source(makeTokens(list)), stream(&source), parser(&stream) {
    parser.removeErrorListeners();
  }

  /// Null where the nesting is too deep. Where errors were reported the tree holds what could be
  /// parsed.
  template <typename Context> Context *run(Context *(NnParser::*rule)(), DiagnosticEngine &engine) {
    auto *simulator = parser.getInterpreter<antlr4::atn::ParserATNSimulator>();
    try {
      try {
        simulator->setPredictionMode(antlr4::atn::PredictionMode::SLL);
        parser.setErrorHandler(std::make_shared<antlr4::BailErrorStrategy>());
        return (parser.*rule)();
      } catch (antlr4::ParseCancellationException &) {
        parser.reset();
        simulator->setPredictionMode(antlr4::atn::PredictionMode::LL);
        parser.setErrorHandler(std::make_shared<ErrorStrategy>(list, engine));
        return (parser.*rule)();
      }
    } catch (NestedTooDeeply &error) {
      engine.report(diag::NestedTooDeeply, list.getSpan(list.tokens[error.at]))
          .hint("name the inner parts with 'let'");
      return nullptr;
    }
  }

private:
  static std::vector<std::unique_ptr<antlr4::Token>> makeTokens(const TokenList &list) {
    std::vector<std::unique_ptr<antlr4::Token>> result;
    result.reserve(list.tokens.size());
    for (const Token &token : list.tokens)
      result.push_back(std::make_unique<antlr4::CommonToken>(token.type));
    return result;
  }

  const TokenList &list;
  antlr4::ListTokenSource source;
  antlr4::CommonTokenStream stream;
  BoundedParser parser;
};
} // namespace

ast::Expr *syntax::parseHole(ast::File &file, const SourceFile &source, uint32_t begin,
                             uint32_t end, std::optional<uint32_t> &colon,
                             DiagnosticEngine &engine) {
  TokenList list = lex(source, begin, end);
  int open = 0;
  for (size_t i = 0; i < list.tokens.size() && !colon; ++i) {
    const Token token = list.tokens[i];
    switch (token.type) {
    case NnParser::LPAREN:
    case NnParser::LBRACK:
      ++open;
      break;
    case NnParser::RPAREN:
    case NnParser::RBRACK:
      --open;
      break;
    case NnParser::COLON:
    case NnParser::COLONEQ:
      if (open > 0)
        break;
      colon = token.begin;
      list.tokens.resize(i);
      list.tokens.push_back({antlr4::Token::EOF, token.begin, token.begin});
    }
  }
  DiagnosticEngine local;
  repair(list, local);
  ast::Expr *result = nullptr;
  if (layOut(list, local)) {
    Run run(list);
    NnParser::HoleContext *hole = run.run(&NnParser::hole, local);
    DocComments noDocs(list);
    if (hole && !local.hasErrors())
      result = AstBuilder(file, list, noDocs, local).build(hole->expr());
  }
  for (const Diagnostic &diagnostic : local.getCollected())
    engine.emit(diagnostic);
  return result;
}

/// Passes messages on in the order of their places, and of several at one place only the first.
static void forward(const DiagnosticEngine &from, DiagnosticEngine &to) {
  std::vector<const Diagnostic *> sorted;
  for (const Diagnostic &diagnostic : from.getCollected())
    sorted.push_back(&diagnostic);
  // The address, too: those found first stay first.
  llvm::sort(sorted, [](const Diagnostic *a, const Diagnostic *b) {
    return std::pair(a->span.begin, a) < std::pair(b->span.begin, b);
  });
  for (size_t i = 0; i < sorted.size(); ++i)
    if (i == 0 || sorted[i]->span.begin != sorted[i - 1]->span.begin)
      to.emit(*sorted[i]);
}

/// Builds the items without errors, and checks what is sound in the others.
static void buildItems(ast::File &file, NnParser::FileContext *tree, const TokenList &list,
                       const DocComments &docs, DiagnosticEngine &engine) {
  std::vector<uint32_t> errors;
  for (const Diagnostic &diagnostic : engine.getCollected())
    errors.push_back(diagnostic.span.begin);
  llvm::sort(errors);
  AstBuilder builder(file, list, docs, engine);
  std::vector<NnParser::ItemContext *> items = tree->item();
  for (size_t i = 0; i < items.size(); ++i) {
    auto getBegin = [&](NnParser::ItemContext *item) {
      return list.tokens[item->getStart()->getTokenIndex()].begin;
    };
    uint32_t end = i + 1 < items.size() ? getBegin(items[i + 1]) : UINT32_MAX;
    auto error = llvm::lower_bound(errors, getBegin(items[i]));
    bool hasError = error != errors.end() && *error < end;
    if (hasError || (!errors.empty() && isBroken(items[i])))
      builder.check(items[i]);
    else
      file.items.push_back(builder.build(items[i]));
  }
  if (!errors.empty())
    builder.checkStrings();
}

std::unique_ptr<ast::File> nnc::parse(const SourceFile &source, DiagnosticEngine &engine) {
  auto file = std::make_unique<ast::File>(source);
  DiagnosticEngine local;
  TokenList list = lex(source, 0, source.getText().size());
  DocComments docs(list);
  repair(list, local);
  auto first = llvm::find_if(list.tokens, [](const Token &t) { return t.type != NnParser::NL; });
  if (first != list.tokens.end())
    file->doc = docs.getFileDoc(source.getLineNumber(first->begin));
  if (layOut(list, local)) {
    Run run(list);
    if (NnParser::FileContext *tree = run.run(&NnParser::file, local))
      buildItems(*file, tree, list, docs, local);
  }
  forward(local, engine);
  return file;
}
