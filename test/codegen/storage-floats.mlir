// bf16 is stored, f32 is computed with, conversions are operations on bits, and nothing is left for LLVM to convert.
// RUN: nn-opt %s --nn-expand-storage-floats | FileCheck %s --implicit-check-not=bf16

// CHECK-LABEL: func.func @sum(%arg0: i16, %arg1: i16) -> i16
// CHECK: arith.shli
// CHECK: arith.addf %{{.*}}, %{{.*}} : f32
// CHECK-NOT: arith.truncf
// CHECK-NOT: arith.extf
// CHECK: return %{{.*}} : i16
func.func @sum(%a: bf16, %b: bf16) -> bf16 {
  %s = arith.addf %a, %b : bf16
  return %s : bf16
}

// An f64 goes by way of an f32, which is rounded to odd first.
// CHECK-LABEL: func.func @narrow
// CHECK: arith.truncf %{{.*}} : f64 to f32
// CHECK: arith.ori
// CHECK-NOT: arith.truncf
// CHECK: return
func.func @narrow(%a: f64) -> bf16 {
  %s = arith.truncf %a : f64 to bf16
  return %s : bf16
}
// CHECK-LABEL: func.func @widen
// CHECK: %[[F32:.*]] = arith.bitcast %{{.*}} : i32 to f32
// CHECK-NEXT: arith.extf %[[F32]] : f32 to f64
func.func @widen(%a: bf16) -> f64 {
  %s = arith.extf %a : bf16 to f64
  return %s : f64
}

// What is stored are the bits.
// CHECK-LABEL: func.func @store
// CHECK: %[[BITS:.*]] = arith.select
// CHECK-NEXT: llvm.store %[[BITS]], %{{.*}} : i16, !llvm.ptr
// CHECK-NEXT: return
func.func @store(%a: f32, %p: !llvm.ptr) {
  %s = arith.truncf %a : f32 to bf16
  llvm.store %s, %p : bf16, !llvm.ptr
  return
}

// Also what loops carry, constants, and calls.
// CHECK-LABEL: func.func @last
// CHECK: %[[ONE:.*]] = arith.constant 16256 : i16
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[ONE]]) -> (i16)
// CHECK:   llvm.load %{{.*}} : !llvm.ptr -> i16
// CHECK:   scf.yield %{{.*}} : i16
// CHECK: call @widen(%{{.*}}) : (i16) -> f64
func.func @last(%p: !llvm.ptr, %n: index) -> f64 {
  %zero = arith.constant 0 : index
  %step = arith.constant 1 : index
  %one = arith.constant 1.0 : bf16
  %r = scf.for %i = %zero to %n step %step iter_args(%before = %one) -> (bf16) {
    %e = llvm.load %p : !llvm.ptr -> bf16
    scf.yield %e : bf16
  }
  %w = func.call @widen(%r) : (bf16) -> f64
  return %w : f64
}
