//===- Repair.cpp - words of other languages, malformed words -----------------===//
//
// Each mistake that can be seen in a word and its neighbours is reported here and, where it is
// clear what was meant, repaired, so that the parser reads on as if it had been written well.
// Otherwise its line is spoilt: the parser's own complaints about that line are not reported.
//
//===----------------------------------------------------------------------===//
#include "NnLexer.h"
#include "compiler/syntax/Tokens.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/Format.h"

using namespace nnc;
using namespace nnc::syntax;
using llvm::StringRef;
using nnc::grammar::NnLexer;

namespace {
class Repairer {
public:
  Repairer(TokenList &list, DiagnosticEngine &engine) : list(list), engine(engine) {}
  void run();

private:
  void repairToken(size_t i);
  void repairOperator(Token token, size_t meant, StringRef hint);
  void repairWord(size_t i);
  void repairNumber(size_t i);
  void reportCharacter(size_t i);
  void reportStringHole(const Token &token);
  void keep(Token token) { result.push_back(token); }
  void skipLine(size_t i);

  const Token *next(size_t i) const {
    return i + 1 < list.tokens.size() ? &list.tokens[i + 1] : nullptr;
  }
  bool isFirstOnLine() const {
    if (result.empty())
      return true;
    size_t last = result.back().type;
    return last == NnLexer::NL || last == NnLexer::SEMI || last == NnLexer::LBRACE ||
           last == NnLexer::RBRACE;
  }

  TokenList &list;
  DiagnosticEngine &engine;
  std::vector<Token> result;
  size_t position = 0; // of the token being repaired; a repair may skip some
};
} // namespace

void Repairer::run() {
  for (position = 0; position < list.tokens.size(); ++position)
    repairToken(position);
  list.tokens = std::move(result);
}

void Repairer::repairToken(size_t i) {
  Token token = list.tokens[i];
  switch (token.type) {
  case NnLexer::AND_SIGN:
    return repairOperator(token, NnLexer::AND, "write 'and'");
  case NnLexer::OR_SIGN:
    return repairOperator(token, NnLexer::OR, "write 'or'");
  case NnLexer::BANG:
    return repairOperator(token, NnLexer::NOT, "write 'not'");
  case NnLexer::STARSTAR:
    return repairOperator(token, NnLexer::CARET, "write '^' for a power");
  case NnLexer::PERCENT:
    return repairOperator(token, NnLexer::STAR, "write 'mod(a, b)' for the remainder");
  case NnLexer::COLONEQ:
    return repairOperator(token, NnLexer::ASSIGN, "write '='");
  case NnLexer::FATARROW:
    return repairOperator(token, NnLexer::ASSIGN, "a body that is an expression follows '='");
  case NnLexer::PLUSPLUS:
    list.spoil(token);
    engine.report(diag::ForeignOperator, list.getSpan(token), "++").hint("write '+= 1'");
    return;
  case NnLexer::BAD:
    return reportCharacter(i);
  case NnLexer::BAD_NUMBER:
  case NnLexer::INT:
  case NnLexer::FLOAT:
  case NnLexer::DOT:
    return repairNumber(i);
  case NnLexer::BLOCK_COMMENT:
    engine.report(diag::ForeignComment, list.getSpan(token));
    if (list.getText(token).contains('\n'))
      keep({NnLexer::NL, token.end, token.end, true});
    return;
  case NnLexer::SINGLE_QUOTED:
    engine.report(diag::ForeignString, list.getSpan(token));
    token.type = NnLexer::STRING;
    list.spoil(token);
    return keep(token);
  case NnLexer::OPEN_STRING: {
    engine.report(diag::StringNotClosed, list.getSpan(token));
    list.spoil(token);
    // The brace that begins a block is more likely outside the string than in it.
    bool opensBlock = list.getText(token).rtrim().ends_with("{");
    token.type = NnLexer::STRING;
    token.synthetic = true;
    keep(token);
    if (opensBlock)
      keep({NnLexer::LBRACE, token.end, token.end, true});
    return;
  }
  case NnLexer::BAD_STRING:
    reportStringHole(token);
    token.type = NnLexer::STRING;
    token.synthetic = true;
    return keep(token);
  case NnLexer::ID:
    return repairWord(i);
  default:
    return keep(token);
  }
}

