//===- LowerToLoops.cpp - the passes of the stage `loops` -----------------------------------===//

#include "compiler/ir/Report.h"
#include "compiler/lower/Host.h"
#include "compiler/lower/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "runtime/memory/machine.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::ir;

namespace nnc::lower {
#define GEN_PASS_DEF_PRINTMEMORYPLAN
#define GEN_PASS_DEF_LOWERTOLOOPS
#include "compiler/lower/Passes.h.inc"
} // namespace nnc::lower

using namespace nnc::lower;

namespace {

struct PrintMemoryPlan : nnc::lower::impl::PrintMemoryPlanBase<PrintMemoryPlan> {
  using PrintMemoryPlanBase::PrintMemoryPlanBase;

  void runOnOperation() override {
    for (auto command : getOperation().getOps<CommandOp>()) {
      MemoryPlan plan(command);
      if (places)
        plan.emitRemarks(command);
      auto getPlace = [&](Value value) {
        Place place = plan.getPlace(value);
        if (overlay && place.kind == Place::Static)
          place.offset = std::min(place.offset, plan.getVariableBytes());
        return place;
      };
      if (failed(verifyPlan(command, plan, getPlace)))
        signalPassFailure();
    }
  }
};

/// Memory that an executable has of its own is reached at a distance that is known when it is
/// linked, and so has to lie within 2 GiB. What is larger is allocated when the command begins.
constexpr int64_t mostStaticBytes = int64_t(256) << 20;

/// Warns of a command that this machine could not run. Of run-time sizes nothing is known.
void warnOfMemory(CommandOp command, const MemoryPlan &plan) {
  int64_t available = nnrt::getMachineMemory();
  if (plan.getStaticBytes() <= available)
    return;
  InFlightDiagnostic warning =
      ir::report(command.getLoc(), diag::TooMuchMemory, command.getSymName(),
                 describeBytes(plan.getStaticBytes()), describeBytes(available));
  for (const MemoryPlan::Share &share : plan.getLargest(command, std::nullopt))
    warning.attachNote(share.location) << share.text;
}

struct LowerToLoops : nnc::lower::impl::LowerToLoopsBase<LowerToLoops> {
  using LowerToLoopsBase::LowerToLoopsBase;
  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (auto function : module.getOps<FuncOp>()) {
      function.emitOpError("cannot be lowered: only commands and tests can");
      return signalPassFailure();
    }
    abi::ConstantTable constants(module);
    KernelTable kernels(share);
    llvm::SmallVector<Attribute> table;
    int64_t staticBytesLeft = mostStaticBytes;
    llvm::SmallVector<CommandOp> commands(module.getOps<CommandOp>());
    for (CommandOp command : commands) {
      std::string name = ((command.getTest() ? "test." : "command.") + command.getSymName()).str();
      Host host(command, constants, kernels, name, staticBytesLeft);
      if (failed(host.run()))
        return signalPassFailure();
      warnOfMemory(command, host.getPlan());
      table.push_back(describe(command, host));
    }
    for (CommandOp command : commands)
      command.erase();
    module->setAttr("nn.commands", ArrayAttr::get(&getContext(), table));
  }

  /// What code generation needs for the program's table, and what people want to know of memory.
  static Attribute describe(CommandOp command, Host &host) {
    Builder builder(command.getContext());
    return ProgramUnitAttr::get(command.getContext(), command.getSymNameAttr(),
                                FlatSymbolRefAttr::get(host.getFunctionName()),
                                command.getDocAttr(), command.getFlags(),
                                command.getTest() ? builder.getUnitAttr() : UnitAttr(),
                                builder.getStringAttr(getSourceLocation(command.getLoc())),
                                builder.getStringAttr(host.getPlan().describe()));
  }
};

} // namespace

void nnc::lower::registerLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    attachControl(context);
    attachData(context);
    attachGroups(context);
    attachOrder(context);
    attachOutput(context);
    attachStructure(context);
    attachTensors(context);
    attachVariables(context);
    attachWindows(context);
  });
}

void nnc::lower::buildLowerPipeline(OpPassManager &manager, bool simplify, bool share) {
  manager.addPass(createLowerToLoops({.share = share}));
  if (!simplify)
    return;
  if (share)
    manager.addPass(createRollLoops());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

void nnc::lower::registerLower() {
  registerLowerPasses();
  PassPipelineRegistration<>("nn-lower", "from fused groups to loops",
                             [](OpPassManager &manager) { buildLowerPipeline(manager); });
}
