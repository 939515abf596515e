//===- MemoryPlan.h - where tensors and variables lie -------------------------------------===//
//
// Decides for a command with fused groups, once, at compile time: variables keep fixed places;
// other tensors get places by the time in which they are needed, so that two that are needed at the
// same time never overlap. Values of static size lie in one static area. Values whose size is a
// multiple of a product of size symbols ("n*t") lie in the region of that product: at k * m bytes
// from its base, k known now, m the product rounded up to a multiple of 64 when the program runs,
// so that every tensor is aligned to 64 bytes.
//
// In a scan, captures lie where their operands lie, carried values where the final ones will; a row
// of a source lies in it. A row that is stacked is computed right there.
//
// Saves memory and copies: a reshape shares its operand's place, nn.read the variable's, a group's
// result that of an operand which it is the last to read, and what is assigned to a variable is
// computed right there, in each case only where no one can see a difference.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LOWER_MEMORY_PLAN_H
#define NNC_LOWER_MEMORY_PLAN_H

#include "compiler/lower/GroupAccess.h"
#include "compiler/lower/Lifetimes.h"

namespace nnc::lower {

/// An address that is known up to the bases of regions.
struct Place {
  enum Kind { None, Static, Region, Constant, Row } kind = None;
  unsigned region = 0;                 // Region: which
  int64_t offset = 0;                  // Static: bytes. Region: bytes for each unit
  mlir::Operation *constant = nullptr; // Constant: the nn.constant
  mlir::Value tensor = {};             // Row: of which tensor
  mlir::Value index = {};              // Row: which (an i64 scalar)
  bool operator==(const Place &other) const = default;
};

class MemoryPlan {
public:
  explicit MemoryPlan(ir::CommandOp command);

  /// Whether a result of rank 0 comes through memory (a kernel stores it), not as an SSA value.
  static bool isScalarInMemory(mlir::Value value);
  /// Whether the value lies in memory at all.
  static bool isInMemory(mlir::Value value);

  Place getPlace(mlir::Value tensor) const;
  Place getVariablePlace(mlir::StringAttr name) const { return variables.lookup(name); }
  /// The value must be copied when it is read, because the variable changes while it is needed.
  bool isCopied(ir::ReadOp op) const { return copied.contains(op); }
  /// The value is computed right in the variable.
  bool isInPlace(ir::AssignOp op) const { return inPlace.contains(op); }
  /// The value whose memory this one is: of a reshape its operand, of what goes into a scan the
  /// operand or the final value; otherwise the value itself.
  static mlir::Value getRoot(mlir::Value value);
  /// How much memory a tensor takes.
  struct Extent {
    ir::Dim unit;      // null for a static size
    int64_t bytes = 0; // in all, or for each unit
  };
  static Extent getExtent(ir::NNTensorType type);
  /// Room for the next value of carried value `i`, which is the current one of another and so must
  /// not be stored before that is read; None where there is no need.
  Place getShadow(ir::ScanOp op, unsigned i) const;

  struct RegionInfo {
    ir::Dim unit;
    int64_t bytesPerUnit = 0;
  };
  llvm::ArrayRef<RegionInfo> getRegions() const { return regions; }
  int64_t getStaticBytes() const { return staticBytes; }
  int64_t getVariableBytes() const { return variableBytes; }
  /// For people: "97.3 KiB + 1.2 KiB * n".
  std::string describe() const;
  /// A tensor or variable of the command, and how much memory it takes.
  struct Share {
    mlir::Location location;
    std::string text; // "f32[n, 64], 256 B * n"
  };
  /// At most three, each of a twentieth or more of a region; without one, of the static area.
  llvm::SmallVector<Share> getLargest(ir::CommandOp command, std::optional<unsigned> region) const;
  /// Each value's place, as remarks on the operations.
  void emitRemarks(ir::CommandOp command) const;

private:
  /// Room for one tensor, or for several that follow each other in time.
  struct Buffer {
    int64_t bytes = 0; // in all, or for each unit of its region
    std::optional<unsigned> region;
    int64_t elementBytes = 0;
    Interval life;
    mlir::StringAttr variable; // whose place it is, or null
    int64_t offset = 0;
    std::optional<Place> row = {}; // of a stacked result, where it is computed
    bool isFixed() const { return variable || row; }
  };
  struct Snapshot {
    mlir::Value value;
    Interval life;
  };

  void placeVariables(ir::CommandOp command);
  void collect(mlir::Operation *op);
  void addValue(mlir::Value value);
  void decideInPlace(ir::AssignOp assign);
  bool canComputeInto(ir::AssignOp assign, mlir::Value root, mlir::Operation *producer);
  void decideCopies();
  void decideRows(ir::ScanOp scan);
  void addShadows(ir::ScanOp scan);
  Place getBufferPlace(unsigned index) const;
  void shareDyingOperands(ir::FusedOp op);
  void assignOffsets();
  unsigned getRegion(ir::Dim unit);
  /// The region and bytes (for each unit) of a tensor.
  std::pair<std::optional<unsigned>, int64_t> reserve(ir::NNTensorType type);
  /// The roots of what a group reads not only at the index that it computes.
  const llvm::DenseSet<mlir::Value> &getReadElsewhere(ir::FusedOp group);

  Lifetimes lifetimes;
  std::vector<Buffer> buffers;
  llvm::DenseMap<mlir::Value, unsigned> bufferOf; // of roots
  llvm::MapVector<mlir::StringAttr, Place> variables;
  llvm::DenseMap<mlir::StringAttr, llvm::SmallVector<Snapshot>> snapshots;
  /// When a variable is written: positions of what writes it, and of in-place producers.
  llvm::DenseMap<mlir::StringAttr, llvm::SmallVector<int64_t>> writes;
  llvm::SmallVector<ir::AssignOp> assigns;
  llvm::SmallVector<int64_t> controls; // positions of branches and loops
  llvm::SmallVector<ir::FusedOp> groups;
  /// Of those groups for which it was asked.
  llvm::DenseMap<mlir::Operation *, llvm::DenseSet<mlir::Value>> readElsewhere;
  llvm::SmallVector<ir::ScanOp> scans;
  llvm::DenseMap<std::pair<mlir::Operation *, unsigned>, unsigned> shadows;
  llvm::DenseSet<mlir::Operation *> copied, inPlace;
  llvm::SmallVector<RegionInfo> regions;
  int64_t staticBytes = 0, variableBytes = 0;
};

/// For people: "1.2 KiB".
std::string describeBytes(int64_t bytes);

/// Checks, for all commands that are compiled, that no value is overwritten while it is needed;
/// emits an error where one is. `getPlace` gives places: those of the plan but in tests of this
/// check.
mlir::LogicalResult verifyPlan(ir::CommandOp command, const MemoryPlan &plan,
                               llvm::function_ref<Place(mlir::Value)> getPlace);

} // namespace nnc::lower

#endif // NNC_LOWER_MEMORY_PLAN_H
