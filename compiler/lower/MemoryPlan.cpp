//===- MemoryPlan.cpp - where tensors and variables lie ---------------------------------===//

#include "compiler/lower/MemoryPlan.h"
#include "compiler/ir/Effects.h"
#include "compiler/lower/Memory.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

static constexpr int64_t alignment = 64;

bool MemoryPlan::isScalarInMemory(Value value) {
  auto type = llvm::dyn_cast<NNTensorType>(value.getType());
  Operation *op = value.getDefiningOp();
  return type && type.isScalar() && op && op->hasTrait<ComputesIntoDestination>();
}

bool MemoryPlan::isInMemory(Value value) {
  auto type = llvm::dyn_cast<NNTensorType>(value.getType());
  return type && (!type.isScalar() || MemoryPlan::isScalarInMemory(value));
}

MemoryPlan::MemoryPlan(CommandOp command) : lifetimes(command) {
  placeVariables(command);
  collect(command);
  for (AssignOp assign : assigns)
    decideInPlace(assign);
  decideCopies();
  for (ScanOp scan : scans) {
    decideRows(scan);
    addShadows(scan);
  }
  for (FusedOp group : groups)
    shareDyingOperands(group);
  assignOffsets();
}

//===-- Values ------------------------------------------------------------------------===//

unsigned MemoryPlan::getRegion(Dim unit) {
  for (auto [i, region] : llvm::enumerate(regions))
    if (region.unit == unit)
      return i;
  regions.push_back({unit, 0});
  return regions.size() - 1;
}

MemoryPlan::Extent MemoryPlan::getExtent(NNTensorType type) {
  int64_t elementBytes = getElementBytes(type.getElementType());
  Dim count = type.getCount();
  if (count.isStatic())
    return {{}, std::max<int64_t>(count.getStatic(), 1) * elementBytes};
  // One product of symbols has a region of its own for all its multiples; a sum, for itself.
  Polynomial polynomial = count.getPolynomial();
  auto [symbols, coefficient] = *polynomial.begin();
  if (polynomial.size() == 1 && coefficient > 0)
    return {Dim::get(type.getContext(), Polynomial{{symbols, 1}}), coefficient * elementBytes};
  return {count, elementBytes};
}

std::pair<std::optional<unsigned>, int64_t> MemoryPlan::reserve(NNTensorType type) {
  Extent extent = getExtent(type);
  if (!extent.unit)
    return {std::nullopt, extent.bytes};
  return {getRegion(extent.unit), extent.bytes};
}

void MemoryPlan::placeVariables(CommandOp command) {
  for (auto variable : command.getBody().getOps<VariableOp>()) {
    auto type = llvm::dyn_cast<NNTensorType>(variable.getType());
    Place place{Place::Static, 0, staticBytes, nullptr};
    if (!type || type.isScalar()) {
      staticBytes += 8;
    } else {
      auto [region, bytes] = reserve(type);
      if (region) {
        place = Place{Place::Region, *region, regions[*region].bytesPerUnit, nullptr};
        regions[*region].bytesPerUnit += bytes;
      } else {
        place.offset = llvm::alignTo(staticBytes, alignment);
        staticBytes = place.offset + bytes;
      }
    }
    variables[variable.getSymNameAttr()] = place;
  }
  staticBytes = variableBytes = llvm::alignTo(staticBytes, alignment);
}

/// What an argument of a scan's body is: the operand that it captures, or the final value that it
/// will become; null for others.
static Value getAliased(Value value) {
  auto argument = llvm::dyn_cast<BlockArgument>(value);
  auto scan = argument ? llvm::dyn_cast<ScanOp>(argument.getOwner()->getParentOp()) : ScanOp();
  if (!scan)
    return {};
  for (auto [capture, inside] : llvm::zip_equal(scan.getCaptures(), scan.getCaptureArguments()))
    if (inside == argument)
      return capture;
  for (auto [final, inside] : llvm::zip_equal(scan.getFinals(), scan.getCarriedArguments()))
    if (inside == argument)
      return final;
  return {};
}

