//===- Dump.cpp - the syntax tree as text ---------------------------------------===//
//
// One node a line: its kind, what it holds by itself, line:column; children indented below it,
// introduced by their role where the order alone does not tell. Expressions are in
// DumpExpressions.cpp.
//
//===----------------------------------------------------------------------===//
#include "compiler/syntax/Dumper.h"
#include "compiler/syntax/Parser.h"
#include "llvm/ADT/Twine.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace nnc;
using namespace nnc::ast;

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
  case LayerMember::Assert:
    line("assert", member->span);
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
  dump(member->value, member->kind == LayerMember::Let ? "" : "condition ");
  dump(member->message, "message ");
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
        header(i->alias ? "import as " + i->alias->name : "import");
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
