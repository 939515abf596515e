//===- Dump.cpp - the syntax tree as text ---------------------------------------===//
//
// One node a line: its kind, what it holds by itself, line:column; children indented below it, introduced by
// their role where the order alone does not tell.
//
//===----------------------------------------------------------------------===//
#include "compiler/syntax/Parser.h"
#include "llvm/ADT/TypeSwitch.h"
#include <charconv>

using namespace nnc;
using namespace nnc::ast;
using llvm::StringRef;

StringRef ast::getSpelling(BinaryOp op) {
  switch (op) {
  case BinaryOp::Add:
    return "+";
  case BinaryOp::Sub:
    return "-";
  case BinaryOp::Mul:
    return "*";
  case BinaryOp::Div:
    return "/";
  case BinaryOp::MatMul:
    return "@";
  case BinaryOp::Pow:
    return "^";
  case BinaryOp::Eq:
    return "==";
  case BinaryOp::Ne:
    return "!=";
  case BinaryOp::Lt:
    return "<";
  case BinaryOp::Le:
    return "<=";
  case BinaryOp::Gt:
    return ">";
  case BinaryOp::Ge:
    return ">=";
  case BinaryOp::And:
    return "and";
  case BinaryOp::Or:
    return "or";
  case BinaryOp::Range:
    return "..";
  case BinaryOp::RangeInclusive:
    return "..=";
  }
  return "";
}

static StringRef getSpelling(AssignOp op) {
  switch (op) {
  case AssignOp::Set:
    return "=";
  case AssignOp::Add:
    return "+=";
  case AssignOp::Sub:
    return "-=";
  case AssignOp::Mul:
    return "*=";
  case AssignOp::Div:
    return "/=";
  }
  return "";
}

namespace {
class Dumper {
public:
  explicit Dumper(llvm::raw_ostream &os) : os(os) {}
  void dump(const Item *item);

private:
  /// Everything dumped during its life is indented once more.
  struct Indented {
    explicit Indented(Dumper &dumper) : dumper(dumper) { ++dumper.depth; }
    ~Indented() { --dumper.depth; }
    Dumper &dumper;
  };

  llvm::raw_ostream &indent() { return os.indent(2 * depth); }
  void end(Span span);
  void line(StringRef text, Span span);
  void quoted(StringRef text);
  void doc(StringRef text);

  void dump(const Expr *expr, StringRef role = "");
  void dump(const StringLiteral *string);
  void dump(const Call *call);
  void dump(const Index *index);
  void dump(const Scan *scan);
  void dump(const Type *type, StringRef role = "type ");
  void dump(const Pattern *pattern, StringRef role = "");
  void dump(const Statement *statement);
  void dump(const Block &block, StringRef role = "");
  void dump(const Generator &generator);
  void dump(const Parameter &parameter);
  void dump(const Function *function);
  void dump(const LayerMember *member);
  void dump(const std::optional<Initialiser> &init);
  void dump(StringRef name, const std::vector<Expr *> &children, Span span);

  llvm::raw_ostream &os;
  unsigned depth = 1; // items stand below the file
};
} // namespace

void Dumper::end(Span span) {
  LineColumn place = span.getBegin();
  os << " @" << place.line << ':' << place.column << '\n';
}

void Dumper::line(StringRef text, Span span) {
  os << text;
  end(span);
}

void Dumper::quoted(StringRef text) {
  os << '"';
  os.write_escaped(text);
  os << '"';
}

void Dumper::doc(StringRef text) {
  if (text.empty())
    return;
  indent() << "doc ";
  quoted(text);
  os << '\n';
}

//===-- Types and patterns ------------------------------------------------------===//

void Dumper::dump(const Type *type, StringRef role) {
  if (!type)
    return;
  indent() << role;
  switch (type->kind) {
  case Type::Named:
    os << type->name.name << (type->hasDims ? "[]" : "");
    break;
  case Type::List:
    os << "list";
    break;
  case Type::Tuple:
    os << "tuple";
    break;
  }
  end(type->span);
  Indented in(*this);
  for (const DimSpec &dim : type->dims) {
    if (dim.expr) {
      dump(dim.expr, "dim ");
      continue;
    }
    indent() << "dim .." << (dim.restName ? dim.restName->name : "");
    end(dim.span);
  }
  for (const Type *element : type->elements)
    dump(element, "");
}

void Dumper::dump(const Pattern *pattern, StringRef role) {
  indent() << role << "pattern "
           << (pattern->kind == Pattern::Name     ? StringRef(pattern->name.name)
               : pattern->kind == Pattern::Ignore ? "_"
                                                  : "tuple");
  end(pattern->span);
  Indented in(*this);
  for (const Pattern *element : pattern->elements)
    dump(element);
}

//===-- Expressions ---------------------------------------------------------------===//

void Dumper::dump(StringRef name, const std::vector<Expr *> &children, Span span) {
  line(name, span);
  Indented in(*this);
  for (const Expr *child : children)
    dump(child);
}

