//===- Ast.h - the abstract syntax tree of a .nn file ------------------------===//
//
// What the parser hands on: plain nodes with spans, no ANTLR type and no MLIR type. Nodes belong to
// the File's arena and are immutable after parsing. Kinds and `classof` make llvm::isa and
// llvm::cast work. Sugar is kept (x |> f, f >> g, x.T): the tree prints as the user wrote it.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SYNTAX_AST_H
#define NNC_SYNTAX_AST_H

#include "compiler/syntax/AstExpressions.h"

namespace nnc::ast {

//===-- Statements ---------------------------------------------------------------===//

/// `= expr` sets a value, `~ expr` draws it from an initialiser.
struct Initialiser {
  bool draws = false;
  Expr *expr = nullptr;
};

struct Statement : Node {
  enum Kind {
    Bind,
    Param,
    If,
    For,
    While,
    Break,
    Continue,
    Return,
    Yield,
    Assert,
    Assign,
    Expression
  };
  Statement(Kind kind, Span span) : Node(span), kind(kind) {}
  const Kind kind;
};
template <Statement::Kind K> struct StatementOf : Statement {
  explicit StatementOf(Span span) : Statement(K, span) {}
  static bool classof(const Statement *s) { return s->kind == K; }
};

/// let / var pattern: type = value
struct BindStatement : StatementOf<Statement::Bind> {
  using StatementOf::StatementOf;
  bool isVar = false;
  Pattern *pattern = nullptr;
  Type *type = nullptr; // may be null
  Expr *value = nullptr;
};
/// param name: type = value, or ~ value (the initialiser is optional in a layer, required in a
/// block)
struct ParamStatement : StatementOf<Statement::Param> {
  using StatementOf::StatementOf;
  Identifier name;
  Type *type = nullptr;
  std::optional<Initialiser> init;
};
struct IfStatement : StatementOf<Statement::If> {
  using StatementOf::StatementOf;
  struct Branch {
    Expr *condition = nullptr;
    Block body;
  };
  std::vector<Branch> branches; // if, else if, ...
  std::optional<Block> elseBody;
};
struct ForStatement : StatementOf<Statement::For> {
  using StatementOf::StatementOf;
  Pattern *pattern = nullptr;
  Expr *source = nullptr;
  Block body;
};
struct WhileStatement : StatementOf<Statement::While> {
  using StatementOf::StatementOf;
  Expr *condition = nullptr;
  Block body;
};
struct BreakStatement : StatementOf<Statement::Break> {
  using StatementOf::StatementOf;
};
struct ContinueStatement : StatementOf<Statement::Continue> {
  using StatementOf::StatementOf;
};
struct ReturnStatement : StatementOf<Statement::Return> {
  using StatementOf::StatementOf;
  std::vector<Expr *> values; // several make a tuple
};
struct YieldStatement : StatementOf<Statement::Yield> {
  using StatementOf::StatementOf;
  std::vector<Expr *> values;
};
struct AssertStatement : StatementOf<Statement::Assert> {
  using StatementOf::StatementOf;
  Expr *condition = nullptr;
  Expr *message = nullptr; // may be null
};
enum class AssignOp { Set, Add, Sub, Mul, Div };
/// "=", "+=", ...
llvm::StringRef getSpelling(AssignOp op);
struct AssignStatement : StatementOf<Statement::Assign> {
  using StatementOf::StatementOf;
  AssignOp op = AssignOp::Set;
  Expr *target = nullptr, *value = nullptr;
};
struct ExpressionStatement : StatementOf<Statement::Expression> {
  using StatementOf::StatementOf;
  Expr *expr = nullptr;
};

//===-- Items and members ----------------------------------------------------------===//

struct Parameter {
  Identifier name;
  Type *type = nullptr;         // may be null
  Expr *defaultValue = nullptr; // may be null
  std::string doc;              // the /// text on its line (or the line above)
  Span span;
};

/// `with name(cotangent) = expr`: a custom gradient with respect to the parameter that the rule
/// names.
struct CustomGradient {
  Identifier rule; // "grad"
  Identifier cotangent;
  Expr *value = nullptr;
  Span span;
};

/// A function, a loss, or a method of a layer (`forward`, `update`, ...). Exactly one of expr and
/// block is set.
struct Function : Node {
  using Node::Node;
  bool isLoss = false;
  Identifier name;
  std::vector<Parameter> parameters;
  Type *result = nullptr; // may be null
  Expr *expr = nullptr;
  std::optional<Block> block;
  std::vector<CustomGradient> customGradients;
  std::string doc;
};

/// A member of a layer, model or optimizer.
struct LayerMember : Node {
  enum Kind { Param, State, Let, Assert, If, Method };
  LayerMember(Kind kind, Span span) : Node(span), kind(kind) {}
  Kind kind;
  Identifier name;                     // Param, State
  Type *type = nullptr;                // Param; State and Let: may be null
  std::optional<Initialiser> init;     // Param, State
  Pattern *pattern = nullptr;          // Let
  Expr *value = nullptr;               // Let: the value; If and Assert: the condition
  Expr *message = nullptr;             // Assert: may be null
  std::vector<LayerMember *> body;     // If
  std::vector<LayerMember *> elseBody; // If
  Function *method = nullptr;          // Method
  std::string doc;
};

struct Item : Node {
  enum Kind { Import, Const, Function, Layer, Command, Test };
  Item(Kind kind, Span span) : Node(span), kind(kind) {}
  const Kind kind;
  Identifier name; // of a Test: its string
  std::string doc; // the /// lines above it
};
template <Item::Kind K> struct ItemOf : Item {
  explicit ItemOf(Span span) : Item(K, span) {}
  static bool classof(const Item *i) { return i->kind == K; }
};
struct ImportItem : ItemOf<Item::Import> {
  using ItemOf::ItemOf;
  std::string path;
  std::optional<Identifier> alias; // of `import "path" as alias`
};
struct ConstItem : ItemOf<Item::Const> {
  using ItemOf::ItemOf;
  Type *type = nullptr; // may be null
  Expr *value = nullptr;
};
struct FunctionItem : ItemOf<Item::Function> {
  using ItemOf::ItemOf;
  ast::Function *function = nullptr;
};
struct LayerItem : ItemOf<Item::Layer> {
  enum Flavour { Layer, Model, Optimizer };
  using ItemOf::ItemOf;
  Flavour flavour = Layer;
  std::vector<Parameter> parameters;
  std::vector<LayerMember *> members;
};
struct CommandItem : ItemOf<Item::Command> {
  using ItemOf::ItemOf;
  std::vector<Parameter> parameters;
  Block body;
};
struct TestItem : ItemOf<Item::Test> {
  using ItemOf::ItemOf;
  Block body;
};

/// A parsed file; owns every node of its tree.
class File {
public:
  explicit File(const SourceFile &source) : source(&source) {}
  template <typename T, typename... Args> T *make(Args &&...args) {
    auto node = std::make_unique<T>(std::forward<Args>(args)...);
    T *result = node.get();
    nodes.push_back(std::move(node));
    return result;
  }
  const SourceFile *source;
  std::vector<Item *> items;
  std::string doc; // the /// lines or // lines at the top of the file, before a blank line

private:
  std::vector<std::unique_ptr<Node>> nodes;
};

} // namespace nnc::ast

#endif // NNC_SYNTAX_AST_H
