//===- Constants.cpp - constants of compiled programs, and the runtime's structs ------------===//

#include "compiler/abi/Constants.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/Support/ErrorHandling.h"

using namespace mlir;

namespace nnc::abi {

StringAttr ConstantTable::getFreshName(llvm::StringRef name) {
  return StringAttr::get(module.getContext(), prefix + name + "." + llvm::Twine(counter++));
}

//===-- Tables -----------------------------------------------------------------------===//

namespace {
/// Emits the value of a sequence of words. Long ones are structs of structs, which lie in memory
/// like one: a struct's value is built member by member, and each step copies what there is.
class WordEmitter {
public:
  WordEmitter(OpBuilder &builder, Location loc) : builder(builder), loc(loc) {}

  Type getType(llvm::ArrayRef<std::optional<Word>> words) {
    llvm::SmallVector<Type> types;
    forEachPart(words, [&](llvm::ArrayRef<std::optional<Word>> part) {
      types.push_back(part.size() == 1 ? getType(*part.front()) : getType(part));
    });
    return LLVM::LLVMStructType::getLiteral(builder.getContext(), types);
  }

  Value emit(llvm::ArrayRef<std::optional<Word>> words) {
    Value value = LLVM::UndefOp::create(builder, loc, getType(words));
    int64_t index = 0;
    forEachPart(words, [&](llvm::ArrayRef<std::optional<Word>> part) {
      Value member = part.size() == 1 ? emit(*part.front()) : emit(part);
      value = LLVM::InsertValueOp::create(builder, loc, value, member, ArrayRef<int64_t>{index++});
    });
    return value;
  }

private:
  static constexpr size_t fanOut = 64;

  static void forEachPart(llvm::ArrayRef<std::optional<Word>> words,
                          llvm::function_ref<void(llvm::ArrayRef<std::optional<Word>>)> visit) {
    size_t size = 1;
    while (size * fanOut < words.size())
      size *= fanOut;
    for (; !words.empty(); words = words.drop_front(std::min(size, words.size())))
      visit(words.take_front(size));
  }

  Type getType(const Word &word) {
    if (std::holds_alternative<int64_t>(word))
      return builder.getI64Type();
    if (std::holds_alternative<double>(word))
      return builder.getF64Type();
    return LLVM::LLVMPointerType::get(builder.getContext());
  }

  Value emit(const Word &word) {
    Type type = getType(word);
    if (auto *number = std::get_if<int64_t>(&word))
      return LLVM::ConstantOp::create(builder, loc, type, builder.getI64IntegerAttr(*number));
    if (auto *number = std::get_if<double>(&word))
      return LLVM::ConstantOp::create(builder, loc, type, builder.getF64FloatAttr(*number));
    if (StringAttr name = std::get<StringAttr>(word))
      return LLVM::AddressOfOp::create(builder, loc, type, name);
    return LLVM::ZeroOp::create(builder, loc, type);
  }

  OpBuilder &builder;
  Location loc;
};
} // namespace

void ConstantTable::createGlobal(Location loc, StringAttr name, const Words &words,
                                 bool isExternal) {
  for (const std::optional<Word> &word : words)
    if (!word)
      llvm::reportFatalInternalError("a member of the table '" + name.getValue() +
                                     "' has no value");
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  WordEmitter emitter(builder, loc);
  auto global =
      LLVM::GlobalOp::create(builder, loc, emitter.getType(words), /*isConstant=*/true,
                             isExternal ? LLVM::Linkage::External : LLVM::Linkage::Internal, name,
                             Attribute(), /*alignment=*/8);
  Block *block = builder.createBlock(&global.getInitializerRegion());
  builder.setInsertionPointToStart(block);
  LLVM::ReturnOp::create(builder, loc, emitter.emit(words));
}

StringAttr ConstantTable::defineWords(Location loc, llvm::StringRef name, const Words &words) {
  if (words.empty())
    return {};
  StringAttr fresh = getFreshName(name);
  createGlobal(loc, fresh, words);
  return fresh;
}

StringAttr ConstantTable::define(Location loc, llvm::StringRef name,
                                 llvm::ArrayRef<int64_t> numbers) {
  if (numbers.empty())
    return {};
  StringAttr &known = arrays[numbers.vec()];
  if (known)
    return known;
  known = getFreshName(name);
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto type = LLVM::LLVMArrayType::get(builder.getI64Type(), numbers.size());
  LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true, LLVM::Linkage::Internal, known,
                         builder.getI64TensorAttr(numbers), /*alignment=*/8);
  return known;
}

StringAttr ConstantTable::define(Location loc, llvm::StringRef name,
                                 llvm::ArrayRef<StringAttr> globals) {
  return defineWords(loc, name, Words(globals.begin(), globals.end()));
}

StringAttr ConstantTable::define(Location loc, llvm::StringRef name, Type type, Attribute value) {
  StringAttr fresh = getFreshName(name);
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto global = LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true,
                                       LLVM::Linkage::Internal, fresh, value);
  global.setAlignment(64);
  return fresh;
}

//===-- Texts and addresses ----------------------------------------------------------===//

StringAttr ConstantTable::getStringName(llvm::StringRef text) {
  StringAttr &name = strings[text];
  if (name)
    return name;
  name = getFreshName("str");
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  std::string zeroTerminated = (text + llvm::Twine('\0')).str();
  auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), zeroTerminated.size());
  LLVM::GlobalOp::create(builder, builder.getUnknownLoc(), type, /*isConstant=*/true,
                         LLVM::Linkage::Internal, name, builder.getStringAttr(zeroTerminated));
  return name;
}

Value ConstantTable::getAddress(OpBuilder &builder, Location loc, StringAttr name) {
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext());
  if (!name)
    return LLVM::ZeroOp::create(builder, loc, pointer);
  return LLVM::AddressOfOp::create(builder, loc, pointer, name);
}

Value ConstantTable::getString(OpBuilder &builder, Location loc, llvm::StringRef text) {
  return getAddress(builder, loc, getStringName(text));
}

func::FuncOp ConstantTable::getFunction(Function function) {
  func::FuncOp &known = functions[function.name];
  if (known)
    return known;
  MLIRContext *context = module.getContext();
  OpBuilder declarations = OpBuilder::atBlockEnd(module.getBody());
  known = func::FuncOp::create(declarations, UnknownLoc::get(context), function.name,
                               getFunctionType(context, function.signature));
  known.setPrivate();
  return known;
}

Value emitCall(OpBuilder &builder, Location loc, ConstantTable &constants, Function function,
               ValueRange arguments) {
  auto call = func::CallOp::create(builder, loc, constants.getFunction(function), arguments);
  return call.getNumResults() ? call.getResult(0) : Value();
}

} // namespace nnc::abi
