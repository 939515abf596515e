//===- Layout.cpp - line ends and brackets -------------------------------------===//
//
// In: the repaired words of a file. Out: the words that the parser reads, in which
//  - NL stands exactly where a line end separates two statements, items or members;
//  - every bracket has its partner, put there where the user forgot it (after saying so).
//
// A bracket is known to be unclosed when its line is followed by one that begins with a word that
// can only begin a statement, when a brace opens or closes inside it, or when the file ends. For
// braces the indentation tells which one lacks its partner, but only once it is known that one
// does.
//
//===----------------------------------------------------------------------===//
#include "NnLexer.h"
#include "compiler/syntax/Tokens.h"
#include "llvm/ADT/STLExtras.h"

using namespace nnc;
using namespace nnc::syntax;
using nnc::grammar::NnLexer;

/// Words after which a statement cannot end.
static bool continuesAfter(size_t type) {
  switch (type) {
  case NnLexer::PLUS:
  case NnLexer::MINUS:
  case NnLexer::STAR:
  case NnLexer::SLASH:
  case NnLexer::AT:
  case NnLexer::CARET:
  case NnLexer::PIPE:
  case NnLexer::COMPOSE:
  case NnLexer::EQ:
  case NnLexer::NE:
  case NnLexer::LT:
  case NnLexer::LE:
  case NnLexer::GT:
  case NnLexer::GE:
  case NnLexer::DOT:
  case NnLexer::DOTDOT:
  case NnLexer::DOTDOTEQ:
  case NnLexer::AND:
  case NnLexer::OR:
  case NnLexer::NOT:
  case NnLexer::ASSIGN:
  case NnLexer::PLUSEQ:
  case NnLexer::MINUSEQ:
  case NnLexer::STAREQ:
  case NnLexer::SLASHEQ:
  case NnLexer::TILDE:
  case NnLexer::ARROW:
  case NnLexer::COMMA:
  case NnLexer::COLON:
  case NnLexer::THEN:
  case NnLexer::ELSE:
  case NnLexer::OVER:
  case NnLexer::USING:
  case NnLexer::WITH:
    return true;
  default:
    return false;
  }
}

/// Words that continue the line before when they begin one.
static bool continuesBefore(size_t type) {
  switch (type) {
  case NnLexer::PIPE:
  case NnLexer::COMPOSE:
  case NnLexer::DOT:
  case NnLexer::THEN:
  case NnLexer::ELSE:
  case NnLexer::OVER:
  case NnLexer::USING:
  case NnLexer::WITH:
    return true;
  default:
    return false;
  }
}

/// Words that only begin a statement or an item.
static bool beginsStatement(size_t type) {
  switch (type) {
  case NnLexer::LET:
  case NnLexer::VAR:
  case NnLexer::PARAM:
  case NnLexer::STATE:
  case NnLexer::FN:
  case NnLexer::CONST:
  case NnLexer::RETURN:
  case NnLexer::WHILE:
  case NnLexer::ASSERT:
  case NnLexer::YIELD:
  case NnLexer::BREAK:
  case NnLexer::CONTINUE:
  case NnLexer::IMPORT:
    return true;
  default:
    return false;
  }
}

static size_t getPartner(size_t bracket) {
  switch (bracket) {
  case NnLexer::LPAREN:
    return NnLexer::RPAREN;
  case NnLexer::RPAREN:
    return NnLexer::LPAREN;
  case NnLexer::LBRACK:
    return NnLexer::RBRACK;
  case NnLexer::RBRACK:
    return NnLexer::LBRACK;
  case NnLexer::LBRACE:
    return NnLexer::RBRACE;
  default:
    return NnLexer::LBRACE;
  }
}

static const char *getBracketText(size_t bracket) {
  switch (bracket) {
  case NnLexer::LPAREN:
    return "(";
  case NnLexer::RPAREN:
    return ")";
  case NnLexer::LBRACK:
    return "[";
  case NnLexer::RBRACK:
    return "]";
  case NnLexer::LBRACE:
    return "{";
  default:
    return "}";
  }
}

namespace {
class Layout {
public:
  Layout(TokenList &list, DiagnosticEngine &engine) : list(list), engine(engine) {}
  bool run();

private:
  struct Open {
    size_t index; // in the output
    bool sawScan = false;
  };

