//===- Kernel.cpp - a function of loops over memory ----------------------------------===//

#include "compiler/lower/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

/// Only called from this program: free to be inlined and left out.
static void makeInternal(func::FuncOp function) {
  function.setPrivate();
  function->setAttr("llvm.linkage",
                    LLVM::LinkageAttr::get(function.getContext(), LLVM::Linkage::Internal));
  // A call costs nothing beside a loop nest; one huge function would cost LLVM time that grows with
  // the square of the program.
  function->setAttr(
      "passthrough",
      ArrayAttr::get(function.getContext(), StringAttr::get(function.getContext(), "noinline")));
}

/// A range of about this many elements is worth handing to a thread. Part of the program's meaning
/// only in that it fixes ranges, which no result depends on.
static constexpr int64_t grainElements = 32768;

Kernel::Kernel(Host &host, Operation *op, llvm::StringRef what)
    : host(host), loc(op->getLoc()), builder(op->getContext()) {
  builder.setInsertionPointToEnd(host.getModule().getBody());
  function =
      func::FuncOp::create(builder, loc, host.getKernelName(what), builder.getFunctionType({}, {}));
  makeInternal(function);
  entry = function.addEntryBlock();
  builder.setInsertionPointToEnd(entry);
}

//===-- Arguments --------------------------------------------------------------------===//

Value Kernel::addArgument(Value outside) {
  outsideArguments.push_back(outside);
  sources.emplace_back();
  return entry->addArgument(outside.getType(), loc);
}

/// An operand that came through memory is a scalar by now; only a result is still a place.
static bool isScalar(Value outside, bool isResult) {
  return llvm::cast<NNTensorType>(outside.getType()).isScalar() &&
         !(isResult && MemoryPlan::isScalarInMemory(outside));
}

Value Kernel::getOutside(Host &host, Location loc, Value outside, bool isResult) {
  return isScalar(outside, isResult) ? host.get(outside)
                                     : host.getAddress(loc, host.getPlan().getPlace(outside));
}

void Kernel::bind(Value value, Value outside) {
  bool isResult = value == outside;
  auto add = [&] {
    bound[value] = addArgument(getOutside(host, loc, outside, isResult));
    sources.back() = outside;
  };
  if (isScalar(outside, isResult))
    return add();
  Place place = host.getPlan().getPlace(outside);
  for (auto &[known, pointer] : pointers)
    if (known == place) {
      bound[value] = pointer;
      return;
    }
  add();
  pointers.emplace_back(place, bound[value]);
}

Value Kernel::getPointer(Value tensor) { return bound.lookup(tensor); }

Value Kernel::getSymbol(llvm::StringRef name) {
  Value &symbol = symbols[name];
  if (!symbol) {
    symbol = addArgument(host.getSymbol(name));
    sources.back() = name.str();
  }
  return symbol;
}

std::pair<Value, Value> Kernel::addRange() {
  Type i64 = builder.getI64Type();
  rangePosition = entry->getNumArguments();
  Value begin = entry->addArgument(i64, loc), end = entry->addArgument(i64, loc);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(entry);
  Type index = builder.getIndexType();
  return {arith::IndexCastOp::create(builder, loc, index, begin),
          arith::IndexCastOp::create(builder, loc, index, end)};
}

void Kernel::endFunction() {
  func::ReturnOp::create(builder, loc);
  function.setType(builder.getFunctionType(entry->getArgumentTypes(), {}));
  // All at once: a function of many tensors would copy its list for each of them.
  DictionaryAttr none = builder.getDictionaryAttr({});
  DictionaryAttr ofPointers =
      builder.getDictionaryAttr({builder.getNamedAttr("llvm.noalias", builder.getUnitAttr()),
                                 builder.getNamedAttr("llvm.nonnull", builder.getUnitAttr()),
                                 builder.getNamedAttr("llvm.noundef", builder.getUnitAttr())});
  llvm::SmallVector<DictionaryAttr> attributes;
  for (Type type : entry->getArgumentTypes())
    attributes.push_back(llvm::isa<LLVM::LLVMPointerType>(type) ? ofPointers : none);
  function.setAllArgAttrs(attributes);
  // From here on the kernel's own code may be gone.
  function = host.getKernels().unify(function, rangePosition);
}

void Kernel::finish() {
  endFunction();
  func::CallOp::create(host.getBuilder(), loc, function, outsideArguments);
}