/// Where an argument of a scan's body lies that is a row of a source.
static std::optional<Place> getSourceRow(Value value) {
  auto argument = llvm::dyn_cast<BlockArgument>(value);
  auto scan = argument ? llvm::dyn_cast<ScanOp>(argument.getOwner()->getParentOp()) : ScanOp();
  if (scan)
    for (auto [source, inside] : llvm::zip_equal(scan.getSources(), scan.getRowArguments()))
      if (inside == argument)
        return Place{Place::Row, 0, 0, nullptr, source, scan.getIndex()};
  return std::nullopt;
}

Value MemoryPlan::getRoot(Value value) {
  while (true) {
    if (auto reshape = value.getDefiningOp<ReshapeOp>();
        reshape && !reshape.getA().getType().isScalar())
      value = reshape.getA();
    else if (Value aliased = getAliased(value))
      value = aliased;
    else
      return value;
  }
}

void MemoryPlan::addValue(Value value) {
  if (!isInMemory(value) || value.getDefiningOp<ConstantOp>() || getSourceRow(value))
    return;
  Value root = getRoot(value);
  Interval life = lifetimes.getInterval(value);
  if (root != value) {
    if (auto found = bufferOf.find(root); found != bufferOf.end())
      buffers[found->second].life.end = std::max(buffers[found->second].life.end, life.end);
    return;
  }
  auto type = llvm::cast<NNTensorType>(value.getType());
  auto [region, bytes] = reserve(type);
  bufferOf[value] = buffers.size();
  buffers.push_back({bytes, region, getElementBytes(type.getElementType()), life, {}, 0});
}

//===-- Scans --------------------------------------------------------------------------===//

void MemoryPlan::decideRows(ScanOp scan) {
  for (auto [row, stacked] : llvm::zip_equal(scan.getRows(), scan.getStacked())) {
    Value root = getRoot(row);
    auto found = bufferOf.find(root);
    Operation *producer = root.getDefiningOp();
    if (found == bufferOf.end() || !producer || producer->getBlock() != &scan.getBlock() ||
        buffers[found->second].isFixed() || !producer->hasTrait<ComputesIntoDestination>() ||
        llvm::cast<NNTensorType>(root.getType()).isScalar())
      continue;
    buffers[found->second].row = Place{Place::Row, 0, 0, nullptr, stacked, scan.getIndex()};
  }
}

void MemoryPlan::addShadows(ScanOp scan) {
  for (auto [i, next] : llvm::enumerate(scan.getNext())) {
    if (llvm::cast<NNTensorType>(next.getType()).isScalar())
      continue;
    Value root = getRoot(next);
    if (root == getRoot(scan.getFinals()[i]) || root.getDefiningOp() != scan)
      continue;
    Buffer copy = buffers[bufferOf.lookup(getRoot(scan.getFinals()[i]))];
    copy.life = lifetimes.getInterval(scan.getFinals()[i]);
    shadows[{scan, i}] = buffers.size();
    buffers.push_back(copy);
  }
}

Place MemoryPlan::getShadow(ScanOp op, unsigned i) const {
  auto found = shadows.find({op, i});
  return found == shadows.end() ? Place() : getBufferPlace(found->second);
}