  void lineEnd(size_t i);
  void semicolon(Token token);
  void open(Token token);
  void close(Token token);
  void push(Token token);
  /// Reports the innermost open bracket as unclosed, which `noticed` shows, and closes it.
  void forget(const Token &noticed);
  void closeTop(Token token);
  bool beginsItem(size_t i) const;

  const Token &top() const { return output[stack.back().index]; }
  bool inRound() const { return !stack.empty() && top().type != NnLexer::LBRACE; }
  LineColumn getPlace(const Token &token) const { return list.source->getLineColumn(token.begin); }
  unsigned getLine(const Token &token) const { return list.source->getLineNumber(token.begin); }
  /// The width of the white space at the start of the token's line.
  size_t getIndent(const Token &token) const {
    llvm::StringRef line = list.source->getLine(getLine(token));
    return line.size() - line.ltrim().size();
  }

  TokenList &list;
  DiagnosticEngine &engine;
  std::vector<Token> output;
  std::vector<Open> stack;
  bool lacksBrace = false; // the file has fewer '}' than '{'
  int suspect = -1;        // the first brace whose partner is indented otherwise
  bool tooDeep = false;
};
} // namespace

bool Layout::run() {
  auto isA = [](size_t type) { return [type](const Token &t) { return t.type == type; }; };
  lacksBrace = llvm::count_if(list.tokens, isA(NnLexer::LBRACE)) >
               llvm::count_if(list.tokens, isA(NnLexer::RBRACE));
  output.reserve(list.tokens.size());
  for (size_t i = 0; i < list.tokens.size() && !tooDeep; ++i) {
    const Token &token = list.tokens[i];
    switch (token.type) {
    case NnLexer::NL:
      lineEnd(i);
      // Of blank lines, the first says all.
      while (list.tokens[i + 1].type == NnLexer::NL)
        ++i;
      break;
    case NnLexer::SEMI:
      semicolon(token);
      break;
    case NnLexer::LPAREN:
    case NnLexer::LBRACK:
    case NnLexer::LBRACE:
      open(token);
      break;
    case NnLexer::RPAREN:
    case NnLexer::RBRACK:
    case NnLexer::RBRACE:
      close(token);
      break;
    case antlr4::Token::EOF:
      while (!stack.empty())
        forget(token);
      push(token);
      break;
    default:
      if (token.type == NnLexer::SCAN && !stack.empty())
        stack.back().sawScan = true;
      push(token);
    }
  }
  list.tokens = std::move(output);
  return !tooDeep;
}

void Layout::push(Token token) {
  token.opener = stack.empty() ? -1 : int(stack.back().index);
  output.push_back(token);
}

/// Whether a word that only begins a statement or an item stands at i.
bool Layout::beginsItem(size_t i) const {
  size_t type = list.tokens[i].type;
  if (type == NnLexer::FN || type == NnLexer::CONST || type == NnLexer::IMPORT)
    return true;
  size_t after = i + 1 < list.tokens.size() ? list.tokens[i + 1].type : 0;
  switch (type) {
  case NnLexer::LAYER:
  case NnLexer::MODEL:
  case NnLexer::LOSS:
  case NnLexer::OPTIMIZER:
  case NnLexer::COMMAND:
    return after == NnLexer::ID;
  case NnLexer::TEST:
    return after == NnLexer::STRING;
  default:
    return false;
  }
}

void Layout::lineEnd(size_t i) {
  size_t n = i + 1;
  while (list.tokens[n].type == NnLexer::NL)
    ++n;
  const Token &following = list.tokens[n];
  bool begins = beginsStatement(following.type) || beginsItem(n);
  while (begins && inRound())
    forget(following);
  if (lacksBrace && beginsItem(n) && getIndent(following) == 0 && getPlace(following).column == 1) {
    while (!stack.empty())
      forget(following);
  }
  if (inRound() || output.empty() || following.type == antlr4::Token::EOF ||
      following.type == NnLexer::RBRACE)
    return;
  size_t last = output.back().type;
  if (last == NnLexer::NL || last == NnLexer::SEMI || last == NnLexer::LBRACE ||
      (continuesAfter(last) && !begins) || continuesBefore(following.type))
    return;
  push(list.tokens[i]);
}

