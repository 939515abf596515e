//===- OpenScan.cpp - a scan that is a loop over variables for a while --------------------===//

#include "compiler/ir/OpenScan.h"

using namespace mlir;

namespace nnc::ir {

//===-- A loop -------------------------------------------------------------------------------===//

OpenScan::OpenScan(ScanOp scan, bool isRepeated) : scan(scan) {
  assert(!scan.getReverse() && "gradients are asked for in forward turns");
  OpBuilder builder(scan);
  Location loc = scan.getLoc();
  llvm::SmallVector<Value> first(scan.getInits());
  if (isRepeated)
    for (Value stacked : scan.getStacked())
      first.push_back(createFilled(builder, loc, llvm::cast<NNTensorType>(stacked.getType()), 0));
  for (Value value : first) {
    auto type = llvm::cast<NNTensorType>(value.getType());
    VariableOp variable = createVariable(scan, "carried$", type);
    places.push_back(
        {variable, AssignOp::create(builder, loc, variable.getSymNameAttr(), value), {}});
  }
  Value lower = createFilled(builder, loc, getScalarType(builder.getI64Type()), 0);
  Value upper = SizeOp::create(builder, loc, scan.getLength());
  loop = ForOp::create(builder, loc, lower, upper);
  loop.getBody().takeBody(scan.getBody());
  openBody();
  for (auto [place, result] : llvm::zip(places, scan.getResults())) {
    place.last = ReadOp::create(builder, loc, result.getType(), place.variable.getSymNameAttr());
    result.replaceAllUsesWith(place.last);
  }
}

/// What comes from outside is no argument any more, and what goes to the next turn is assigned.
/// What is stacked stays at the end of the body.
void OpenScan::openBody() {
  Block &body = loop.getBody().front();
  OpBuilder builder = OpBuilder::atBlockBegin(&body);
  unsigned at = 1;
  for (Value source : scan.getSources()) {
    BlockArgument row = body.getArgument(at++);
    row.replaceAllUsesWith(
        GatherOp::create(builder, row.getLoc(), row.getType(), source, body.getArgument(0), 0));
  }
  size_t carried = scan.getInits().size();
  for (Place &place : llvm::MutableArrayRef(places).take_front(carried)) {
    BlockArgument argument = body.getArgument(at++);
    place.variable->setLoc(argument.getLoc()); // which has its name
    argument.replaceAllUsesWith(ReadOp::create(builder, argument.getLoc(), argument.getType(),
                                               place.variable.getSymNameAttr()));
  }
  for (Value capture : scan.getCaptures())
    body.getArgument(at++).replaceAllUsesWith(capture);
  body.eraseArguments(1, body.getNumArguments() - 1);
  // As soon as it is there: what is computed from it is computed from what the variable holds.
  Operation *yield = body.getTerminator(), *begin = &*builder.getInsertionPoint();
  for (auto [place, next] :
       llvm::zip(llvm::MutableArrayRef(places).take_front(carried), yield->getOperands())) {
    Operation *source = next.getDefiningOp();
    if (source && source->getBlock() == &body && !source->isBeforeInBlock(begin))
      builder.setInsertionPointAfter(source);
    else
      builder.setInsertionPoint(begin);
    AssignOp::create(builder, next.getLoc(), place.variable.getSymNameAttr(), next);
  }
  yield->eraseOperands(0, carried);
  stackRows(yield);
}

/// Puts each row at its index of the variable for what is stacked, if there is one.
void OpenScan::stackRows(Operation *yield) {
  OpBuilder builder(yield);
  Location loc = loop.getLoc();
  for (auto [place, row] :
       llvm::zip(llvm::MutableArrayRef(places).drop_front(scan.getInits().size()),
                 yield->getOperands())) {
    auto type = llvm::cast<NNTensorType>(place.first.getValue().getType());
    auto all = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
    auto along = [&](llvm::ArrayRef<int64_t> axes) { return builder.getDenseI64ArrayAttr(axes); };
    NNTensorType places = NNTensorType::get(scan.getLengthDim(), builder.getI64Type());
    Value at = BroadcastOp::create(builder, loc, places, loop.getBody().getArgument(0), along({}));
    Value isThere = EqOp::create(builder, loc, IotaOp::create(builder, loc, places, 0), at);
    isThere = BroadcastOp::create(builder, loc, type.withElementType(builder.getI1Type()), isThere,
                                  along({0}));
    Value rows =
        BroadcastOp::create(builder, loc, type, row, along(llvm::ArrayRef(all).drop_front()));
    StringAttr variable = place.variable.getSymNameAttr();
    Value before = ReadOp::create(builder, loc, type, variable);
    AssignOp::create(builder, loc, variable,
                     SelectOp::create(builder, loc, type, isThere, rows, before));
  }
}

//===-- A scan again -------------------------------------------------------------------------===//

/// The complete scan; and what it gives for each variable.
ScanOp OpenScan::closeBody(Obstacle &obstacle, llvm::DenseMap<StringAttr, Value> &finals) {
  OpBuilder builder(loop);
  auto draft = ScanOp::create(builder, loop.getLoc(), TypeRange(), TypeRange(), scan.getLength(),
                              false, ValueRange(), ValueRange(), ValueRange());
  draft.getBody().takeBody(loop.getBody());
  loop.erase();
  size_t carried = scan.getInits().size();
  // Rows are stacked by the scan itself.
  for (AssignOp assign : llvm::make_early_inc_range(draft.getBlock().getOps<AssignOp>()))
    if (llvm::any_of(llvm::MutableArrayRef(places).drop_front(carried), [&](Place &place) {
          return place.variable.getSymNameAttr() == assign.getVariableAttr().getAttr();
        }))
      assign.erase();
  Purification purification(draft.getBlock(), draft);
  if (failed(purification.run(obstacle)))
    return {};
  llvm::SmallVector<Value> inits, next;
  for (const Purification::Assigned &one : purification.assigned) {
    inits.push_back(one.initial);
    next.push_back(one.next);
  }
  draft.getBlock().getTerminator()->insertOperands(0, next);
  ScanOp complete = ScanOp::complete(draft, {}, inits);
  useRows(complete);
  for (auto [one, final] : llvm::zip_equal(purification.assigned, complete.getFinals()))
    finals[one.variable] = final;
  for (auto [place, stacked] :
       llvm::zip(llvm::MutableArrayRef(places).drop_front(carried), complete.getStacked()))
    finals[place.variable.getSymNameAttr()] = stacked;
  return complete;
}

LogicalResult OpenScan::close(Obstacle &obstacle) {
  llvm::DenseMap<StringAttr, Value> finals;
  ScanOp complete = closeBody(obstacle, finals);
  if (!complete)
    return failure();
  for (Place &place : places) {
    place.last.replaceAllUsesWith(finals.lookup(place.variable.getSymNameAttr()));
    place.last.erase();
  }
  for (auto [before, after] : llvm::zip_equal(scan.getStacked(), complete.getStacked()))
    before.replaceAllUsesWith(after);
  if (!places.empty())
    erasePlaces();
  scan.erase();
  return success();
}

/// Whether the value is there at `at`, which stands in its region or one inside.
static bool isThere(Value value, Operation *at) {
  Operation *ancestor = value.getParentBlock()->findAncestorOpInBlock(*at);
  Operation *source = value.getDefiningOp();
  return ancestor && (!source || source->isBeforeInBlock(ancestor));
}

/// The variables go. Before the loop they held the first values; where even those are not there
/// yet, a loop around this one reads what each of its turns assigns first.
void OpenScan::erasePlaces() {
  llvm::DenseMap<Attribute, Value> first;
  for (Place &place : places)
    first[place.variable.getSymNameAttr()] = place.first.getValue();
  places.front().variable->getParentOp()->walk([&](Operation *op) {
    if (auto assign = llvm::dyn_cast<AssignOp>(op)) {
      if (first.contains(assign.getVariableAttr().getAttr()))
        assign.erase();
    } else if (auto read = llvm::dyn_cast<ReadOp>(op)) {
      Value value = first.lookup(read.getVariableAttr().getAttr());
      if (!value)
        return;
      OpBuilder builder(read);
      if (!isThere(value, read))
        value = createFilled(builder, read.getLoc(), llvm::cast<NNTensorType>(read.getType()), 0);
      read.replaceAllUsesWith(value);
      read.erase();
    }
  });
  for (Place &place : places)
    place.variable.erase();
}

} // namespace nnc::ir
