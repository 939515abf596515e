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
