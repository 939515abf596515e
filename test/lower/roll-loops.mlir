// Host code that repeats but for numbers and addresses becomes a loop over tables of them.
// RUN: nn-opt %s --nn-roll-loops=minimum=6 --split-input-file | FileCheck %s

llvm.mlir.global internal @memory() : !llvm.array<256 x i8>
llvm.mlir.global internal constant @u("u\00")
llvm.mlir.global internal constant @v("v\00")
llvm.mlir.global internal constant @w("w\00")
func.func private @init(!llvm.ptr, !llvm.ptr)
func.func private @step(f32, !llvm.ptr, i64)

// Three turns of four steps. What is the same in all stays (the rate, the size 4); the table has a row for
// each turn, with each different column once: 16, 0 | 32, 64 | 48, 128.
// CHECK:       llvm.mlir.global internal constant @[[NAMES:turns.addresses.[0-9]+]]()
// CHECK:         addressof @u
// CHECK:         addressof @v
// CHECK:         addressof @w
// CHECK:       llvm.mlir.global internal constant @[[NUMBERS:turns.numbers.[0-9]+]](dense<[16, 0, 32, 64, 48, 128]> : tensor<6xi64>)
// CHECK-LABEL: func.func @equal
// CHECK-SAME:      %[[MEMORY:.*]]: !llvm.ptr, %[[RATE:.*]]: f32
// CHECK-NOT:     call
// CHECK:         %[[TURNS:.*]] = arith.constant 3 : i64
// CHECK:         scf.for %[[I:.*]] = %{{.*}} to %[[TURNS]] step %{{.*}} : i64 {
// CHECK:           addressof @[[NUMBERS]]
// CHECK:           %[[WIDTH:.*]] = arith.constant 2 : i64
// CHECK:           %[[ROW:.*]] = arith.muli %[[I]], %[[WIDTH]]
// CHECK:           llvm.getelementptr %{{.*}}[%[[ROW]]]
// CHECK:           %[[A:.*]] = llvm.load %{{.*}} : !llvm.ptr -> i64
// CHECK:           %[[B:.*]] = llvm.load %{{.*}} : !llvm.ptr -> i64
// CHECK:           addressof @[[NAMES]]
// CHECK:           %[[NAME:.*]] = llvm.load %{{.*}} : !llvm.ptr -> !llvm.ptr
// CHECK:           %[[P:.*]] = llvm.getelementptr inbounds %[[MEMORY]][%[[A]]]
// CHECK:           call @init(%[[P]], %[[NAME]])
// CHECK:           %[[Q:.*]] = llvm.getelementptr inbounds %[[MEMORY]][%[[B]]]
// CHECK:           %[[X:.*]] = llvm.load %[[Q]] : !llvm.ptr -> f32
// CHECK:           %[[SUM:.*]] = arith.addf %[[X]], %[[RATE]]
// CHECK:           %[[SIZE:.*]] = arith.constant 4 : i64
// CHECK:           call @step(%[[SUM]], %[[P]], %[[SIZE]])
// CHECK:         }
// CHECK-NEXT:    return
func.func @equal(%memory: !llvm.ptr, %rate: f32) {
  %a0 = arith.constant 16 : i64
  %p0 = llvm.getelementptr inbounds %memory[%a0] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  %n0 = llvm.mlir.addressof @u : !llvm.ptr
  call @init(%p0, %n0) : (!llvm.ptr, !llvm.ptr) -> ()
  %b0 = arith.constant 0 : i64
  %q0 = llvm.getelementptr inbounds %memory[%b0] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  %x0 = llvm.load %q0 : !llvm.ptr -> f32
  %s0 = arith.addf %x0, %rate : f32
  %c0 = arith.constant 4 : i64
  call @step(%s0, %p0, %c0) : (f32, !llvm.ptr, i64) -> ()

  %a1 = arith.constant 32 : i64
  %p1 = llvm.getelementptr inbounds %memory[%a1] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  %n1 = llvm.mlir.addressof @v : !llvm.ptr
  call @init(%p1, %n1) : (!llvm.ptr, !llvm.ptr) -> ()
  %b1 = arith.constant 64 : i64
  %q1 = llvm.getelementptr inbounds %memory[%b1] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  %x1 = llvm.load %q1 : !llvm.ptr -> f32
  %s1 = arith.addf %x1, %rate : f32
  %c1 = arith.constant 4 : i64
  call @step(%s1, %p1, %c1) : (f32, !llvm.ptr, i64) -> ()

  %a2 = arith.constant 48 : i64
  %p2 = llvm.getelementptr inbounds %memory[%a2] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  %n2 = llvm.mlir.addressof @w : !llvm.ptr
  call @init(%p2, %n2) : (!llvm.ptr, !llvm.ptr) -> ()
  %b2 = arith.constant 128 : i64
  %q2 = llvm.getelementptr inbounds %memory[%b2] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  %x2 = llvm.load %q2 : !llvm.ptr -> f32
  %s2 = arith.addf %x2, %rate : f32
  %c2 = arith.constant 4 : i64
  call @step(%s2, %p2, %c2) : (f32, !llvm.ptr, i64) -> ()
  return
}

// -----

func.func private @read() -> f32
func.func private @write(f32)

// A turn begins where no value comes from the one before: at a read, though the first step is a write.
// CHECK-LABEL: func.func @shifted
// CHECK:         call @write(%arg0)
// CHECK:         scf.for
// CHECK:           %[[X:.*]] = {{.*}}call @read()
// CHECK-NEXT:      call @write(%[[X]])
// CHECK:         }
// CHECK-NEXT:    return
func.func @shifted(%first: f32) {
  call @write(%first) : (f32) -> ()
  %0 = call @read() : () -> f32
  call @write(%0) : (f32) -> ()
  %1 = call @read() : () -> f32
  call @write(%1) : (f32) -> ()
  %2 = call @read() : () -> f32
  call @write(%2) : (f32) -> ()
  %3 = call @read() : () -> f32
  call @write(%3) : (f32) -> ()
  return
}

// What one turn computes and another uses, or what is used afterwards, keeps the code as it is.
// CHECK-LABEL: func.func @chain
// CHECK-NOT:     scf.for
// CHECK-LABEL: func.func @later
// CHECK-NOT:     scf.for
// CHECK:         return
func.func private @next(f32) -> f32
func.func @chain(%0: f32) -> f32 {
  %1 = call @next(%0) : (f32) -> f32
  %2 = call @next(%1) : (f32) -> f32
  %3 = call @next(%2) : (f32) -> f32
  %4 = call @next(%3) : (f32) -> f32
  %5 = call @next(%4) : (f32) -> f32
  %6 = call @next(%5) : (f32) -> f32
  %7 = call @next(%6) : (f32) -> f32
  %8 = call @next(%7) : (f32) -> f32
  return %8 : f32
}
func.func @later() -> (f32, f32, f32, f32) {
  %0 = call @read() : () -> f32
  call @write(%0) : (f32) -> ()
  %1 = call @read() : () -> f32
  call @write(%1) : (f32) -> ()
  %2 = call @read() : () -> f32
  call @write(%2) : (f32) -> ()
  %3 = call @read() : () -> f32
  call @write(%3) : (f32) -> ()
  return %0, %1, %2, %3 : f32, f32, f32, f32
}