void MemoryPlan::collect(Operation *op) {
  for (Value result : op->getResults())
    addValue(result);
  if (auto group = llvm::dyn_cast<FusedOp>(op)) {
    groups.push_back(group);
    return;
  }
  if (op->getNumRegions() != 0 && !llvm::isa<AssertOp>(op))
    controls.push_back(lifetimes.getPosition(op));
  if (auto scan = llvm::dyn_cast<ScanOp>(op))
    scans.push_back(scan);
  if (auto assign = llvm::dyn_cast<AssignOp>(op))
    assigns.push_back(assign);
  for (const VariableAccess &access : getVariableAccesses(op))
    if (access.isWrite())
      writes[access.variable.getAttr()].push_back(lifetimes.getPosition(op));
  for (Region &region : op->getRegions())
    for (Block &block : region) {
      for (BlockArgument argument : block.getArguments())
        addValue(argument);
      for (Operation &nested : block)
        collect(&nested);
    }
  // All views of what was read are known only now.
  if (llvm::isa<CommandOp>(op))
    op->walk([&](ReadOp read) {
      if (auto found = bufferOf.find(read.getResult()); found != bufferOf.end())
        snapshots[read.getVariableAttr().getAttr()].push_back(
            {read.getResult(), buffers[found->second].life});
    });
}

//===-- Variables without copies -------------------------------------------------------===//

const llvm::DenseSet<Value> &MemoryPlan::getReadElsewhere(FusedOp group) {
  auto [known, isNew] = readElsewhere.try_emplace(group);
  if (isNew)
    for (Value operand : getGroupAccess(group).readElsewhere)
      known->second.insert(getRoot(operand));
  return known->second;
}

bool MemoryPlan::canComputeInto(AssignOp assign, Value root, Operation *producer) {
  StringAttr name = assign.getVariableAttr().getAttr();
  int64_t at = lifetimes.getPosition(producer), assigned = lifetimes.getPosition(assign);
  // Control in between might leave before the assignment.
  if (auto next = llvm::upper_bound(controls, at); next != controls.end() && *next < assigned)
    return false;
  auto group = llvm::dyn_cast<FusedOp>(producer);
  bool elementwise = group && !group.getReduction(llvm::cast<OpResult>(root).getResultNumber());
  for (const Snapshot &snapshot : snapshots[name]) {
    if (snapshot.life.begin > assigned || snapshot.life.end < at)
      continue;
    // A value read before and needed after the assignment becomes a copy in any case.
    if (snapshot.value.getDefiningOp<ReadOp>() && snapshot.life.begin < assigned &&
        snapshot.life.end > assigned)
      continue;
    if (snapshot.life.begin > at || snapshot.life.end > at || !elementwise ||
        getReadElsewhere(group).contains(snapshot.value))
      return false;
  }
  // While the value is needed, nothing else may write the variable.
  int64_t end = buffers[bufferOf.lookup(root)].life.end;
  return llvm::none_of(
      writes[name], [&](int64_t write) { return write != assigned && write > at && write <= end; });
}

void MemoryPlan::decideInPlace(AssignOp assign) {
  Value root = getRoot(assign.getValue());
  auto found = bufferOf.find(root);
  Operation *producer = root.getDefiningOp();
  if (found == bufferOf.end() || !producer || producer->getBlock() != assign->getBlock() ||
      buffers[found->second].variable || !producer->hasTrait<ComputesIntoDestination>() ||
      llvm::cast<NNTensorType>(assign.getValue().getType()).isScalar())
    return;
  if (!canComputeInto(assign, root, producer))
    return;
  StringAttr name = assign.getVariableAttr().getAttr();
  buffers[found->second].variable = name;
  inPlace.insert(assign);
  snapshots[name].push_back({root, buffers[found->second].life});
  writes[name].push_back(lifetimes.getPosition(producer));
}

void MemoryPlan::decideCopies() {
  for (auto &[name, all] : snapshots)
    for (const Snapshot &snapshot : all) {
      auto read = snapshot.value.getDefiningOp<ReadOp>();
      if (!read)
        continue;
      bool changes = llvm::any_of(writes[name], [&](int64_t write) {
        return write > snapshot.life.begin && write < snapshot.life.end;
      });
      if (changes)
        copied.insert(read);
      else
        buffers[bufferOf.lookup(read.getResult())].variable = name;
    }
}

//===-- Places ----------------------------------------------------------------------------===//

