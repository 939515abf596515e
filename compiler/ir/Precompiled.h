//===- Precompiled.h - the headers that most of the compiler includes -------------===//
//
// Parsed once for all libraries that use MLIR (nnc_mlir_library): most of their compile time is
// these headers. Sources still include what they use.
//
//===----------------------------------------------------------------------===//
#include "compiler/ir/NN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
