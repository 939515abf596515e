//===- SplitFunctions.cpp - long blocks as several functions ------------------===//
//
// A network of many layers is one command, whose step is one block of thousands of calls. Much in
// LLVM's code generation takes time that grows faster than a function's length, and a call costs
// nothing beside the kernels, so such a block is cut into functions of a few hundred operations.
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Passes.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace nnc::codegen {
#define GEN_PASS_DEF_SPLITFUNCTIONS
#include "compiler/codegen/Passes.h.inc"

using namespace mlir;

namespace {

/// Operations of a part. Blocks of less than two parts stay whole.
constexpr size_t partLength = 400;

/// What each part computes for itself instead of being given it: constants and addresses.
bool isRepeated(Operation *op) {
  return op && (op->hasTrait<OpTrait::ConstantLike>() ||
                isa<LLVM::AddressOfOp, LLVM::GEPOp, UnrealizedConversionCastOp>(op));
}

class Part {
public:
  Part(ArrayRef<Operation *> ops, StringRef name) : ops(ops), members(ops.begin(), ops.end()) {
    OpBuilder outer(ops.front()->getParentOfType<func::FuncOp>());
    function =
        func::FuncOp::create(outer, ops.front()->getLoc(), name, outer.getFunctionType({}, {}));
    function.setPrivate();
    function->setAttr("llvm.linkage",
                      LLVM::LinkageAttr::get(outer.getContext(), LLVM::Linkage::Internal));
    function->setAttr("passthrough", outer.getStrArrayAttr({"noinline"}));
    entry = function.addEntryBlock();
  }

  /// Moves the operations into the function and leaves a call.
  void run() {
    OpBuilder inside = OpBuilder::atBlockEnd(entry);
    SmallVector<Value> outputs, returned;
    for (Operation *op : ops) {
      op->walk([&](Operation *nested) {
        for (Value operand : nested->getOperands())
          bring(operand, op, inside);
      });
      inside.clone(*op, mapping);
      for (Value result : op->getResults())
        if (llvm::any_of(result.getUsers(), [&](Operation *user) { return !isMember(user); })) {
          outputs.push_back(result);
          returned.push_back(mapping.lookup(result));
        }
    }
    func::ReturnOp::create(inside, function.getLoc(), returned);
    function.setType(inside.getFunctionType(entry->getArgumentTypes(), ValueRange(returned)));
    OpBuilder outer(ops.front());
    auto call = func::CallOp::create(outer, function.getLoc(), function, inputs);
    for (auto [output, result] : llvm::zip_equal(outputs, call.getResults()))
      output.replaceAllUsesWith(result);
    for (Operation *op : llvm::reverse(ops))
      op->erase();
  }

private:
  bool isMember(Operation *op) const {
    for (; op; op = op->getParentOp())
      if (members.contains(op))
        return true;
    return false;
  }

  /// Makes an operand of `user` known in the function: by a copy of what computes it, or as an
  /// argument.
  void bring(Value value, Operation *user, OpBuilder &inside) {
    if (mapping.contains(value) || user->isAncestor(value.getParentBlock()->getParentOp()))
      return;
    Operation *def = value.getDefiningOp();
    if (!isRepeated(def)) {
      inputs.push_back(value);
      return mapping.map(value, entry->addArgument(value.getType(), value.getLoc()));
    }
    for (Value operand : def->getOperands())
      bring(operand, def, inside);
    inside.clone(*def, mapping);
  }

  ArrayRef<Operation *> ops;
  llvm::SmallPtrSet<Operation *, 32> members;
  func::FuncOp function;
  Block *entry;
  SmallVector<Value> inputs;
  IRMapping mapping;
};

struct SplitFunctions : impl::SplitFunctionsBase<SplitFunctions> {
  void runOnOperation() override {
    for (auto function : llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      unsigned parts = 0;
      for (Block &block : function.getBody()) {
        SmallVector<Operation *> ops, repeated;
        for (Operation &op : block.without_terminator())
          (isRepeated(&op) ? repeated : ops).push_back(&op);
        // Room on the stack must stay with the function whose it is.
        if (ops.size() < 2 * partLength ||
            llvm::any_of(ops, [](Operation *op) { return isa<LLVM::AllocaOp>(op); }))
          continue;
        for (size_t begin = 0; begin < ops.size(); begin += partLength)
          Part(ArrayRef(ops).slice(begin, std::min(partLength, ops.size() - begin)),
               (function.getSymName() + ".part" + Twine(parts++)).str())
              .run();
        for (Operation *op : llvm::reverse(repeated))
          if (isOpTriviallyDead(op))
            op->erase();
      }
    }
  }
};

} // namespace
} // namespace nnc::codegen
