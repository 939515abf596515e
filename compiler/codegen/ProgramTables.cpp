//===- ProgramTables.cpp - nn_program_table out of module attributes ---------===//
//
// Needs (on a module of the LLVM dialect)
//   nn.program = {name, doc, source}
//   nn.commands = [{name, doc, function = @f, location, test, flags = [{name, doc, type, default,
//                   default_text}]}]        test: a unit attribute or bool; flags and test optional
//   nn.cpu_level = 1..4 : i64               default 2
// and makes the constant nn_program_table and what it points to. Offsets, sizes and codes are those
// of runtime/nnrt.h itself, so the two cannot drift apart. All members there are eight bytes wide;
// a table is a sequence of such words.
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Passes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/SymbolTable.h"
#include "runtime/nnrt.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSwitch.h"
#include <cstddef>

namespace nnc::codegen {
#define GEN_PASS_DEF_PROGRAMTABLES
#include "compiler/codegen/Passes.h.inc"

using namespace mlir;

namespace {

constexpr StringLiteral tableName = "nn_program_table";

/// One word of a table: a number, or the address of a symbol.
struct Word {
  TypedAttr number;
  FlatSymbolRefAttr symbol;
};

/// An array of C structs under construction.
class Table {
public:
  explicit Table(size_t bytes) : words(bytes / 8) {}
  Word &at(size_t offset) { return words[offset / 8]; }
  std::vector<Word> words;
};

/// The word of table `TABLE` that holds member `MEMBER` of element `INDEX` of type `STRUCT`.
#define TABLE_WORD(TABLE, STRUCT, INDEX, MEMBER)                                                   \
  ([&]() -> Word & {                                                                               \
    static_assert(sizeof(STRUCT::MEMBER) == 8 && sizeof(STRUCT) % 8 == 0);                         \
    return (TABLE).at((INDEX) * sizeof(STRUCT) + offsetof(STRUCT, MEMBER));                        \
  }())

class TableBuilder {
public:
  explicit TableBuilder(ModuleOp module)
      : builder(OpBuilder::atBlockBegin(module.getBody())), symbols(module), module(module) {}

  LogicalResult build();

private:
  Word number(int64_t value) { return {builder.getI64IntegerAttr(value), {}}; }
  Word text(StringRef text);
  Word text(DictionaryAttr dict, StringRef key) {
    auto value = dict.getAs<StringAttr>(key);
    return text(value ? value.getValue() : "");
  }
  /// Writes the table; a word with its address, or null if it is empty.
  Word emit(StringRef name, const Table &table, bool external = false);
  FailureOr<Word> function(DictionaryAttr command);
  FailureOr<Word> flags(DictionaryAttr command, size_t &count);
  FailureOr<Word> defaultValue(Attribute value, nn_flag_type type);
  InFlightDiagnostic error() { return module.emitError("nn.commands: "); }

  OpBuilder builder;
  SymbolTable symbols;
  ModuleOp module;
  llvm::StringMap<FlatSymbolRefAttr> texts;
};

Word TableBuilder::text(StringRef text) {
  FlatSymbolRefAttr &symbol = texts[text];
  if (!symbol) {
    std::string bytes = text.str();
    bytes.push_back('\0');
    auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), bytes.size());
    auto global =
        LLVM::GlobalOp::create(builder, module.getLoc(), type, /*isConstant=*/true,
                               LLVM::Linkage::Private, "nn.text", builder.getStringAttr(bytes));
    global.setUnnamedAddr(LLVM::UnnamedAddr::Global);
    symbol = FlatSymbolRefAttr::get(symbols.insert(global));
  }
  return {{}, symbol};
}

