// RUN: nn-opt %s --nn-expand-math | FileCheck %s
// RUN: nn-codegen %s --emit=asm --cpu=x86-64-v3 | FileCheck %s --check-prefix=ASM

// CHECK-LABEL: func.func @functions
// CHECK-NOT: math.{{exp|expm1|log|log1p|tanh|erf|powf}} {{.*}} : f32
// CHECK: call @math.exp(%{{.*}}) : (f32) -> f32
// CHECK: call @math.powf(%{{.*}}, %{{.*}}) : (f32, f32) -> f32
// CHECK: math.exp %{{.*}} : f64
// CHECK: math.sin %{{.*}} : f32
func.func @functions(%x: f32, %y: f32, %w: f64) -> (f32, f32, f32, f32, f64, f32) {
  %a = math.exp %x : f32
  %b = math.log %x : f32
  %b2 = math.expm1 %x : f32
  %b3 = math.log1p %x : f32
  %c = math.tanh %x : f32
  %c2 = math.erf %x : f32
  %d = math.powf %x, %y : f32
  %e = math.exp %w : f64
  %f = math.sin %x : f32
  return %a, %b, %c, %d, %e, %f : f32, f32, f32, f32, f64, f32
}

// In f64 they are called, not made of exp and log, which would cancel.
// CHECK-LABEL: func.func @wide
// CHECK: call @log1p(%{{.*}}) : (f64) -> f64
// CHECK: call @expm1(%{{.*}}) : (f64) -> f64
func.func @wide(%x: f64) -> (f64, f64) {
  %a = math.log1p %x : f64
  %b = math.expm1 %x : f64
  return %a, %b : f64, f64
}

// CHECK-LABEL: func.func @powers
// CHECK-SAME: (%[[X:.*]]: f32)
// CHECK: %[[SQUARE:.*]] = arith.mulf %[[X]], %[[X]]
// CHECK: %[[S:.*]] = arith.mulf %[[X]], %[[X]]
// CHECK: %[[CUBE:.*]] = arith.mulf %[[S]], %[[X]]
// CHECK: %[[INVERSE:.*]] = arith.divf %{{.*}}, %[[X]]
// CHECK: return %[[X]], %[[SQUARE]], %[[CUBE]], %[[INVERSE]]
func.func @powers(%x: f32) -> (f32, f32, f32, f32) {
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %three = arith.constant 3.0 : f32
  %minus = arith.constant -1.0 : f32
  %a = math.powf %x, %one : f32
  %b = math.powf %x, %two : f32
  %c = math.powf %x, %three : f32
  %d = math.powf %x, %minus : f32
  return %a, %b, %c, %d : f32, f32, f32, f32
}

// One instruction for a constant operand, in whole vectors.
// CHECK-LABEL: func.func @relu
// CHECK: arith.maximumf {{.*}} fastmath<nsz>
// ASM-LABEL: relu:
// ASM-NOT: vcmp
// ASM-NOT: vblend
// ASM: vmaxps {{.*}}%ymm
// ASM-NEXT: vmaxps {{.*}}%ymm
// ASM: retq
func.func @relu(%out: !llvm.ptr {llvm.noalias}, %in: !llvm.ptr {llvm.noalias}, %n: i64) {
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %z = arith.constant 0.0 : f32
  scf.for %i = %c0 to %n step %c1 : i64 {
    %p = llvm.getelementptr %in[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %x = llvm.load %p : !llvm.ptr -> f32
    %y = arith.maximumf %x, %z : f32
    %q = llvm.getelementptr %out[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    llvm.store %y, %q : f32, !llvm.ptr
  }
  return
}

// A reduction over the exponential: no call, whole vectors, fused multiply-add.
// ASM-LABEL: sum_exp:
// ASM-NOT: call
// ASM: vfmadd{{.*}}%ymm
// ASM-NOT: call
// ASM: retq
func.func @sum_exp(%in: !llvm.ptr, %n: i64) -> f32 {
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %z = arith.constant 0.0 : f32
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %z) -> (f32) : i64 {
    %p = llvm.getelementptr %in[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %x = llvm.load %p : !llvm.ptr -> f32
    %e = math.exp %x : f32
    %next = arith.addf %sum, %e fastmath<reassoc> : f32
    scf.yield %next : f32
  }
  return %r : f32
}

// A maximum over a loop is a vector reduction, and keeps NaN.
// ASM-LABEL: max_over:
// ASM: vmaxps {{.*}}%ymm
// ASM-NEXT: vcmpunordps
// ASM-NEXT: vblendvps
// ASM: retq
func.func @max_over(%in: !llvm.ptr, %n: i64) -> f32 {
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %z = arith.constant 0xFF800000 : f32
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%most = %z) -> (f32) : i64 {
    %p = llvm.getelementptr %in[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %x = llvm.load %p : !llvm.ptr -> f32
    %next = arith.maximumf %most, %x : f32
    scf.yield %next : f32
  }
  return %r : f32
}

// In a loop the arithmetic stands where the function was; elsewhere all calls share one function.
// CHECK-LABEL: func.func @loop
// CHECK: scf.for
// CHECK-NOT: math.exp
// CHECK: arith.shli
// CHECK: }
// CHECK: call @math.exp(
// CHECK-LABEL: func.func private @math.exp(
// CHECK-SAME: llvm.linkage = #llvm.linkage<internal>
// CHECK: arith.shli
// CHECK-NOT: func.func private @math.exp(
func.func @loop(%n: index, %x: f32) -> f32 {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %y = scf.for %i = %zero to %n step %one iter_args(%a = %x) -> (f32) {
    %b = math.exp %a : f32
    scf.yield %b : f32
  }
  %z = math.exp %y : f32
  return %z : f32
}