void Dumper::dump(const Expr *expr, StringRef role) {
  if (!expr)
    return;
  indent() << role;
  Span span = expr->span;
  llvm::TypeSwitch<const Expr *>(expr)
      .Case([&](const IntLiteral *e) { line("int " + std::to_string(e->value), span); })
      .Case([&](const FloatLiteral *e) {
        char text[32]; // the shortest that reads back as the same value
        auto written = std::to_chars(text, text + sizeof(text), e->value);
        line("float " + std::string(text, written.ptr), span);
      })
      .Case([&](const BoolLiteral *e) { line(e->value ? "bool true" : "bool false", span); })
      .Case([&](const Name *e) { line("name " + e->name, span); })
      .Case([&](const StringLiteral *e) { dump(e); })
      .Case([&](const Call *e) { dump(e); })
      .Case([&](const Index *e) { dump(e); })
      .Case([&](const Scan *e) { dump(e); })
      .Case([&](const Member *e) { dump("member " + e->name.name, {e->base}, span); })
      .Case([&](const Unary *e) {
        dump(e->op == UnaryOp::Not ? "unary not" : "unary -", {e->operand}, span);
      })
      .Case([&](const Binary *e) {
        dump(("binary " + getSpelling(e->op)).str(), {e->lhs, e->rhs}, span);
      })
      .Case([&](const Compose *e) { dump("compose", {e->lhs, e->rhs}, span); })
      .Case([&](const Pipe *e) { dump("pipe", {e->lhs, e->rhs}, span); })
      .Case([&](const If *e) { dump("if", {e->condition, e->thenExpr, e->elseExpr}, span); })
      .Case([&](const Minimize *e) { dump("minimize", {e->loss, e->over, e->optimizer}, span); })
      .Case([&](const Tuple *e) { dump("tuple", e->elements, span); })
      .Case([&](const List *e) { dump("list", e->elements, span); })
      .Case([&](const Comprehension *e) {
        dump("comprehension", {e->element}, span);
        Indented in(*this);
        dump(e->generator);
      });
}

void Dumper::dump(const StringLiteral *string) {
  if (string->pieces.size() <= 1 && (string->pieces.empty() || !string->pieces[0].expr)) {
    os << "string ";
    quoted(string->pieces.empty() ? "" : string->pieces[0].text);
    return end(string->span);
  }
  line("string", string->span);
  Indented in(*this);
  for (const StringLiteral::Piece &piece : string->pieces) {
    if (!piece.expr) {
      indent() << "text ";
      quoted(piece.text);
      os << '\n';
      continue;
    }
    dump(piece.expr, "hole ");
    if (piece.specSpan) {
      indent() << "spec ";
      quoted(piece.spec);
      end(piece.specSpan);
    }
  }
}

void Dumper::dump(const Call *call) {
  line("call", call->span);
  Indented in(*this);
  dump(call->callee);
  for (const Argument &argument : call->arguments) {
    if (!argument.name) {
      dump(argument.value, "argument ");
      continue;
    }
    indent() << "argument " << argument.name->name;
    end(argument.span);
    Indented inArgument(*this);
    dump(argument.type);
    dump(argument.value);
  }
  if (call->generator)
    dump(*call->generator);
}

void Dumper::dump(const Generator &generator) {
  indent() << "for";
  end(generator.span);
  Indented in(*this);
  dump(generator.pattern);
  dump(generator.source, "in ");
  dump(generator.condition, "if ");
}

void Dumper::dump(const Index *index) {
  line("index", index->span);
  Indented in(*this);
  dump(index->base);
  for (const IndexItem &item : index->items) {
    switch (item.kind) {
    case IndexItem::Keep:
      indent() << "keep";
      end(item.span);
      break;
    case IndexItem::Rest:
      indent() << "rest";
      end(item.span);
      break;
    case IndexItem::Value:
      dump(item.expr, "at ");
      break;
    case IndexItem::From:
      dump(item.expr, "from ");
      break;
    case IndexItem::To:
      dump(item.expr, "to ");
      break;
    }
  }
}

void Dumper::dump(const Scan *scan) {
  line("scan", scan->span);
  Indented in(*this);
  for (const Scan::Source &source : scan->sources) {
    dump(source.pattern);
    dump(source.source, "in ");
  }
  dump(scan->along, "along ");
  dump(scan->body);
}

//===-- Statements -----------------------------------------------------------------===//

void Dumper::dump(const Block &block, StringRef role) {
  indent() << role << "block";
  end(block.span);
  Indented in(*this);
  for (const Statement *statement : block.statements)
    dump(statement);
}

void Dumper::dump(const std::optional<Initialiser> &init) {
  if (init)
    dump(init->expr, init->draws ? "~ " : "= ");
}