Word TableBuilder::emit(StringRef name, const Table &table, bool external) {
  if (table.words.empty())
    return {};
  MLIRContext *context = builder.getContext();
  Location loc = module.getLoc();
  auto pointer = LLVM::LLVMPointerType::get(context);
  SmallVector<Type> types;
  for (const Word &word : table.words)
    types.push_back(word.number ? word.number.getType() : pointer);
  auto type = LLVM::LLVMStructType::getLiteral(context, types);
  auto global = LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true,
                                       external ? LLVM::Linkage::External : LLVM::Linkage::Internal,
                                       name, Attribute(), /*alignment=*/8);
  StringAttr symbol = symbols.insert(global);
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(&global.getInitializerRegion());
  Value value = LLVM::UndefOp::create(builder, loc, type);
  for (auto [index, word] : llvm::enumerate(table.words)) {
    Value element;
    if (word.number)
      element = LLVM::ConstantOp::create(builder, loc, word.number);
    else if (word.symbol)
      element = LLVM::AddressOfOp::create(builder, loc, pointer, word.symbol);
    else
      element = LLVM::ZeroOp::create(builder, loc, pointer);
    value = LLVM::InsertValueOp::create(builder, loc, value, element, index);
  }
  LLVM::ReturnOp::create(builder, loc, value);
  return {{}, FlatSymbolRefAttr::get(symbol)};
}

FailureOr<Word> TableBuilder::function(DictionaryAttr command) {
  auto symbol = command.getAs<FlatSymbolRefAttr>("function");
  if (!symbol || !symbols.lookup<LLVM::LLVMFuncOp>(symbol.getValue()))
    return error() << "no function " << command.get("function");
  return Word{{}, symbol};
}

std::optional<nn_flag_type> getFlagType(StringRef name) {
  return llvm::StringSwitch<std::optional<nn_flag_type>>(name)
      .Case("int", NN_FLAG_INT)
      .Case("i32", NN_FLAG_I32)
      .Case("float", NN_FLAG_FLOAT)
      .Case("f32", NN_FLAG_F32)
      .Case("bool", NN_FLAG_BOOL)
      .Case("str", NN_FLAG_STR)
      .Case("path", NN_FLAG_PATH)
      .Default(std::nullopt);
}

FailureOr<Word> TableBuilder::defaultValue(Attribute value, nn_flag_type type) {
  switch (type) {
  case NN_FLAG_INT:
  case NN_FLAG_I32:
  case NN_FLAG_BOOL:
    if (auto integer = dyn_cast<IntegerAttr>(value))
      return number(integer.getType().isInteger(1) ? integer.getValue().getZExtValue()
                                                   : integer.getValue().getSExtValue());
    break;
  case NN_FLAG_FLOAT:
    if (auto real = dyn_cast<FloatAttr>(value))
      return Word{builder.getF64FloatAttr(real.getValueAsDouble()), {}};
    break;
  case NN_FLAG_F32: // the low half of the word
    if (auto real = dyn_cast<FloatAttr>(value))
      return number(llvm::bit_cast<uint32_t>(static_cast<float>(real.getValueAsDouble())));
    break;
  case NN_FLAG_STR:
  case NN_FLAG_PATH:
    if (auto string = dyn_cast<StringAttr>(value))
      return text(string.getValue());
    break;
  }
  return error() << "a default value of another type than its flag: " << value;
}

FailureOr<Word> TableBuilder::flags(DictionaryAttr command, size_t &count) {
  auto list = command.getAs<ArrayAttr>("flags");
  count = list ? list.size() : 0;
  Table table(count * sizeof(nn_flag));
  for (size_t i = 0; i < count; ++i) {
    auto flag = dyn_cast<DictionaryAttr>(list[i]);
    auto typeName = flag ? flag.getAs<StringAttr>("type") : StringAttr();
    auto type = typeName ? getFlagType(typeName.getValue()) : std::nullopt;
    if (!type)
      return error() << "a flag of unknown type: " << list[i];
    Attribute value = flag.get("default");
    TABLE_WORD(table, nn_flag, i, name) = text(flag, "name");
    TABLE_WORD(table, nn_flag, i, doc) = text(flag, "doc");
    TABLE_WORD(table, nn_flag, i, type) = number(*type);
    TABLE_WORD(table, nn_flag, i, has_default) = number(value ? 1 : 0);
    TABLE_WORD(table, nn_flag, i, default_value) = number(0);
    TABLE_WORD(table, nn_flag, i, default_text) = text(flag, "default_text");
    if (!value)
      continue;
    FailureOr<Word> word = defaultValue(value, *type);
    if (failed(word))
      return failure();
    TABLE_WORD(table, nn_flag, i, default_value) = *word;
  }
  return emit("nn.flags", table);
}