void Layout::semicolon(Token token) {
  if (inRound()) {
    // Read on as if a comma had been written.
    engine.report(diag::ExpectedSeparator, list.getSpan(token),
                  getBracketText(getPartner(top().type)), "inside '" + list.getText(top()) + "'",
                  "';'");
    token.type = NnLexer::COMMA;
    token.synthetic = true;
  }
  push(token);
}

void Layout::open(Token token) {
  // Only a scan has a block inside other brackets; after an operand the block belongs to a
  // statement outside.
  if (token.type == NnLexer::LBRACE && !output.empty() && endsOperand(output.back().type))
    while (inRound() && !stack.back().sawScan)
      forget(token);
  if (stack.size() >= maxBracketDepth) {
    engine.report(diag::NestedTooDeeply, list.getSpan(token))
        .hint(token.type == NnLexer::LBRACE ? "move the inner blocks to functions of their own"
                                            : "name the inner parts with 'let'");
    tooDeep = true;
    return;
  }
  push(token);
  stack.push_back({output.size() - 1});
}

void Layout::closeTop(Token token) {
  size_t opener = stack.back().index;
  output[opener].closer = output.size();
  token.opener = opener;
  output.push_back(token);
  stack.pop_back();
}

void Layout::forget(const Token &noticed) {
  const Token &bracket = top();
  const Token *blamed = &bracket;
  if (bracket.type == NnLexer::LBRACE && suspect >= 0) {
    blamed = &output[suspect];
    suspect = -1;
  }
  // A string that was not closed has swallowed the partner; that has been said.
  if (!list.isSpoilt(blamed->begin) && !blamed->synthetic) {
    bool isEnd = noticed.type == antlr4::Token::EOF;
    uint32_t last = output.back().end;
    engine.report(diag::NeverClosed, list.getSpan(*blamed), list.getText(*blamed))
        .note(isEnd ? Span{list.source, last, last} : list.getSpan(noticed),
              isEnd ? "noticed here, where the text ends" : "noticed here");
  }
  // The partner stands right after the last word before.
  uint32_t end = output.back().end;
  if (output.back().type == NnLexer::NL)
    output.pop_back();
  closeTop({getPartner(bracket.type), end, end, true});
}

void Layout::close(Token token) {
  size_t wanted = getPartner(token.type);
  // How far down its partner is; a round or square bracket does not look beyond a brace.
  auto opener = llvm::find_if(llvm::reverse(stack), [&](const Open &open) {
    size_t type = output[open.index].type;
    return type == wanted || (type == NnLexer::LBRACE && wanted != NnLexer::LBRACE);
  });
  bool found = opener != stack.rend() && output[opener->index].type == wanted;
  if (!found) {
    if (inRound() && token.type != NnLexer::RBRACE) {
      // (a]: the bracket is of the wrong kind.
      LineColumn place = getPlace(top());
      size_t meant = getPartner(top().type);
      engine.report(diag::WrongBracket, list.getSpan(token), getBracketText(meant),
                    getBracketText(top().type), place.line, place.column,
                    getBracketText(token.type));
      token.type = meant;
      return closeTop(token);
    }
    if (!list.isSpoilt(token.begin))
      engine.report(diag::StrayBracket, list.getSpan(token), getBracketText(token.type),
                    getBracketText(wanted));
    if (token.type != NnLexer::RBRACE)
      list.spoil(token);
    return;
  }
  while (top().type != wanted) {
    if (token.type == NnLexer::RBRACE) {
      forget(token);
      continue;
    }
    LineColumn place = getPlace(top());
    engine.report(diag::WrongBracket, list.getSpan(token), getBracketText(getPartner(top().type)),
                  getBracketText(top().type), place.line, place.column, getBracketText(token.type));
    closeTop({getPartner(top().type), token.begin, token.begin, true});
  }
  if (token.type == NnLexer::RBRACE && suspect < 0 && getLine(token) != getLine(top()) &&
      getIndent(token) < getIndent(top()))
    suspect = stack.back().index;
  closeTop(token);
}

bool syntax::layOut(TokenList &list, DiagnosticEngine &engine) {
  return Layout(list, engine).run();
}