void Dumper::dump(const Statement *statement) {
  indent();
  Span span = statement->span;
  auto children = [&](StringRef name, auto body) {
    line(name, span);
    Indented in(*this);
    body();
  };
  llvm::TypeSwitch<const Statement *>(statement)
      .Case([&](const BindStatement *s) {
        children(s->isVar ? "var" : "let", [&] {
          dump(s->pattern);
          dump(s->type);
          dump(s->value);
        });
      })
      .Case([&](const ParamStatement *s) {
        children("param " + s->name.name, [&] {
          dump(s->type);
          dump(s->init);
        });
      })
      .Case([&](const IfStatement *s) {
        children("if", [&] {
          for (const IfStatement::Branch &branch : s->branches) {
            dump(branch.condition, "condition ");
            dump(branch.body);
          }
          if (s->elseBody)
            dump(*s->elseBody, "else ");
        });
      })
      .Case([&](const ForStatement *s) {
        children("for", [&] {
          dump(s->pattern);
          dump(s->source, "in ");
          dump(s->body);
        });
      })
      .Case([&](const WhileStatement *s) {
        children("while", [&] {
          dump(s->condition, "condition ");
          dump(s->body);
        });
      })
      .Case([&](const BreakStatement *) { line("break", span); })
      .Case([&](const ContinueStatement *) { line("continue", span); })
      .Case([&](const ReturnStatement *s) { dump("return", s->values, span); })
      .Case([&](const YieldStatement *s) { dump("yield", s->values, span); })
      .Case([&](const AssertStatement *s) {
        children("assert", [&] {
          dump(s->condition);
          dump(s->message, "message ");
        });
      })
      .Case([&](const AssignStatement *s) {
        dump(("assign " + getSpelling(s->op)).str(), {s->target, s->value}, span);
      })
      .Case([&](const ExpressionStatement *s) { dump("expression", {s->expr}, span); });
}

//===-- Items and members -----------------------------------------------------------===//

void Dumper::dump(const Parameter &parameter) {
  indent() << "parameter " << parameter.name.name;
  end(parameter.span);
  Indented in(*this);
  doc(parameter.doc);
  dump(parameter.type);
  dump(parameter.defaultValue, "= ");
}

void Dumper::dump(const Function *function) {
  for (const Parameter &parameter : function->parameters)
    dump(parameter);
  dump(function->result, "result ");
  dump(function->expr, "= ");
  if (function->block)
    dump(*function->block);
  for (const CustomGradient &gradient : function->customGradients) {
    indent() << "with " << gradient.rule.name << ' ' << gradient.cotangent.name;
    end(gradient.span);
    Indented in(*this);
    dump(gradient.value);
  }
}

void Dumper::dump(const LayerMember *member) {
  indent();
  switch (member->kind) {
  case LayerMember::Param:
    line("param " + member->name.name, member->span);
    break;
  case LayerMember::State:
    line("state " + member->name.name, member->span);
    break;
  case LayerMember::Let:
    line("let", member->span);
    break;
  case LayerMember::If:
    line("if", member->span);
    break;
  case LayerMember::Method:
    line("method " + member->name.name, member->span);
    break;
  }
  Indented in(*this);
  doc(member->doc);
  if (member->pattern)
    dump(member->pattern);
  dump(member->type);
  dump(member->init);
  dump(member->value, member->kind == LayerMember::If ? "condition " : "");
  if (member->method)
    dump(member->method);
  auto dumpBody = [&](StringRef name, const std::vector<LayerMember *> &body) {
    indent() << name << '\n';
    Indented inBody(*this);
    for (const LayerMember *inner : body)
      dump(inner);
  };
  if (member->kind == LayerMember::If)
    dumpBody("then", member->body);
  if (!member->elseBody.empty())
    dumpBody("else", member->elseBody);
}

void Dumper::dump(const Item *item) {
  static const char *const flavours[] = {"layer ", "model ", "optimizer "};
  indent();
  auto header = [&](const llvm::Twine &text) {
    line(text.str(), item->span);
    ++depth;
    doc(item->doc);
  };
  llvm::TypeSwitch<const Item *>(item)
      .Case([&](const ImportItem *i) {
        header("import");
        indent();
        quoted(i->path);
        os << '\n';
      })
      .Case([&](const ConstItem *i) {
        header("const " + i->name.name);
        dump(i->type);
        dump(i->value);
      })
      .Case([&](const FunctionItem *i) {
        header((i->function->isLoss ? "loss " : "fn ") + i->name.name);
        dump(i->function);
      })
      .Case([&](const LayerItem *i) {
        header(flavours[i->flavour] + i->name.name);
        for (const Parameter &parameter : i->parameters)
          dump(parameter);
        for (const LayerMember *member : i->members)
          dump(member);
      })
      .Case([&](const CommandItem *i) {
        header("command " + i->name.name);
        for (const Parameter &parameter : i->parameters)
          dump(parameter);
        dump(i->body);
      })
      .Case([&](const TestItem *i) {
        std::string name;
        llvm::raw_string_ostream(name).write_escaped(i->name.name);
        header("test \"" + name + "\"");
        dump(i->body);
      });
  --depth;
}

void nnc::dumpAst(const File &file, llvm::raw_ostream &os) {
  os << "file\n";
  if (!file.doc.empty()) {
    os << "  doc \"";
    os.write_escaped(file.doc) << "\"\n";
  }
  Dumper dumper(os);
  for (const Item *item : file.items)
    dumper.dump(item);
}