void Repairer::repairOperator(Token token, size_t meant, StringRef hint) {
  engine.report(diag::ForeignOperator, list.getSpan(token), list.getText(token)).hint(hint);
  token.type = meant;
  keep(token);
}

void Repairer::repairWord(size_t i) {
  Token token = list.tokens[i];
  StringRef text = list.getText(token);
  bool namesNext = next(i) && next(i)->type == NnLexer::ID;
  auto report = [&](StringRef hint) {
    engine.report(diag::ForeignWord, list.getSpan(token), text).hint(hint);
  };
  if (text == "elif" || text == "elsif" || text == "elseif") {
    if (isFirstOnLine() && next(i)->type != NnLexer::ASSIGN && next(i)->type != NnLexer::LPAREN) {
      report("write 'else if'");
      keep({NnLexer::ELSE, token.begin, token.end});
      keep({NnLexer::IF, token.begin, token.end});
      return;
    }
  } else if (namesNext && isFirstOnLine()) {
    size_t meant = llvm::StringSwitch<size_t>(text)
                       .Cases({"def", "func", "fun", "function", "proc"}, NnLexer::FN)
                       .Cases({"class", "struct", "module"}, NnLexer::LAYER)
                       .Cases({"val", "auto"}, NnLexer::LET)
                       .Default(0);
    if (meant) {
      report(meant == NnLexer::FN      ? "a function begins with 'fn'"
             : meant == NnLexer::LAYER ? "a layer begins with 'layer'"
                                       : "a value is named with 'let', or 'var' where it changes");
      token.type = meant;
    }
  } else if (namesNext && text == "mut" && !result.empty() && result.back().type == NnLexer::LET) {
    report("a variable that changes begins with 'var'");
    result.back().type = NnLexer::VAR;
    return;
  }
  keep(token);
}

void Repairer::repairNumber(size_t i) {
  Token token = list.tokens[i];
  const Token *after = next(i);
  auto report = [&](Token number, const llvm::Twine &hint) {
    engine.report(diag::BadNumber, list.getSpan(number), list.getText(number)).hint(hint);
    number.type = NnLexer::FLOAT;
    number.synthetic = true;
    keep(number);
  };
  if (token.type == NnLexer::BAD_NUMBER) {
    StringRef text = list.getText(token);
    size_t digits = text.find_first_not_of("0123456789_");
    StringRef number = text.take_front(digits).rtrim('_'), rest = text.substr(digits);
    if (number == "0" && rest.starts_with_insensitive("x"))
      return report(token, "hexadecimal numbers are not known; write it in decimal");
    if (number == "0" && (rest.starts_with_insensitive("b") || rest.starts_with_insensitive("o")))
      return report(token, "write the number in decimal");
    if (rest.equals_insensitive("e"))
      return report(token, "an exponent needs digits: " + number + "e3");
    if (rest.empty())
      return report(token, "'_' may stand between digits only: " + number);
    if (rest.equals_insensitive("f"))
      return report(token, "a number takes the type that is needed: " + number + ".0");
    return report(token, "for a product write " + number + " * " + rest +
                             "; a name cannot begin with a digit");
  }
  if (token.type == NnLexer::INT && after && after->type == NnLexer::DOT &&
      after->begin == token.end) {
    Token number = token;
    number.end = after->end;
    ++position;
    // 1.e5 and the like: the word belongs to it.
    if (const Token *word = next(i + 1);
        word && word->begin == number.end && word->type == NnLexer::ID) {
      number.end = word->end;
      ++position;
    }
    return report(number, "a digit must follow the point: " + list.getText(token) + ".0");
  }
  if (token.type == NnLexer::DOT && after && after->type == NnLexer::INT &&
      after->begin == token.end && (result.empty() || !endsOperand(result.back().type))) {
    Token number{NnLexer::FLOAT, token.begin, after->end};
    ++position;
    return report(number, "a digit must stand before the point: 0" + list.getText(number));
  }
  keep(token);
}