LogicalResult TableBuilder::build() {
  auto list = module->getAttrOfType<ArrayAttr>("nn.commands");
  auto info = module->getAttrOfType<DictionaryAttr>("nn.program");
  if (!list || !info)
    return module.emitError("nn.commands must be an array, and nn.program a dictionary");
  if (symbols.lookup(tableName))
    return module.emitError() << "the module has a " << tableName << " already";
  auto level = module->getAttrOfType<IntegerAttr>("nn.cpu_level");

  SmallVector<DictionaryAttr> commands, tests;
  for (Attribute attribute : list) {
    auto command = dyn_cast<DictionaryAttr>(attribute);
    if (!command || !command.getAs<StringAttr>("name"))
      return error() << "a command without a name: " << attribute;
    Attribute test = command.get("test");
    bool isTest = test && !(isa<BoolAttr>(test) && !cast<BoolAttr>(test).getValue());
    (isTest ? tests : commands).push_back(command);
  }

  Table commandTable(commands.size() * sizeof(nn_command));
  for (auto [i, command] : llvm::enumerate(commands)) {
    size_t flagCount = 0;
    FailureOr<Word> run = function(command);
    FailureOr<Word> flagTable = failed(run) ? run : flags(command, flagCount);
    if (failed(flagTable))
      return failure();
    TABLE_WORD(commandTable, nn_command, i, name) = text(command, "name");
    TABLE_WORD(commandTable, nn_command, i, doc) = text(command, "doc");
    TABLE_WORD(commandTable, nn_command, i, run) = *run;
    TABLE_WORD(commandTable, nn_command, i, flag_count) = number(flagCount);
    TABLE_WORD(commandTable, nn_command, i, flags) = *flagTable;
  }
  Table testTable(tests.size() * sizeof(nn_test));
  for (auto [i, test] : llvm::enumerate(tests)) {
    FailureOr<Word> run = function(test);
    if (failed(run))
      return failure();
    TABLE_WORD(testTable, nn_test, i, name) = text(test, "name");
    TABLE_WORD(testTable, nn_test, i, location) = text(test, "location");
    TABLE_WORD(testTable, nn_test, i, run) = *run;
  }

  Table program(sizeof(nn_program));
  TABLE_WORD(program, nn_program, 0, abi_version) = number(NNRT_ABI_VERSION);
  TABLE_WORD(program, nn_program, 0, name) = text(info, "name");
  TABLE_WORD(program, nn_program, 0, doc) = text(info, "doc");
  TABLE_WORD(program, nn_program, 0, source) = text(info, "source");
  TABLE_WORD(program, nn_program, 0, cpu_level) = number(level ? level.getInt() : 2);
  TABLE_WORD(program, nn_program, 0, command_count) = number(commands.size());
  TABLE_WORD(program, nn_program, 0, commands) = emit("nn.command_table", commandTable);
  TABLE_WORD(program, nn_program, 0, test_count) = number(tests.size());
  TABLE_WORD(program, nn_program, 0, tests) = emit("nn.test_table", testTable);
  emit(tableName, program, /*external=*/true);
  return success();
}

#undef TABLE_WORD

/// Attributes of the nn dialect mean nothing to LLVM.
void removeAttributes(Operation *op) {
  for (NamedAttribute attribute : llvm::to_vector(op->getDiscardableAttrs()))
    if (attribute.getName().getValue().starts_with("nn."))
      op->removeDiscardableAttr(attribute.getName());
}

struct ProgramTables : impl::ProgramTablesBase<ProgramTables> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    bool isProgram = module->hasAttr("nn.commands");
    if (isProgram) {
      // Only the table is seen from outside; what it does not reach may go.
      for (auto function : module.getOps<LLVM::LLVMFuncOp>())
        if (!function.isExternal())
          function.setLinkage(LLVM::Linkage::Internal);
      for (auto global : module.getOps<LLVM::GlobalOp>())
        if (global.getLinkage() == LLVM::Linkage::External &&
            (global.getValueOrNull() || !global.getInitializerRegion().empty()))
          global.setLinkage(LLVM::Linkage::Internal);
      if (failed(TableBuilder(module).build()))
        return signalPassFailure();
    }
    removeAttributes(module);
    for (Operation &op : module.getOps())
      removeAttributes(&op);
  }
};

} // namespace
} // namespace nnc::codegen
