//===- Graph.cpp - drawing a unit in Graphviz's language -----------------------------===//
//
// A node for each operation and variable, an edge for each use. Constants are written into the node
// that uses them. Operations of a gradient are drawn in another colour, with the forward operation
// and the source line they came from; a dotted edge leads from the forward operation to them.
//
//===----------------------------------------------------------------------===//

#include "compiler/driver/Driver.h"
#include "compiler/ir/Origin.h"
#include "compiler/support/Text.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringExtras.h"

using namespace nnc;
using namespace nnc::ir;

namespace {
std::string escape(llvm::StringRef text) {
  std::string result;
  for (char c : text)
    if (c == '"' || c == '\\')
      (result += '\\') += c;
    else if (c == '\n')
      result += "\\n";
    else
      result += c;
  return result;
}

std::string typeOf(mlir::Value value) {
  if (auto tensor = llvm::dyn_cast<NNTensorType>(value.getType()))
    return tensor.str();
  std::string text;
  llvm::raw_string_ostream(text) << value.getType();
  return text;
}

std::string lineOf(mlir::Location location) {
  mlir::FileLineColRange place = getUserPlace(location);
  return place ? "line " + std::to_string(place.getStartLine()) : "";
}

class Drawing {
public:
  explicit Drawing(llvm::raw_ostream &os) : os(os) {}

  void draw(mlir::Operation *unit) {
    os << "digraph \"" << escape(mlir::SymbolTable::getSymbolName(unit).getValue()) << "\" {\n"
       << "  rankdir=TB;\n  node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef3fb\", "
          "fontname=\"Helvetica\", "
          "fontsize=11];\n  edge [fontname=\"Helvetica\", fontsize=9, color=\"#555555\"];\n";
    drawRegion(unit->getRegion(0), "  ");
    os << edges << "}\n";
  }

private:
  void drawRegion(mlir::Region &region, const std::string &indent) {
    for (mlir::Block &block : region) {
      for (mlir::BlockArgument argument : block.getArguments()) {
        std::string name = getName(argument.getLoc()).str();
        if (name.empty())
          name = "argument " + std::to_string(argument.getArgNumber());
        if (!getGradientName(argument.getLoc()).empty())
          name = "gradient of " + name;
        node(indent, add(argument), name + "\\n" + escape(typeOf(argument)),
             "shape=ellipse, fillcolor=\"#fff6dd\"");
      }
      for (mlir::Operation &op : block)
        drawOperation(op, indent);
    }
  }

  void drawOperation(mlir::Operation &op, const std::string &indent) {
    if (auto variable = llvm::dyn_cast<VariableOp>(op)) {
      variables[variable.getSymNameAttr()] = next;
      std::string type = llvm::isa<NNTensorType>(variable.getType())
                             ? llvm::cast<NNTensorType>(variable.getType()).str()
                             : "text";
      node(indent, next++, escape(variable.getSymName()) + "\\n" + type,
           "shape=cylinder, fillcolor=\"#e3f4e3\"");
      return;
    }
    if (auto constant = llvm::dyn_cast<ConstantOp>(op); constant && constant.getType().isScalar())
      return; // shown where it is used
    if (op.getNumRegions() != 0 && !llvm::isa<MinimizeOp, WithGradientOp>(op)) {
      for (mlir::Region &region : op.getRegions()) {
        os << indent << "subgraph cluster_" << next++ << " {\n"
           << indent << "  label=\"" << op.getName().stripDialect() << " " << lineOf(op.getLoc())
           << "\"; color=\"#999999\"; fontname=\"Helvetica\"; fontsize=11;\n";
        drawRegion(region, indent + "  ");
        os << indent << "}\n";
      }
      if (auto scan = llvm::dyn_cast<ScanOp>(op))
        connectScan(scan);
      return;
    }
    unsigned id = next++;
    for (mlir::Value result : op.getResults())
      ids[result] = id;
    std::string label = escape(op.getName().stripDialect());
    if (llvm::StringRef name = getName(op.getLoc()); !name.empty())
      label = escape(name) + " = " + label;
    for (mlir::NamedAttribute attribute : op.getAttrs())
      if (auto reduce = llvm::dyn_cast<ReduceKindAttr>(attribute.getValue()))
        label += " " + escape(stringifyReduceKind(reduce.getValue()));
    for (mlir::Value operand : op.getOperands())
      if (std::string value = constantText(operand); !value.empty())
        label += " " + value;
    if (op.getNumResults() == 1)
      label += "\\n" + escape(typeOf(op.getResult(0)));
    std::string style;
    if (OriginAttr origin = getOrigin(op.getLoc())) {
      // Of copies the first stands for all.
      nodes.try_emplace(origin.getId(), id);
      if (origin.getKind() == OriginKind::Gradient) {
        label += "\\n" + escape(getGradientName(op.getLoc()));
        if (std::string line = lineOf(op.getLoc()); !line.empty())
          label += ", " + line;
        style = "fillcolor=\"#fbe9ee\"";
        if (auto found = nodes.find(origin.getOf()); found != nodes.end())
          edge(found->second, id, "style=dotted, constraint=false, color=\"#cc6688\"");
      }
    }
    node(indent, id, label, style);
    for (mlir::Value operand : op.getOperands())
      if (auto found = ids.find(operand); found != ids.end())
        edge(found->second, id, "");
    if (auto read = llvm::dyn_cast<ReadOp>(op))
      edge(variables[read.getVariableAttr().getAttr()], id, "");
    if (auto assign = llvm::dyn_cast<AssignOp>(op))
      edge(id, variables[assign.getVariableAttr().getAttr()], "constraint=false");
  }

