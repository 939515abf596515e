//===- ProgramTables.cpp - nn_program_table out of module attributes ---------===//
//
// Needs (on a module of the LLVM dialect)
//   nn.program = #nn.program<...>
//   nn.commands = [#nn.unit<...>]
//   nn.cpu_level = 1..4 : i64        see abi::getCpuLevel
// and makes the constant nn_program_table and what it points to. The structs are those of
// runtime/nnrt.h itself (abi/Constants.h).
//
//===----------------------------------------------------------------------===//

#include "compiler/abi/Constants.h"
#include "compiler/abi/Signature.h"
#include "compiler/codegen/Passes.h"
#include "compiler/ir/NN.h"
#include "mlir/IR/SymbolTable.h"

namespace nnc::codegen {
#define GEN_PASS_DEF_PROGRAMTABLES
#include "compiler/codegen/Passes.h.inc"

using namespace mlir;

namespace {

constexpr StringLiteral tableName = "nn_program_table";
static_assert(std::is_same_v<decltype(nn_program_table), const nn_program>);

class TableBuilder {
public:
  explicit TableBuilder(ModuleOp module)
      : module(module), loc(module.getLoc()), constants(module, "nn.") {}

  LogicalResult build();

private:
  StringAttr text(StringAttr text) {
    return constants.getStringName(text ? text.getValue() : StringRef());
  }
  /// The name of a unit's function; nothing after an error.
  FailureOr<StringAttr> findFunction(ir::ProgramUnitAttr unit);
  StringAttr defineFlags(ArrayAttr flags);
  abi::Word getDefault(ir::FlagAttr flag);
  FailureOr<StringAttr> defineCommands(ArrayRef<ir::ProgramUnitAttr> commands);
  FailureOr<StringAttr> defineTests(ArrayRef<ir::ProgramUnitAttr> tests);

  ModuleOp module;
  Location loc;
  abi::ConstantTable constants;
};

FailureOr<StringAttr> TableBuilder::findFunction(ir::ProgramUnitAttr unit) {
  if (!module.lookupSymbol<LLVM::LLVMFuncOp>(unit.getFunction()))
    return module.emitError("nn.commands: no function ") << unit.getFunction();
  return unit.getFunction().getAttr();
}

/// The word of nn_flag::default_value.
abi::Word TableBuilder::getDefault(ir::FlagAttr flag) {
  Attribute value = flag.getValue();
  if (!value)
    return int64_t(0);
  switch (flag.getType()) {
  case NN_FLAG_INT:
  case NN_FLAG_I32:
  case NN_FLAG_BOOL: {
    auto integer = cast<IntegerAttr>(value);
    return integer.getType().isInteger(1) ? int64_t(integer.getValue().getZExtValue())
                                          : integer.getValue().getSExtValue();
  }
  case NN_FLAG_FLOAT:
    return cast<FloatAttr>(value).getValueAsDouble();
  case NN_FLAG_F32: // the low half of the word
    return int64_t(
        llvm::bit_cast<uint32_t>(static_cast<float>(cast<FloatAttr>(value).getValueAsDouble())));
  case NN_FLAG_STR:
  case NN_FLAG_PATH:
    return text(cast<StringAttr>(value));
  }
  llvm_unreachable("a type of flags");
}

StringAttr TableBuilder::defineFlags(ArrayAttr flags) {
  if (!flags)
    return {};
  abi::Table<nn_flag> table(flags.size());
  for (auto [i, flag] : llvm::enumerate(flags.getAsRange<ir::FlagAttr>())) {
    table.set(i, &nn_flag::name, text(flag.getName()));
    table.set(i, &nn_flag::doc, text(flag.getDoc()));
    table.set(i, &nn_flag::type, flag.getType());
    table.set(i, &nn_flag::has_default, bool(flag.getValue()));
    table.set(i, &nn_flag::default_value, getDefault(flag));
    table.set(i, &nn_flag::default_text, text(flag.getText()));
  }
  return constants.define(loc, "flags", table);
}

FailureOr<StringAttr> TableBuilder::defineCommands(ArrayRef<ir::ProgramUnitAttr> commands) {
  abi::Table<nn_command> table(commands.size());
  for (auto [i, command] : llvm::enumerate(commands)) {
    FailureOr<StringAttr> run = findFunction(command);
    if (failed(run))
      return failure();
    ArrayAttr flags = command.getFlags();
    table.set(i, &nn_command::name, text(command.getName()));
    table.set(i, &nn_command::doc, text(command.getDoc()));
    table.set(i, &nn_command::run, *run);
    table.set(i, &nn_command::flag_count, flags ? flags.size() : 0);
    table.set(i, &nn_command::flags, defineFlags(flags));
  }
  return constants.define(loc, "command_table", table);
}

FailureOr<StringAttr> TableBuilder::defineTests(ArrayRef<ir::ProgramUnitAttr> tests) {
  abi::Table<nn_test> table(tests.size());
  for (auto [i, test] : llvm::enumerate(tests)) {
    FailureOr<StringAttr> run = findFunction(test);
    if (failed(run))
      return failure();
    table.set(i, &nn_test::name, text(test.getName()));
    table.set(i, &nn_test::location, text(test.getLocation()));
    table.set(i, &nn_test::run, *run);
  }
  return constants.define(loc, "test_table", table);
}

LogicalResult TableBuilder::build() {
  auto units = module->getAttrOfType<ArrayAttr>("nn.commands");
  auto info = module->getAttrOfType<ir::ProgramAttr>("nn.program");
  if (!units || !info || !llvm::all_of(units, llvm::IsaPred<ir::ProgramUnitAttr>))
    return module.emitError("nn.commands must be an array of #nn.unit, and nn.program #nn.program");
  if (module.lookupSymbol(tableName))
    return module.emitError() << "the module has a " << tableName << " already";

  SmallVector<ir::ProgramUnitAttr> commands, tests;
  for (auto unit : units.getAsRange<ir::ProgramUnitAttr>())
    (unit.getTest() ? tests : commands).push_back(unit);
  FailureOr<StringAttr> commandTable = defineCommands(commands);
  FailureOr<StringAttr> testTable = defineTests(tests);
  if (failed(commandTable) || failed(testTable))
    return failure();
  abi::Table<nn_program> program(1);
  program.set(0, &nn_program::abi_version, NNRT_ABI_VERSION);
  program.set(0, &nn_program::name, text(info.getName()));
  program.set(0, &nn_program::doc, text(info.getDoc()));
  program.set(0, &nn_program::source, text(info.getSource()));
  program.set(0, &nn_program::cpu_level, abi::getCpuLevel(module));
  program.set(0, &nn_program::command_count, commands.size());
  program.set(0, &nn_program::commands, *commandTable);
  program.set(0, &nn_program::test_count, tests.size());
  program.set(0, &nn_program::tests, *testTable);
  constants.defineExternal(loc, tableName, program);
  return success();
}

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
