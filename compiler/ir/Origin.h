//===- Origin.h - where an operation comes from ---------------------------------===//
//
// The location of each operation of a program is
//
//     fused<#nn.origin<9, gradient of 7>>[place]
//
// Its metadata says which operation it is and, of what the compiler derived, from which other one;
// its place is what the user wrote: a range of a file (columns count code points, the end is one
// past the last), in callsite(...) where functions and layers were inlined, the library's too, and
// in a NameLoc where the value has a name. A gradient's place is that of its forward operation,
// with the name "gradient of mul". Passes carry locations on as they are; what is shown to a person
// is shortened here, and nowhere else.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_ORIGIN_H
#define NNC_IR_ORIGIN_H

#include "compiler/ir/NN.h"

namespace nnc::ir {

/// The origin in a location; null where there is none, or several (of a group).
OriginAttr getOrigin(mlir::Location location);
/// The same place with this origin.
mlir::Location withOrigin(mlir::Location location, OriginAttr origin);
/// The operation's origin, which it is given now if it has none: a forward one.
OriginAttr ensureOrigin(mlir::Operation *op);

/// The location of what the gradient rule of `forward` emits, with an origin of its own.
mlir::Location getGradientLocation(mlir::Operation *forward);
/// The same for the cotangent of a value at another place, such as an argument of a loop's body.
mlir::Location getGradientLocation(mlir::Operation *forward, mlir::Location place);

/// The location of an operation that the optimiser made for `op`, with an origin of its own.
mlir::Location getScheduleLocation(mlir::Operation *op);
/// The location of an operation that the optimiser formed of those with `parts`, in their order.
mlir::Location getGroupLocation(llvm::ArrayRef<mlir::Location> parts);

/// Gives each operation that a builder inserts an origin.
class OriginListener : public mlir::OpBuilder::Listener {
public:
  /// What is inserted: a kind, the operation it is derived from, and its place where that is not
  /// the one it was made with.
  struct Source {
    OriginKind kind = OriginKind::Forward;
    int64_t of = 0;
    mlir::LocationAttr place = {};
  };
  /// What the gradient rule of `forward` emits; at `place` instead of the forward operation's.
  static Source gradientOf(mlir::Operation *forward, mlir::LocationAttr place = {});
  /// What updates a variable.
  static Source updateOf(VariableOp variable);

  Source source;

  void notifyOperationInserted(mlir::Operation *op, mlir::OpBuilder::InsertPoint) override;
};

/// The user's name for a value or operation in its location; empty where there is none.
llvm::StringRef getName(mlir::Location location);
/// The location with a name, if it had none.
mlir::Location withName(mlir::Location location, llvm::StringRef name);
/// How an operation of a gradient is called in drawings: "gradient of mul"; empty for others.
llvm::StringRef getGradientName(mlir::Location location);

/// All places, innermost first: a function's line before that of its call.
llvm::SmallVector<mlir::FileLineColRange> getPlaces(mlir::Location location);
/// The innermost place in the user's own files; the innermost at all where the user has none; null
/// for an unknown location. Of a group it is that of the last part, with which the group ends.
mlir::FileLineColRange getUserPlace(mlir::Location location);

} // namespace nnc::ir

#endif // NNC_IR_ORIGIN_H