func::FuncOp Kernel::createRangeWrapper(Type contextType) {
  OpBuilder outer(builder.getContext());
  outer.setInsertionPointToEnd(host.getModule().getBody());
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext());
  using Body = abi::SignatureOf<decltype(nn_parallel_for)>::Parameter<0>;
  auto wrapper =
      func::FuncOp::create(outer, loc, (function.getSymName() + ".range").str(),
                           abi::getFunctionType(builder.getContext(), abi::signatureOf<Body>));
  makeInternal(wrapper);
  Block *block = wrapper.addEntryBlock();
  outer.setInsertionPointToEnd(block);
  llvm::SmallVector<Value> arguments;
  for (auto [i, outside] : llvm::enumerate(outsideArguments)) {
    Value address = LLVM::GEPOp::create(outer, loc, pointer, contextType, block->getArgument(0),
                                        ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(i)});
    arguments.push_back(LLVM::LoadOp::create(outer, loc, outside.getType(), address));
  }
  llvm::SmallVector<Value> all;
  unsigned next = 0;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (i == rangePosition)
      all.push_back(block->getArgument(1));
    else if (i == rangePosition + 1)
      all.push_back(block->getArgument(2));
    else
      all.push_back(arguments[next++]);
  func::CallOp::create(outer, loc, function, all);
  func::ReturnOp::create(outer, loc);
  return wrapper;
}

func::FuncOp Kernel::createLauncher() {
  OpBuilder inside(builder.getContext());
  inside.setInsertionPointToEnd(host.getModule().getBody());
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext()), i64 = builder.getI64Type();
  llvm::SmallVector<Type> types;
  for (Value outside : outsideArguments)
    types.push_back(outside.getType());
  auto contextType = LLVM::LLVMStructType::getLiteral(builder.getContext(), types);
  func::FuncOp wrapper = createRangeWrapper(contextType);
  types.append({i64, i64});
  auto launcher = func::FuncOp::create(inside, loc, (function.getSymName() + ".launch").str(),
                                       builder.getFunctionType(types, {}));
  makeInternal(launcher);
  Block *block = launcher.addEntryBlock();
  inside.setInsertionPointToEnd(block);
  Value one = createI64(inside, loc, 1);
  Value context = LLVM::AllocaOp::create(inside, loc, pointer, contextType, one);
  for (unsigned i = 0; i < outsideArguments.size(); ++i) {
    Value address = LLVM::GEPOp::create(inside, loc, pointer, contextType, context,
                                        ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(i)});
    LLVM::StoreOp::create(inside, loc, block->getArgument(i), address);
  }
  Value count = block->getArgument(outsideArguments.size());
  Value perTurn = arith::MaxSIOp::create(inside, loc, block->getArguments().back(), one);
  Value grain = arith::DivSIOp::create(inside, loc, createI64(inside, loc, grainElements), perTurn);
  grain = arith::MaxSIOp::create(inside, loc, grain, one);
  auto constant =
      func::ConstantOp::create(inside, loc, wrapper.getFunctionType(), SymbolRefAttr::get(wrapper));
  auto body = UnrealizedConversionCastOp::create(inside, loc, pointer, constant.getResult());
  abi::emitCall(inside, loc, host.getConstants(), NN_RUNTIME(nn_parallel_for),
                {body.getResult(0), context, count, grain});
  func::ReturnOp::create(inside, loc);
  return launcher;
}

void Kernel::finishRange(Dim total, Dim turnElements) {
  OpBuilder &outer = host.getBuilder();
  Dim elements = total * turnElements;
  Value count = host.getDim(loc, total);
  endFunction();
  llvm::SmallVector<Value> all(outsideArguments);
  if (elements.isStatic() && elements.getStatic() <= grainElements) {
    all.insert(all.begin() + rangePosition, {host.getI64(loc, 0), count});
    sources.insert(sources.begin() + rangePosition, {Source(int64_t(0)), Source(total)});
    func::CallOp::create(outer, loc, function, all);
    return;
  }
  func::FuncOp &launcher = host.getKernels().getLauncher(function);
  if (!launcher)
    launcher = createLauncher();
  all.append({count, host.getDim(loc, turnElements)});
  sources.append({Source(total), Source(turnElements)});
  function = launcher;
  func::CallOp::create(outer, loc, launcher, all);
}

