// bf16 is stored, f32 is computed with, and conversions are operations on bits.
// RUN: nn-opt %s --nn-expand-storage-floats | FileCheck %s

// CHECK-LABEL: func.func @sum
// CHECK: arith.shli
// CHECK: arith.addf %{{.*}}, %{{.*}} : f32
// CHECK-NOT: arith.truncf
// CHECK-NOT: arith.extf
// CHECK: arith.bitcast %{{.*}} : i16 to bf16
// CHECK: return
func.func @sum(%a: bf16, %b: bf16) -> bf16 {
  %s = arith.addf %a, %b : bf16
  return %s : bf16
}

// An f64 goes by way of an f32, which is rounded to odd first.
// CHECK-LABEL: func.func @narrow
// CHECK: arith.truncf %{{.*}} : f64 to f32
// CHECK: arith.ori
// CHECK-NOT: arith.truncf {{.*}} to bf16
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
// CHECK: %[[BITS:.*]] = arith.bitcast %{{.*}} : bf16 to i16
// CHECK-NEXT: llvm.store %[[BITS]], %{{.*}} : i16, !llvm.ptr
// CHECK-NEXT: return
func.func @store(%a: f32, %p: !llvm.ptr) {
  %s = arith.truncf %a : f32 to bf16
  llvm.store %s, %p : bf16, !llvm.ptr
  return
}
