//===- Host.cpp - lowering of one command's control and data flow --------------------------===//

#include "compiler/lower/Host.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace nnc::ir;

#include "compiler/lower/LowerInterface.cpp.inc"

namespace nnc::lower {

static LLVM::LLVMPointerType getPointerType(MLIRContext *context) {
  return LLVM::LLVMPointerType::get(context);
}

Host::Host(CommandOp command, abi::ConstantTable &constants, KernelTable &kernels,
           llvm::StringRef functionName, int64_t &staticBytesLeft)
    : command(command), constants(constants), kernels(kernels), plan(command),
      builder(command.getContext()) {
  builder.setInsertionPointToEnd(getModule().getBody());
  auto type =
      abi::getFunctionType(builder.getContext(), abi::signatureOf<decltype(nn_command::run)>);
  function = func::FuncOp::create(builder, command.getLoc(), functionName, type);
  arenaName = builder.getStringAttr((functionName + ".memory").str());
  isArenaReserved = plan.getStaticBytes() > staticBytesLeft;
  if (!isArenaReserved)
    staticBytesLeft -= plan.getStaticBytes();
}

void Host::defineMemory() {
  OpBuilder globals = OpBuilder::atBlockBegin(getModule().getBody());
  auto defineZero = [&](StringAttr name, int64_t bytes) {
    Location loc = command.getLoc();
    auto type = LLVM::LLVMArrayType::get(globals.getI8Type(), bytes);
    auto global = LLVM::GlobalOp::create(globals, loc, type, /*isConstant=*/false,
                                         LLVM::Linkage::Internal, name, Attribute());
    global.setAlignment(64);
    OpBuilder::InsertionGuard guard(globals);
    globals.setInsertionPointToStart(globals.createBlock(&global.getInitializerRegion()));
    LLVM::ReturnOp::create(globals, loc, LLVM::ZeroOp::create(globals, loc, type));
  };
  defineZero(arenaName, isArenaReserved ? int64_t(sizeof(nn_region))
                                        : std::max<int64_t>(plan.getStaticBytes(), 1));
  for (unsigned i = 0; i < plan.getRegions().size(); ++i)
    defineZero(getRegionName(i), sizeof(nn_region));
}

StringAttr Host::getRegionName(unsigned index) const {
  return StringAttr::get(arenaName.getContext(), arenaName.getValue() + "." + llvm::Twine(index));
}

LogicalResult Host::run() {
  if (failed(verifyPlan(command, plan, [&](Value value) { return plan.getPlace(value); })))
    return failure();
  Location loc = command.getLoc();
  defineMemory();

  // The first block is for room on the stack alone.
  Block *entry = function.addEntryBlock();
  Block *start = function.addBlock();
  builder.setInsertionPointToEnd(entry);
  branch(loc, start);
  setBlock(start);
  if (isArenaReserved)
    arenaBase = reserve(loc, std::nullopt, getI64(loc, plan.getStaticBytes()));
  bindFlags();
  bool falls;
  if (failed(lowerBody(command.getBody(), falls)))
    return failure();
  if (falls)
    func::ReturnOp::create(builder, loc);
  return success();
}

void Host::bindFlags() {
  static_assert(sizeof(nn_value) == sizeof(int64_t)); // what is stepped over
  Value flags = function.getArgument(0);
  for (BlockArgument flag : command.getBody().getArguments()) {
    Location loc = flag.getLoc();
    Type elementType = getPointerType(builder.getContext());
    if (auto tensor = llvm::dyn_cast<NNTensorType>(flag.getType()))
      elementType = tensor.getElementType();
    bool isWhole = elementType.isInteger();
    Type stored = isWhole ? builder.getI64Type() : elementType;
    Value address =
        LLVM::GEPOp::create(builder, loc, flags.getType(), builder.getI64Type(), flags,
                            ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(flag.getArgNumber())});
    Value value = LLVM::LoadOp::create(builder, loc, stored, address);
    if (isWhole && elementType != stored)
      value = arith::TruncIOp::create(builder, loc, elementType, value);
    set(flag, value);
  }
}

