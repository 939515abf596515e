//===- StringHoles.cpp - what stands inside a string ----------------------------===//
//
// The lexer has made sure that braces and inner quotes pair up; here the string is cut into text,
// whose escapes are resolved, and holes. A hole is lexed and parsed anew, in its own place in the
// file, so that its spans and messages are as exact as any. What follows its first colon outside
// brackets is the format.
//
//===----------------------------------------------------------------------===//
#include "compiler/syntax/AstBuilder.h"
#include "llvm/Support/ConvertUTF.h"

using namespace nnc;
using namespace nnc::syntax;

static uint32_t skipHole(llvm::StringRef text, uint32_t at);

/// From an opening quote to behind its partner.
static uint32_t skipString(llvm::StringRef text, uint32_t at) {
  for (++at; at < text.size() && text[at] != '"';) {
    if (text[at] == '\\')
      at += 2;
    else if (text.substr(at).starts_with("{{"))
      at += 2;
    else if (text[at] == '{')
      at = skipHole(text, at);
    else
      ++at;
  }
  return at + 1;
}

/// From an opening brace to behind its partner.
static uint32_t skipHole(llvm::StringRef text, uint32_t at) {
  for (++at; at < text.size() && text[at] != '}';)
    at = text[at] == '"' ? skipString(text, at) : at + 1;
  return at + 1;
}

/// Reads the escape at `at`, which is a backslash, and moves behind it. False where there is no
/// such escape.
bool AstBuilder::readEscape(uint32_t &at, uint32_t end, std::string &text) {
  llvm::StringRef source = list.source->getText();
  char c = source[at + 1];
  uint32_t begin = at;
  at += 2;
  switch (c) {
  case 'n':
    text += '\n';
    return true;
  case 't':
    text += '\t';
    return true;
  case 'r':
    text += '\r';
    return true;
  case '0':
    text += '\0';
    return true;
  case '\\':
  case '"':
  case '{':
  case '}':
    text += c;
    return true;
  case 'u': {
    llvm::StringRef rest = source.slice(at, end);
    llvm::StringRef digits = rest.take_until([](char c) { return c == '}'; });
    unsigned codePoint = 0;
    char buffer[UNI_MAX_UTF8_BYTES_PER_CODE_POINT];
    char *out = buffer;
    if (!digits.consume_front("{") || digits.getAsInteger(16, codePoint) ||
        !llvm::ConvertCodePointToUTF8(codePoint, out))
      break;
    text.append(buffer, out);
    at += digits.size() + 2;
    return true;
  }
  default:
    while (at < end && (static_cast<unsigned char>(source[at]) & 0xC0) == 0x80)
      ++at;
  }
  Span span{list.source, begin, at};
  engine.report(diag::BadEscape, span, span.getText())
      .hint(c == 'u' ? "a code point is written \\u{1F600}" : "a backslash is written '\\\\'");
  return false;
}

ast::StringLiteral *AstBuilder::buildString(const Token &token) {
  auto *string = file.make<ast::StringLiteral>(list.getSpan(token));
  strings.insert(token.begin);
  llvm::StringRef source = list.source->getText();
  uint32_t at = token.begin + 1, end = token.end - 1;
  std::string text;
  auto finishText = [&] {
    if (!text.empty())
      string->pieces.push_back({std::move(text), nullptr, {}, {}});
    text.clear();
  };
  while (at < end) {
    char c = source[at];
    if (c == '\\') {
      readEscape(at, end, text);
    } else if ((c == '{' || c == '}') && source[at + 1] == c) {
      text += c;
      at += 2;
    } else if (c == '{') {
      finishText();
      uint32_t behind = skipHole(source, at);
      buildHole(string, at + 1, behind - 1);
      at = behind;
    } else {
      text += c;
      ++at;
    }
  }
  finishText();
  return string;
}

void AstBuilder::checkStrings() {
  for (const Token &token : list.tokens)
    if (token.type == Parser::STRING && !token.synthetic && !strings.contains(token.begin) &&
        list.getText(token).starts_with("\""))
      buildString(token);
}

void AstBuilder::buildHole(ast::StringLiteral *string, uint32_t begin, uint32_t end) {
  Span span{list.source, begin, end};
  if (span.getText().trim().empty()) {
    engine
        .report(diag::BadStringHole, Span{list.source, begin - 1, end + 1},
                "there is no expression between these braces")
        .hint("write '{{' and '}}' for braces in the text");
    return;
  }
  std::optional<uint32_t> colon;
  ast::StringLiteral::Piece piece;
  piece.expr = parseHole(file, *list.source, begin, end, colon, engine);
  if (colon) {
    piece.specSpan = Span{list.source, *colon + 1, end};
    piece.spec = piece.specSpan.getText().str();
  }
  if (piece.expr)
    string->pieces.push_back(std::move(piece));
}
