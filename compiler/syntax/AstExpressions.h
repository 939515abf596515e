//===- AstExpressions.h - types, expressions and patterns of the syntax tree ------------------===//
//
// The first half of Ast.h, which says what all nodes have in common.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SYNTAX_AST_EXPRESSIONS_H
#define NNC_SYNTAX_AST_EXPRESSIONS_H

#include "compiler/support/Source.h"
#include "llvm/Support/Casting.h"
#include <optional>

namespace nnc::ast {

/// A name and where it stands.
struct Identifier {
  std::string name;
  Span span;
};

struct Node {
  explicit Node(Span span) : span(span) {}
  virtual ~Node() = default;
  Span span;
};

struct Expr;
struct Type;
struct Statement;
struct Pattern;

/// `{ statement; ... }`
struct Block {
  Span span;
  std::vector<Statement *> statements;
};

//===-- Types ---------------------------------------------------------------===//

/// A dimension in a type: an expression (a bare name may be an unknown dimension), `..` or
/// `..name`.
struct DimSpec {
  Span span;
  Expr *expr = nullptr;               // null for `..`
  std::optional<Identifier> restName; // of `..name`
};

struct Type : Node {
  enum Kind { Named, List, Tuple };
  Type(Kind kind, Span span) : Node(span), kind(kind) {}
  Kind kind;
  Identifier name;              // Named: f32, int, path, class, layer, fn, dataset, Vocabulary, ...
  bool hasDims = false;         // Named: brackets follow
  std::vector<DimSpec> dims;    // Named
  std::vector<Type *> elements; // List (one) and Tuple
};

//===-- Expressions ----------------------------------------------------------===//

struct Expr : Node {
  enum Kind {
    IntLiteral,
    FloatLiteral,
    BoolLiteral,
    StringLiteral,
    Name,
    Call,
    Index,
    Member,
    Unary,
    Binary,
    Compose,
    Pipe,
    If,
    Minimize,
    Scan,
    Tuple,
    List,
    Comprehension
  };
  Expr(Kind kind, Span span) : Node(span), kind(kind) {}
  const Kind kind;
};

template <Expr::Kind K> struct ExprOf : Expr {
  explicit ExprOf(Span span) : Expr(K, span) {}
  static bool classof(const Expr *e) { return e->kind == K; }
};

struct IntLiteral : ExprOf<Expr::IntLiteral> {
  using ExprOf::ExprOf;
  int64_t value = 0;
};
struct FloatLiteral : ExprOf<Expr::FloatLiteral> {
  using ExprOf::ExprOf;
  double value = 0;
};
struct BoolLiteral : ExprOf<Expr::BoolLiteral> {
  using ExprOf::ExprOf;
  bool value = false;
};

/// Text with holes: "loss {x:.3f}" has pieces "loss ", hole x with spec ".3f".
struct StringLiteral : ExprOf<Expr::StringLiteral> {
  using ExprOf::ExprOf;
  struct Piece {
    std::string text;     // escapes resolved; used where expr is null
    Expr *expr = nullptr; // a hole
    std::string spec;     // what follows the colon of a hole
    Span specSpan;
  };
  std::vector<Piece> pieces;
};

struct Name : ExprOf<Expr::Name> {
  using ExprOf::ExprOf;
  std::string name;
};

/// `value`, `name = value`, or a data field `name: type = value`.
struct Argument {
  Span span;
  std::optional<Identifier> name;
  Type *type = nullptr;
  Expr *value = nullptr; // may be null only where type is set
};

/// `for pattern in source if condition`, after an element or an argument.
struct Generator {
  Span span;
  Pattern *pattern = nullptr;
  Expr *source = nullptr;
  Expr *condition = nullptr; // may be null
};

struct Call : ExprOf<Expr::Call> {
  using ExprOf::ExprOf;
  Expr *callee = nullptr;
  std::vector<Argument> arguments;
  std::optional<Generator> generator; // f(e for p in s): then there is one argument
};

/// An index between brackets.
struct IndexItem {
  enum Kind {
    Keep /* _ */,
    Rest /* .. */,
    Value /* expr; also a range a..b */,
    From /* a.. */,
    To /* ..b */
  };
  Span span;
  Kind kind = Value;
  Expr *expr = nullptr; // Value, From, To
};
struct Index : ExprOf<Expr::Index> {
  using ExprOf::ExprOf;
  Expr *base = nullptr;
  std::vector<IndexItem> items;
};

struct Member : ExprOf<Expr::Member> {
  using ExprOf::ExprOf;
  Expr *base = nullptr;
  Identifier name;
};

enum class UnaryOp { Negate, Not };
struct Unary : ExprOf<Expr::Unary> {
  using ExprOf::ExprOf;
  UnaryOp op = UnaryOp::Negate;
  Expr *operand = nullptr;
};

enum class BinaryOp {
  Add,
  Sub,
  Mul,
  Div,
  MatMul,
  Pow,
  Eq,
  Ne,
  Lt,
  Le,
  Gt,
  Ge,
  And,
  Or,
  Range /* a..b */,
  RangeInclusive /* a..=b */
};
/// "+", "..=", "and", ...
llvm::StringRef getSpelling(BinaryOp op);
struct Binary : ExprOf<Expr::Binary> {
  using ExprOf::ExprOf;
  BinaryOp op = BinaryOp::Add;
  Span opSpan;
  Expr *lhs = nullptr, *rhs = nullptr;
};

/// f >> g
struct Compose : ExprOf<Expr::Compose> {
  using ExprOf::ExprOf;
  Expr *lhs = nullptr, *rhs = nullptr;
};
/// x |> f
struct Pipe : ExprOf<Expr::Pipe> {
  using ExprOf::ExprOf;
  Expr *lhs = nullptr, *rhs = nullptr;
};
/// if condition then thenExpr else elseExpr
struct If : ExprOf<Expr::If> {
  using ExprOf::ExprOf;
  Expr *condition = nullptr, *thenExpr = nullptr, *elseExpr = nullptr;
};
/// minimize loss over target using optimizer
struct Minimize : ExprOf<Expr::Minimize> {
  using ExprOf::ExprOf;
  Expr *loss = nullptr, *over = nullptr, *optimizer = nullptr;
};
/// scan pattern in source, ... along axis { ... }
struct Scan : ExprOf<Expr::Scan> {
  using ExprOf::ExprOf;
  struct Source {
    Pattern *pattern = nullptr;
    Expr *source = nullptr;
  };
  std::vector<Source> sources;
  Expr *along = nullptr; // may be null
  Block body;
};
/// (a, b); a single parenthesised expression is that expression itself (its span widened to the
/// parentheses is not kept: spans are of the inner expression).
struct Tuple : ExprOf<Expr::Tuple> {
  using ExprOf::ExprOf;
  std::vector<Expr *> elements;
};
struct List : ExprOf<Expr::List> {
  using ExprOf::ExprOf;
  std::vector<Expr *> elements;
};
/// [element for pattern in source if condition]
struct Comprehension : ExprOf<Expr::Comprehension> {
  using ExprOf::ExprOf;
  Expr *element = nullptr;
  Generator generator;
};

//===-- Patterns ---------------------------------------------------------------===//

struct Pattern : Node {
  enum Kind { Name, Ignore /* _ */, Tuple };
  Pattern(Kind kind, Span span) : Node(span), kind(kind) {}
  Kind kind;
  Identifier name;                 // Name
  std::vector<Pattern *> elements; // Tuple
};

} // namespace nnc::ast

#endif // NNC_SYNTAX_AST_EXPRESSIONS_H