LogicalResult Host::lowerOperation(Operation *op) {
  builder.setInsertionPointToEnd(builder.getInsertionBlock());
  if (auto lowering = llvm::dyn_cast<LowerOpInterface>(op))
    return lowering.lower(*this);
  if (llvm::isa<ElementOpInterface>(op) && !op->getResult(0).getType().isIntOrFloat()) {
    auto type = llvm::cast<NNTensorType>(op->getResult(0).getType());
    if (!type.isScalar())
      return op->emitOpError("stands outside a group; run --nn-fuse first");
    set(op->getResult(0), llvm::cast<ElementOpInterface>(op).emitElement(*this, {}));
    return success();
  }
  return op->emitOpError("cannot be lowered to loops");
}

LogicalResult Host::lowerBody(Region &region, bool &falls) {
  falls = true;
  Block &block = region.front();
  auto checked = checkedSizes; // before; what is checked in the region holds only there
  for (Operation &op : block.without_terminator()) {
    checkSizes(&op);
    if (failed(lowerOperation(&op)))
      return failure();
  }
  checkedSizes = std::move(checked);
  Operation *end = block.getTerminator();
  if (llvm::isa<BreakOp, ContinueOp>(end)) {
    if (loops.empty())
      return end->emitOpError("stands outside a loop");
    branch(end->getLoc(), llvm::isa<BreakOp>(end) ? loops.back().exit : loops.back().next);
    falls = false;
  }
  return success();
}

//===-- Values ----------------------------------------------------------------------------===//

Value Host::get(Value value) {
  auto found = values.find(value);
  if (found != values.end())
    return found->second;
  llvm::report_fatal_error("lowering: a value is used before it is lowered");
}

Value Host::getAddress(Location loc, Place place) {
  auto at = [&](Value base, LLVM::GEPArg offset) -> Value {
    return LLVM::GEPOp::create(builder, loc, base.getType(), builder.getI8Type(), base,
                               ArrayRef<LLVM::GEPArg>{offset}, LLVM::GEPNoWrapFlags::inbounds);
  };
  switch (place.kind) {
  case Place::Static:
    return at(isArenaReserved ? arenaBase : constants.getAddress(builder, loc, arenaName),
              getI64(loc, place.offset));
  case Place::Region: {
    const ReservedRegion &region = reserved[place.region];
    if (place.offset == 0)
      return region.base;
    Value offset = arith::MulIOp::create(builder, loc, region.unit, getI64(loc, place.offset));
    return at(region.base, offset);
  }
  case Place::Constant: {
    StringAttr &name = constantNames[place.constant];
    if (!name) {
      auto elements =
          llvm::cast<DenseElementsAttr>(llvm::cast<ConstantOp>(place.constant).getValue());
      Type elementType = elements.getElementType();
      if (elementType.isInteger(1)) { // a byte each
        llvm::SmallVector<APInt> bytes;
        for (bool bit : elements.getValues<bool>())
          bytes.push_back(APInt(8, bit));
        elements = DenseElementsAttr::get(
            elements.getType().clone(IntegerType::get(builder.getContext(), 8)), bytes);
      }
      auto type = LLVM::LLVMArrayType::get(getMemoryType(elementType), elements.getNumElements());
      auto flat = elements.reshape(
          RankedTensorType::get({elements.getNumElements()}, elements.getElementType()));
      name = constants.define(place.constant->getLoc(), "constant", type, flat);
    }
    return constants.getAddress(builder, loc, name);
  }
  case Place::Row: {
    NNTensorType row = ScanOp::getRowType(llvm::cast<NNTensorType>(place.tensor.getType()));
    Value bytes = getDim(loc, row.getCount() * getElementBytes(row.getElementType()));
    Value offset = arith::MulIOp::create(builder, loc, get(place.index), bytes);
    return at(getAddress(loc, plan.getPlace(place.tensor)), offset);
  }
  case Place::None:
    break;
  }
  llvm::report_fatal_error("lowering: a tensor has no place in memory");
}

Value Host::getAddress(Value tensor) {
  Location loc = tensor.getLoc();
  auto type = llvm::cast<NNTensorType>(tensor.getType());
  if (!type.isScalar())
    return getAddress(loc, plan.getPlace(tensor));
  Value scalar = get(tensor);
  Value room = createStackRoom(loc, getMemoryType(type.getElementType()));
  emitStore(builder, loc, scalar, room, getI64(loc, 0));
  return room;
}

