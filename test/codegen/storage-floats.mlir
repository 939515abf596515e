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