void MemoryPlan::shareDyingOperands(FusedOp op) {
  int64_t at = lifetimes.getPosition(op);
  // Operands' buffers, in their order, that are not needed after this.
  llvm::SmallSetVector<unsigned, 8> dying;
  for (Value input : op.getInputs())
    if (auto found = bufferOf.find(getRoot(input)); found != bufferOf.end()) {
      const Buffer &buffer = buffers[found->second];
      if (!buffer.isFixed() && buffer.life.end == at && buffer.life.begin != at)
        dying.insert(found->second);
    }
  if (dying.empty())
    return;
  for (Value root : getReadElsewhere(op))
    if (auto found = bufferOf.find(root); found != bufferOf.end())
      dying.remove(found->second);
  for (OpResult output : op->getResults()) {
    Buffer &own = buffers[bufferOf.lookup(output)];
    if (op.getReduction(output.getResultNumber()) || own.isFixed())
      continue;
    auto fits = llvm::find_if(dying, [&](unsigned index) {
      const Buffer &buffer = buffers[index];
      return buffer.region == own.region && buffer.bytes == own.bytes &&
             buffer.elementBytes == own.elementBytes;
    });
    if (fits == dying.end())
      continue;
    buffers[*fits].life.end = own.life.end;
    own.bytes = 0; // unused
    bufferOf[output] = *fits;
    dying.erase(fits);
  }
}

void MemoryPlan::assignOffsets() {
  // Largest first, each at the lowest place that is free all its life.
  llvm::SmallVector<Buffer *> order;
  for (Buffer &buffer : buffers)
    if (!buffer.isFixed() && buffer.bytes > 0)
      order.push_back(&buffer);
  llvm::sort(order, [](Buffer *a, Buffer *b) {
    return std::pair(-a->bytes, a) < std::pair(-b->bytes, b); // of equal size, in program order
  });
  struct Placed {
    int64_t begin, end;
    Interval life;
  };
  // Of the static area (0) and each region, in the order of their places.
  std::vector<std::vector<Placed>> placed(regions.size() + 1);
  int64_t staticBase = staticBytes;
  llvm::SmallVector<int64_t> regionBase;
  for (const RegionInfo &region : regions)
    regionBase.push_back(region.bytesPerUnit);
  for (Buffer *buffer : order) {
    int64_t size =
        buffer->region ? buffer->bytes : int64_t(llvm::alignTo(buffer->bytes, alignment));
    int64_t offset = buffer->region ? regionBase[*buffer->region] : staticBase;
    std::vector<Placed> &others = placed[buffer->region ? *buffer->region + 1 : 0];
    for (const Placed &other : others) {
      if (offset + size <= other.begin)
        break;
      if (other.end > offset && other.life.overlaps(buffer->life))
        offset = buffer->region ? other.end : int64_t(llvm::alignTo(other.end, alignment));
    }
    buffer->offset = offset;
    int64_t &total = buffer->region ? regions[*buffer->region].bytesPerUnit : staticBytes;
    total = std::max(total, offset + size);
    auto after = llvm::upper_bound(
        others, offset, [](int64_t at, const Placed &other) { return at < other.begin; });
    others.insert(after, {offset, offset + buffer->bytes, buffer->life});
  }
}

Place MemoryPlan::getPlace(Value tensor) const {
  Value root = getRoot(tensor);
  if (auto constant = root.getDefiningOp<ConstantOp>())
    return Place{Place::Constant, 0, 0, constant};
  if (std::optional<Place> row = getSourceRow(root))
    return *row;
  auto found = bufferOf.find(root);
  if (found == bufferOf.end())
    return {};
  return getBufferPlace(found->second);
}

Place MemoryPlan::getBufferPlace(unsigned index) const {
  const Buffer &buffer = buffers[index];
  if (buffer.variable)
    return getVariablePlace(buffer.variable);
  if (buffer.row)
    return *buffer.row;
  if (buffer.region)
    return Place{Place::Region, *buffer.region, buffer.offset, nullptr};
  return Place{Place::Static, 0, buffer.offset, nullptr};
}

} // namespace nnc::lower