Value Host::getVariableAddress(Location loc, StringAttr name) {
  return getAddress(loc, plan.getVariablePlace(name));
}

void Host::loadScalars(Operation *op) {
  for (Value result : op->getResults())
    if (MemoryPlan::isScalarInMemory(result)) {
      Type elementType = llvm::cast<NNTensorType>(result.getType()).getElementType();
      Value address = getAddress(op->getLoc(), plan.getPlace(result));
      set(result, emitLoad(builder, op->getLoc(), elementType, address, getI64(op->getLoc(), 0)));
    }
}

Value Host::createStackRoom(Location loc, Type type, int64_t count) {
  OpBuilder entry = OpBuilder::atBlockBegin(&function.front());
  Value number = createI64(entry, loc, count);
  return LLVM::AllocaOp::create(entry, loc, getPointerType(builder.getContext()), type, number);
}

Value Host::createStackArray(Location loc, ValueRange elements) {
  if (elements.empty())
    return LLVM::ZeroOp::create(builder, loc, getPointerType(builder.getContext()));
  Value array = createStackRoom(loc, elements.front().getType(), elements.size());
  emitStores(builder, loc, elements, array);
  return array;
}

//===-- Sizes --------------------------------------------------------------------------------===//

Value Host::getDim(Location loc, Dim dim) {
  return emitDim(builder, loc, dim, [&](llvm::StringRef name) { return getSymbol(name); });
}

Value Host::estimate(Location loc, Dim size, int64_t times) {
  Type f64 = builder.getF64Type();
  auto getReal = [&](double number) {
    return arith::ConstantOp::create(builder, loc, builder.getF64FloatAttr(number)).getResult();
  };
  Value sum = getReal(0);
  for (const auto &[factors, coefficient] : size.getPolynomial()) {
    Value term = getReal(static_cast<double>(coefficient) * times);
    for (const std::string &factor : factors)
      term = arith::MulFOp::create(builder, loc, term,
                                   arith::SIToFPOp::create(builder, loc, f64, getSymbol(factor)));
    sum = arith::AddFOp::create(builder, loc, sum, term);
  }
  return sum;
}

/// Whether an estimate says that a number does not fit into 64 bits.
static Value isTooLarge(OpBuilder &builder, Location loc, Value estimate) {
  Value most = arith::ConstantOp::create(builder, loc, builder.getF64FloatAttr(4e18));
  return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OGT, estimate, most);
}

void Host::checkSize(Operation *op, Dim size) {
  bool isProduct =
      llvm::any_of(size.getPolynomial(), [](const auto &term) { return term.first.size() > 1; });
  llvm::SetVector<StringAttr> needed;
  size.collectSymbols(needed);
  if (!isProduct ||
      !llvm::all_of(needed, [&](StringAttr symbol) { return isBound(symbol.getValue()); }) ||
      !checkedSizes.insert(size.str()).second)
    return;
  Location loc = op->getLoc();
  Block *fail = createBlock(), *after = createBlock();
  branchIf(loc, isTooLarge(builder, loc, estimate(loc, size, 1)), fail, after);
  setBlock(fail);
  call(loc, NN_RUNTIME(nn_fail),
       {getLocation(op), getString(loc, "the size " + size.str() + " is too large for 64 bits")});
  branch(loc, after);
  setBlock(after);
}

void Host::checkSizes(Operation *op) {
  auto check = [&](Operation *inner) {
    for (Type type : inner->getResultTypes())
      if (auto tensor = llvm::dyn_cast<NNTensorType>(type); tensor && !tensor.isScalar())
        checkSize(op, tensor.getCount());
    if (auto sizes = llvm::dyn_cast<SizeOpInterface>(inner))
      for (Dim size : sizes.getAttributeSizes())
        checkSize(op, size);
  };
  if (llvm::isa<FusedOp>(op))
    op->walk(check);
  else
    check(op);
}

void Host::bindSymbol(Location loc, StringAttr name, Value value) {
  symbols[name.getValue()] = value;
  checkedSizes.clear();
  // A size that a loop binds is bound again where the loop's gradient repeats its turns.
  for (auto [i, region] : llvm::enumerate(plan.getRegions())) {
    llvm::SetVector<StringAttr> needed;
    region.unit.collectSymbols(needed);
    if (needed.contains(name))
      reserved.erase(i);
  }
  reserveRegions(loc);
}