/// "'÷' (U+00F7)"; only the number where the character cannot be seen.
static std::string describeCharacter(StringRef text) {
  auto *begin = reinterpret_cast<const llvm::UTF8 *>(text.begin());
  llvm::UTF32 codePoint = 0;
  llvm::UTF32 *out = &codePoint;
  llvm::ConvertUTF8toUTF32(&begin, reinterpret_cast<const llvm::UTF8 *>(text.end()), &out,
                           &codePoint + 1, llvm::lenientConversion);
  std::string number;
  llvm::raw_string_ostream(number) << llvm::format("U+%04X", codePoint);
  bool isHidden = codePoint < 0x20 || (codePoint >= 0x7F && codePoint < 0xA0) ||
                  (codePoint >= 0x2000 && codePoint <= 0x200F) ||
                  (codePoint >= 0x2028 && codePoint <= 0x202F) || codePoint == 0xFEFF;
  return isHidden ? number : ("'" + text + "' (" + number + ")").str();
}

void Repairer::reportCharacter(size_t i) {
  const Token &token = list.tokens[i];
  StringRef text = list.getText(token);
  if (text == "#") {
    engine.report(diag::ForeignComment, list.getSpan(token)).hint("write '//' instead of '#'");
    return skipLine(i);
  }
  const char *hint =
      llvm::StringSwitch<const char *>(text)
          .Cases({"“", "”", "„", "«", "»"}, "strings stand in straight quotes: \"text\"")
          .Cases({"−", "–", "—"}, "write '-'")
          .Cases({"×", "·", "∙", "⋅"}, "write '*'")
          .Case("÷", "write '/'")
          .Case("≤", "write '<='")
          .Case("≥", "write '>='")
          .Case("≠", "write '!='")
          .Case("→", "write '->'")
          .Case("&", "write 'and'")
          .Case("|", "write 'or', or '|>' to apply a function")
          .Case("?", "write 'if condition then a else b'")
          .Case("'", "strings stand in double quotes: \"text\"")
          .Default("");
  list.spoil(token);
  engine.report(diag::IllegalCharacter, list.getSpan(token), describeCharacter(text)).hint(hint);
}

void Repairer::skipLine(size_t i) {
  while (list.tokens[i + 1].type != NnLexer::NL && i + 2 < list.tokens.size())
    ++i;
  position = i;
}

void Repairer::reportStringHole(const Token &token) {
  StringRef text = list.getText(token).drop_front().drop_back();
  uint32_t start = token.begin + 1;
  auto report = [&](size_t begin, size_t end, StringRef message, const char *hint) {
    engine
        .report(diag::BadStringHole,
                Span{list.source, start + uint32_t(begin), start + uint32_t(end)}, message)
        .hint(hint);
  };
  list.spoil(token);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text.substr(i).starts_with("{{") || text.substr(i).starts_with("}}")) {
      ++i;
    } else if (text[i] == '}') {
      return report(i, i + 1, "this '}' closes nothing", "write '}}' for a brace in the text");
    } else if (text[i] == '{') {
      size_t end = text.find_first_of("{}", i + 1);
      if (end == i + 1 && text[end] == '}')
        return report(i, end + 1, "there is no expression between these braces",
                      "write '{{' and '}}' for braces in the text");
      if (end == StringRef::npos)
        return report(i, i + 1, "this '{' is never closed",
                      "close it with '}', or write '{{' for a brace in the text");
      if (text[end] == '{')
        return report(end, end + 1, "an expression in a string cannot hold braces",
                      "name its value with 'let' before");
      i = end;
    }
  }
  report(0, text.size(), "the braces in this string cannot be understood",
         "name the value with 'let' before, and put the name between the braces");
}

void syntax::repair(TokenList &list, DiagnosticEngine &engine) { Repairer(list, engine).run(); }