  /// What goes in meets the body's arguments, what comes out is what the body yields; a carried
  /// value goes round.
  void connectScan(ScanOp scan) {
    auto connect = [&](mlir::ValueRange from, llvm::ArrayRef<mlir::BlockArgument> to,
                       const std::string &style) {
      for (auto [operand, argument] : llvm::zip_equal(from, to))
        if (auto found = ids.find(operand); found != ids.end())
          edge(found->second, ids.lookup(argument), style);
    };
    connect(scan.getSources(), scan.getRowArguments(), "");
    connect(scan.getInits(), scan.getCarriedArguments(), "");
    connect(scan.getCaptures(), scan.getCaptureArguments(), "");
    connect(scan.getNext(), scan.getCarriedArguments(), "style=dashed, constraint=false");
    for (auto [inside, result] :
         llvm::zip_equal(scan.getBlock().getTerminator()->getOperands(), scan.getResults()))
      ids[result] = ids.lookup(inside);
  }

  std::string constantText(mlir::Value value) {
    while (auto broadcast = value.getDefiningOp<BroadcastOp>())
      value = broadcast.getA();
    auto constant = value.getDefiningOp<ConstantOp>();
    if (!constant || !constant.getType().isScalar())
      return "";
    auto elements = llvm::cast<mlir::DenseElementsAttr>(constant.getValue());
    if (constant.getType().isFloat())
      return formatNumber(elements.getSplatValue<llvm::APFloat>().convertToDouble());
    return llvm::toString(elements.getSplatValue<llvm::APInt>(), 10, !constant.getType().isBool());
  }

  unsigned add(mlir::Value value) { return ids[value] = next++; }
  void node(const std::string &indent, unsigned id, const std::string &label,
            const std::string &style) {
    os << indent << "n" << id << " [label=\"" << label << "\"" << (style.empty() ? "" : ", ")
       << style << "];\n";
  }
  void edge(unsigned from, unsigned to, const std::string &style) {
    edges += "  n" + std::to_string(from) + " -> n" + std::to_string(to) +
             (style.empty() ? "" : " [" + style + "]") + ";\n";
  }

  llvm::raw_ostream &os;
  std::string edges;
  unsigned next = 0;
  llvm::DenseMap<mlir::Value, unsigned> ids;
  llvm::DenseMap<mlir::StringAttr, unsigned> variables;
  llvm::DenseMap<int64_t, unsigned> nodes; // by the id of an operation's origin
};
} // namespace

void driver::printGraph(mlir::Operation *unit, llvm::raw_ostream &os) { Drawing(os).draw(unit); }