void Host::reserveRegions(Location loc) {
  for (auto [i, region] : llvm::enumerate(plan.getRegions())) {
    llvm::SetVector<StringAttr> needed;
    region.unit.collectSymbols(needed);
    if (reserved.contains(i) ||
        !llvm::all_of(needed, [&](StringAttr symbol) { return isBound(symbol.getValue()); }))
      continue;
    // Rounded up to a multiple of 64.
    Value unit = getDim(loc, region.unit);
    Value up = arith::AddIOp::create(builder, loc, unit, getI64(loc, 63));
    unit = arith::AndIOp::create(builder, loc, up, getI64(loc, -64));
    Value bytes = arith::MulIOp::create(builder, loc, unit, getI64(loc, region.bytesPerUnit));
    // Asking for the largest number of bytes ends the program with a message.
    Value tooLarge = isTooLarge(builder, loc, estimate(loc, region.unit, region.bytesPerUnit));
    bytes = arith::SelectOp::create(builder, loc, tooLarge,
                                    getI64(loc, std::numeric_limits<int64_t>::max()), bytes);
    reserved[i] = {reserve(loc, i, bytes), unit};
  }
}

Value Host::reserve(Location loc, std::optional<unsigned> index, Value bytes) {
  std::string &largest = largestTensors[index];
  if (largest.empty())
    for (const MemoryPlan::Share &share : plan.getLargest(command, index))
      largest += (largest.empty() ? "" : "; ") + share.text + " (" +
                 getSourceLocation(share.location) + ")";
  Value slot = constants.getAddress(builder, loc, index ? getRegionName(*index) : arenaName);
  return call(loc, NN_RUNTIME(nn_region_reserve),
              {getString(loc, getSourceLocation(loc)), slot, bytes, getString(loc, largest)});
}

//===-- Control ----------------------------------------------------------------------===//

Block *Host::createBlock() { return function.addBlock(); }

void Host::branch(Location loc, Block *to) { cf::BranchOp::create(builder, loc, to); }

void Host::branchIf(Location loc, Value condition, Block *onTrue, Block *onFalse) {
  cf::CondBranchOp::create(builder, loc, condition, onTrue, onFalse);
}

//===-- Calls ------------------------------------------------------------------------===//

Value Host::call(Location loc, abi::Function function, ValueRange arguments) {
  return abi::emitCall(builder, loc, constants, function, arguments);
}

Value Host::getString(Location loc, llvm::StringRef text) {
  return constants.getString(builder, loc, text);
}

Value Host::getLocation(Operation *op) {
  return getString(op->getLoc(), getSourceLocation(op->getLoc()));
}

std::string Host::getKernelName(llvm::StringRef what) {
  return (function.getSymName() + "." + what + llvm::Twine(kernelCount++)).str();
}

//===-- Elements ---------------------------------------------------------------------===//

Value Host::getElement(Value tensor, ValueRange index) {
  auto type = llvm::cast<NNTensorType>(tensor.getType());
  if (type.isScalar())
    return get(tensor);
  Location loc = tensor.getLoc();
  Value offset =
      emitOffset(builder, loc, type.getShape(), index, [&](Dim dim) { return getDim(loc, dim); });
  return emitLoad(builder, loc, type.getElementType(), getAddress(tensor), offset);
}

Value Host::getSize(Dim dim) {
  Location loc = builder.getUnknownLoc();
  return arith::IndexCastOp::create(builder, loc, builder.getIndexType(), getDim(loc, dim));
}

Value Host::checkIndex(Location loc, Value index, Dim size) {
  Value number = arith::IndexCastOp::create(builder, loc, builder.getI64Type(), index);
  Value limit = getDim(loc, size);
  // Unsigned, so that a negative index is too large as well.
  Value fits = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, number, limit);
  Block *fail = createBlock(), *after = createBlock();
  branchIf(loc, fits, after, fail);
  setBlock(fail);
  call(loc, NN_RUNTIME(nn_index_failed), {getString(loc, getSourceLocation(loc)), number, limit});
  branch(loc, after);
  setBlock(after);
  return index;
}

} // namespace nnc::lower
