//===- Constants.h - constants of compiled programs, and the runtime's structs --------------===//
//
// Texts and tables that a module hands to the runtime. A table of structs of runtime/nnrt.h is
// filled by members: `table.set(row, &nn_flag::name, word)`. Their offsets are the C++ compiler's,
// the kind of value follows from the member's type, and a member that was given none is an error as
// soon as the table is defined. So a struct cannot change without its users.
//
// All members there are eight bytes wide; a table is a sequence of such words.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ABI_CONSTANTS_H
#define NNC_ABI_CONSTANTS_H

#include "compiler/abi/Signature.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace nnc::abi {

/// The eight bytes of a member: a number, or the address of a global (null: a null pointer).
using Word = std::variant<int64_t, double, mlir::StringAttr>;

template <typename Struct> constexpr size_t countWords() {
  static_assert(sizeof(Struct) % 8 == 0);
  return sizeof(Struct) / 8;
}

/// The number of the word of `Struct` at which `member` begins.
template <typename Struct, typename Member> size_t getWord(Member Struct::*member) {
  static_assert(sizeof(Member) % 8 == 0, "the ABI's members are words");
  static const Struct probe{};
  auto address = [](const auto &object) { return reinterpret_cast<const char *>(&object); };
  return (address(probe.*member) - address(probe)) / 8;
}

/// Words of a table under construction, of which some may not have got a value yet.
using Words = llvm::SmallVector<std::optional<Word>, 0>;

/// An array of a struct of runtime/nnrt.h.
template <typename Struct> class Table {
public:
  explicit Table(size_t rows) : words(rows * countWords<Struct>()) {}

  void set(size_t row, int64_t Struct::*member, int64_t value) { at(row, member) = value; }
  void set(size_t row, double Struct::*member, double value) { at(row, member) = value; }
  template <typename Pointee>
  void set(size_t row, Pointee *Struct::*member, mlir::StringAttr global) {
    at(row, member) = global;
  }
  template <typename Union>
    requires std::is_union_v<Union>
  void set(size_t row, Union Struct::*member, Word value) {
    at(row, member) = value;
  }

  const Words &getWords() const { return words; }

private:
  template <typename Member> std::optional<Word> &at(size_t row, Member Struct::*member) {
    static_assert(sizeof(Member) == 8);
    return words[row * countWords<Struct>() + getWord(member)];
  }
  Words words;
};

/// Defines constants of a module, each text once, and declares what it calls of the runtime.
class ConstantTable {
public:
  /// `prefix` begins the names of all globals, which tells apart those of two stages.
  explicit ConstantTable(mlir::ModuleOp module, llvm::StringRef prefix = "")
      : module(module), prefix(prefix) {}

  /// The address of a zero-terminated string.
  mlir::Value getString(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef text);
  /// The name of the global that holds it.
  mlir::StringAttr getStringName(llvm::StringRef text);
  /// The address of a global; a null pointer for none.
  mlir::Value getAddress(mlir::OpBuilder &builder, mlir::Location loc, mlir::StringAttr name);

  /// Defines a table of structs; the name of its global, or null where it has no rows.
  template <typename Struct>
  mlir::StringAttr define(mlir::Location loc, llvm::StringRef name, const Table<Struct> &table) {
    return defineWords(loc, name, table.getWords());
  }
  /// Likewise an array of numbers, each content once, or of the addresses of globals.
  mlir::StringAttr define(mlir::Location loc, llvm::StringRef name,
                          llvm::ArrayRef<int64_t> numbers);
  mlir::StringAttr define(mlir::Location loc, llvm::StringRef name,
                          llvm::ArrayRef<mlir::StringAttr> globals);
  /// A constant made of the elements of an attribute, aligned as tensors are.
  mlir::StringAttr define(mlir::Location loc, llvm::StringRef name, mlir::Type type,
                          mlir::Attribute value);
  /// A table that other objects see, under this name.
  template <typename Struct>
  void defineExternal(mlir::Location loc, llvm::StringRef name, const Table<Struct> &table) {
    createGlobal(loc, mlir::StringAttr::get(module.getContext(), name), table.getWords(), true);
  }
  /// The runtime's function, which is declared in the module when it is first asked for.
  mlir::func::FuncOp getFunction(Function function);
  mlir::ModuleOp getModule() { return module; }

private:
  mlir::StringAttr getFreshName(llvm::StringRef name);
  mlir::StringAttr defineWords(mlir::Location loc, llvm::StringRef name, const Words &words);
  void createGlobal(mlir::Location loc, mlir::StringAttr name, const Words &words,
                    bool isExternal = false);

  mlir::ModuleOp module;
  std::string prefix;
  llvm::StringMap<mlir::StringAttr> strings;
  std::map<std::vector<int64_t>, mlir::StringAttr> arrays;
  llvm::StringMap<mlir::func::FuncOp> functions;
  unsigned counter = 0;
};

/// Emits a call; its result, or null.
mlir::Value emitCall(mlir::OpBuilder &builder, mlir::Location loc, ConstantTable &constants,
                     Function function, mlir::ValueRange arguments);

} // namespace nnc::abi

#endif // NNC_ABI_CONSTANTS_H
