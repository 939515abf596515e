//===- Host.h - lowering of one command's control and data flow ----------------------------===//
//
// Holds what is known while a command becomes a function: what each value became, where tensors
// lie, the values of size symbols, the loops around. Operations are lowered by their
// LowerOpInterface, which calls back here. Tensors become addresses; scalars, strings and data sets
// SSA values; control becomes blocks.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LOWER_HOST_H
#define NNC_LOWER_HOST_H

#include "compiler/abi/Constants.h"
#include "compiler/abi/Signature.h"
#include "compiler/lower/KernelTable.h"
#include "compiler/lower/Memory.h"
#include "compiler/lower/MemoryPlan.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringSet.h"
#include <map>

namespace nnc::lower {
class Host;
}
#include "compiler/lower/LowerInterface.h.inc"

namespace nnc::lower {

class Host : public ir::ElementEmitter {
public:
  /// `staticBytesLeft`: how much memory the executable may yet have of its own; less what the
  /// command takes of it.
  Host(ir::CommandOp command, abi::ConstantTable &constants, KernelTable &kernels,
       llvm::StringRef functionName, int64_t &staticBytesLeft);

  /// Emits the whole command.
  mlir::LogicalResult run();

  mlir::OpBuilder &getBuilder() override { return builder; }
  mlir::ModuleOp getModule() { return constants.getModule(); }
  abi::ConstantTable &getConstants() { return constants; }
  KernelTable &getKernels() { return kernels; }
  const MemoryPlan &getPlan() const { return plan; }
  ir::CommandOp getCommand() { return command; }
  mlir::StringAttr getFunctionName() { return function.getSymNameAttr(); }

  //===-- Values --===//
  /// What a scalar, string or data set became.
  mlir::Value get(mlir::Value value);
  void set(mlir::Value value, mlir::Value lowered) { values[value] = lowered; }
  /// The address of a tensor; a scalar is put on the stack.
  mlir::Value getAddress(mlir::Value tensor);
  mlir::Value getAddress(mlir::Location loc, Place place);
  mlir::Value getVariableAddress(mlir::Location loc, mlir::StringAttr name);
  /// After a kernel or call has stored results: loads those that are scalars.
  void loadScalars(mlir::Operation *op);
  /// Room on the stack, in the function's first block.
  mlir::Value createStackRoom(mlir::Location loc, mlir::Type type, int64_t count = 1);
  /// Stores values of one type in an array on the stack; its address.
  mlir::Value createStackArray(mlir::Location loc, mlir::ValueRange elements);

  //===-- Sizes --===//
  mlir::Value getDim(mlir::Location loc, ir::Dim dim); // i64
  mlir::Value getSymbol(llvm::StringRef name) { return symbols.lookup(name); }
  bool isBound(llvm::StringRef name) const { return symbols.contains(name); }
  /// Gives a symbol its value. `largest`, which bounds it, where the value changes from turn to
  /// turn: regions are reserved here for that.
  void bindSymbol(mlir::Location loc, mlir::StringAttr name, mlir::Value value);
  /// Reserves the regions whose symbols are all bound.
  void reserveRegions(mlir::Location loc);
  /// Sizes that a loop's body binds are forgotten at its end.
  struct ReservedRegion {
    mlir::Value base, unit;
  };
  struct Sizes {
    llvm::StringMap<mlir::Value> symbols;
    llvm::DenseMap<unsigned, ReservedRegion> reserved;
  };
  Sizes saveSizes() const { return {symbols, reserved}; }
  void restoreSizes(Sizes sizes) {
    symbols = std::move(sizes.symbols);
    reserved = std::move(sizes.reserved);
  }
  void setSymbol(llvm::StringRef name, mlir::Value value) { symbols[name] = value; }

