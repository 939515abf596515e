//===- DumpExpressions.cpp - types, patterns and expressions as text -------------===//
#include "compiler/syntax/Dumper.h"
#include "llvm/ADT/Twine.h"
#include "llvm/ADT/TypeSwitch.h"
#include <charconv>

using namespace nnc;
using namespace nnc::ast;

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