std::optional<KernelTable::Call> Kernel::getCall(llvm::ArrayRef<Value> values) const {
  if (namesItsPlace)
    return std::nullopt;
  KernelTable::Call call{function, {}};
  for (const Source &source : sources)
    if (auto *value = std::get_if<Value>(&source))
      call.arguments.emplace_back(unsigned(llvm::find(values, *value) - values.begin()));
    else if (auto *symbol = std::get_if<std::string>(&source))
      call.arguments.emplace_back(*symbol);
    else if (auto *size = std::get_if<Dim>(&source))
      call.arguments.emplace_back(*size);
    else if (auto *number = std::get_if<int64_t>(&source))
      call.arguments.emplace_back(*number);
    else
      return std::nullopt;
  return call;
}

//===-- Elements ---------------------------------------------------------------------===//

Value Kernel::getIndex(int64_t number) {
  return arith::ConstantIndexOp::create(builder, loc, number);
}

Value Kernel::getCount(Dim dim) {
  return emitDim(builder, loc, dim, [&](llvm::StringRef name) { return getSymbol(name); });
}

Value Kernel::getSize(Dim dim) {
  Value &size = sizes[dim];
  if (size)
    return size;
  // At the start of the function, where it can be used everywhere.
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(entry);
  Value index = arith::IndexCastOp::create(builder, loc, builder.getIndexType(), getCount(dim));
  return sizes[dim] = index;
}

Value Kernel::getOffset(Location at, Value tensor, ValueRange index) {
  auto type = llvm::cast<NNTensorType>(tensor.getType());
  return emitOffset(builder, at, type.getShape(), index, [&](Dim dim) {
    return arith::IndexCastOp::create(builder, at, builder.getI64Type(), getSize(dim)).getResult();
  });
}

Value Kernel::load(Location at, Value tensor, ValueRange index) {
  auto type = llvm::cast<NNTensorType>(tensor.getType());
  return emitLoad(builder, at, type.getElementType(), getPointer(tensor),
                  getOffset(at, tensor, index));
}

void Kernel::store(Location at, Value element, Value tensor, ValueRange index) {
  emitStore(builder, at, element, getPointer(tensor), getOffset(at, tensor, index));
}

Value Kernel::getElement(Value tensor, ValueRange index) {
  std::vector<const void *> key{tensor.getAsOpaquePointer()};
  for (Value i : index)
    key.push_back(i.getAsOpaquePointer());
  if (auto found = elements.find(key); found != elements.end())
    return found->second;
  Value element;
  if (Value argument = bound.lookup(tensor))
    element = llvm::isa<LLVM::LLVMPointerType>(argument.getType())
                  ? load(tensor.getLoc(), tensor, index)
                  : argument;
  else
    element = llvm::cast<ElementOpInterface>(tensor.getDefiningOp()).emitElement(*this, index);
  return elements[key] = element;
}

Value Kernel::checkIndex(Location at, Value index, Dim size) {
  namesItsPlace = true;
  Value limit = getSize(size);
  // Unsigned, so that a negative index is too large as well.
  Value outside = arith::CmpIOp::create(builder, at, arith::CmpIPredicate::uge, index, limit);
  auto fail = scf::IfOp::create(builder, at, outside, /*withElse=*/false);
  OpBuilder inside = fail.getThenBodyBuilder();
  Value place = host.getConstants().getString(inside, at, getSourceLocation(at));
  Type i64 = builder.getI64Type();
  abi::emitCall(inside, at, host.getConstants(), NN_RUNTIME(nn_index_failed),
                {place, arith::IndexCastOp::create(inside, at, i64, index),
                 arith::IndexCastOp::create(inside, at, i64, limit)});
  return index;
}

void Kernel::emitLoops(llvm::ArrayRef<Dim> shape, llvm::function_ref<void(ValueRange)> body) {
  llvm::SmallVector<Value> index;
  OpBuilder::InsertionGuard guard(builder);
  for (Dim size : shape) {
    Value zero = getIndex(0), limit = getSize(size), one = getIndex(1);
    auto loop = scf::ForOp::create(builder, loc, zero, limit, one);
    index.push_back(loop.getInductionVar());
    builder.setInsertionPointToStart(loop.getBody());
  }
  startElements();
  body(index);
  startElements();
}

} // namespace nnc::lower