  //===-- Control --===//
  struct Loop {
    mlir::Block *next;
    mlir::Block *exit;
  };
  llvm::SmallVector<Loop> loops;
  mlir::Block *createBlock();
  void branch(mlir::Location loc, mlir::Block *to);
  void branchIf(mlir::Location loc, mlir::Value condition, mlir::Block *onTrue,
                mlir::Block *onFalse);
  void setBlock(mlir::Block *block) { builder.setInsertionPointToEnd(block); }
  /// Emits the operations of a region's block but for its terminator; ends the block where the
  /// terminator leaves a loop. False in `falls` where control does not reach the end.
  mlir::LogicalResult lowerBody(mlir::Region &region, bool &falls);

  //===-- Calls --===//
  mlir::Value call(mlir::Location loc, abi::Function function, mlir::ValueRange arguments);
  mlir::Value getString(mlir::Location loc, llvm::StringRef text);
  mlir::Value getLocation(mlir::Operation *op);
  mlir::Value getI64(mlir::Location loc, int64_t number) { return createI64(builder, loc, number); }
  /// A name for the command's next kernel.
  std::string getKernelName(llvm::StringRef what);

  //===-- ElementEmitter: for scalars computed here --===//
  mlir::Value getElement(mlir::Value tensor, mlir::ValueRange index) override;
  mlir::Value getSize(ir::Dim dim) override;
  mlir::Value checkIndex(mlir::Location loc, mlir::Value index, ir::Dim size) override;

private:
  mlir::LogicalResult lowerOperation(mlir::Operation *op);
  /// Ends the program where a number of elements, a product of sizes, does not fit into 64 bits.
  void checkSizes(mlir::Operation *op);
  void checkSize(mlir::Operation *op, ir::Dim size);
  /// An estimate of a size, or of a multiple of it, as a real number, which never wraps around.
  mlir::Value estimate(mlir::Location loc, ir::Dim size, int64_t times);
  void defineMemory();
  mlir::StringAttr getRegionName(unsigned index) const;
  void bindFlags();
  /// Emits the call that makes a region at least `bytes` large; its address. No `index`: the static
  /// memory.
  mlir::Value reserve(mlir::Location loc, std::optional<unsigned> index, mlir::Value bytes);

  ir::CommandOp command;
  abi::ConstantTable &constants;
  KernelTable &kernels;
  MemoryPlan plan;
  mlir::OpBuilder builder;
  mlir::func::FuncOp function;
  mlir::StringAttr arenaName;
  llvm::StringSet<> checkedSizes; // products of sizes that are known to fit
  bool isArenaReserved;           // its static memory is allocated when the command begins
  mlir::Value arenaBase;          // then
  /// For messages, of the static memory and of each region that was reserved.
  std::map<std::optional<unsigned>, std::string> largestTensors;
  llvm::DenseMap<mlir::Value, mlir::Value> values;
  llvm::StringMap<mlir::Value> symbols;
  llvm::DenseMap<unsigned, ReservedRegion> reserved;
  llvm::DenseMap<mlir::Operation *, mlir::StringAttr> constantNames;
  unsigned kernelCount = 0;
};

/// Attaches `function` to an operation as its lowering.
template <typename Op, mlir::LogicalResult (*function)(Op, Host &)>
struct LowerModel : LowerOpInterface::ExternalModel<LowerModel<Op, function>, Op> {
  mlir::LogicalResult lower(mlir::Operation *op, Host &host) const {
    return function(llvm::cast<Op>(op), host);
  }
};

// The families, each in a file of its own.
void attachControl(mlir::MLIRContext *context);
void attachData(mlir::MLIRContext *context);
void attachGroups(mlir::MLIRContext *context);
void attachOrder(mlir::MLIRContext *context);
void attachOutput(mlir::MLIRContext *context);
void attachStructure(mlir::MLIRContext *context);
void attachTensors(mlir::MLIRContext *context);
void attachVariables(mlir::MLIRContext *context);
void attachWindows(mlir::MLIRContext *context);

} // namespace nnc::lower

#endif // NNC_LOWER_HOST_H
