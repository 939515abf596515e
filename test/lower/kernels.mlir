// Groups become loop nests: which axes are one loop, where reductions combine.
// RUN: nn-opt %s --nn-lower --split-input-file | FileCheck %s

// All operands alike: one flat loop, which takes a range.
// CHECK-LABEL: func.func private @command.flat.fused0(
// CHECK-SAME:    !llvm.ptr {llvm.noalias, llvm.nonnull, llvm.noundef}, %[[B:[a-z0-9]+]]: i64, %[[E:[a-z0-9]+]]: i64)
// CHECK-DAG:   %[[BI:.*]] = arith.index_cast %[[B]]
// CHECK-DAG:   %[[EI:.*]] = arith.index_cast %[[E]]
// CHECK:       scf.for %{{.*}} = %[[BI]] to %[[EI]]
// CHECK-NOT:   scf.for
// CHECK:         llvm.load %[[A:.*]] : !llvm.ptr -> f32
// CHECK:         math.exp
// CHECK:         llvm.store %{{.*}}, %[[A]]
nn.command @flat doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[4, 8]
  %e = nn.fused(%a) : (f32[4, 8]) -> (f32[4, 8]) {
  ^bb0(%i: !nn.tensor<f32[4, 8]>):
    %x = nn.exp %i : f32[4, 8]
    nn.yield %x : f32[4, 8]
  }
  %s = nn.format ["", ""] [""] (%e) : f32[4, 8]
  nn.print %s
  nn.end
}

// -----

// A row that is repeated: [2, 3] is one loop, 8 another.
// CHECK-LABEL: func.func private @command.rows.fused0(
// CHECK:       scf.for
// CHECK:         scf.for %{{.*}} = %c0 to %c8
// CHECK-NOT:       scf.for
// CHECK-NOT:   scf.for
nn.command @rows doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[2, 3, 8]
  %b = nn.random normal %n place 2 : f32[8]
  %e = nn.fused(%a, %b) : (f32[2, 3, 8], f32[8]) -> (f32[2, 3, 8]) {
  ^bb0(%i: !nn.tensor<f32[2, 3, 8]>, %j: !nn.tensor<f32[8]>):
    %r = nn.broadcast %j [2] : f32[8] -> f32[2, 3, 8]
    %x = nn.add %i, %r : f32[2, 3, 8]
    nn.yield %x : f32[2, 3, 8]
  }
  %s = nn.format ["", ""] [""] (%e) : f32[2, 3, 8]
  nn.print %s
  nn.end
}

// -----

// Innermost axis reduced: in a register, where LLVM may keep partial sums.
// CHECK-LABEL: func.func private @command.inner.fused0(
// CHECK:       scf.for
// CHECK:         %[[S:.*]] = scf.for {{.*}} iter_args(%[[ACC:.*]] = %{{.*}}) -> (f32)
// CHECK:           arith.addf %[[ACC]], %{{.*}} fastmath<reassoc>
// CHECK:         llvm.store %[[S]]
nn.command @inner doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[4, 8]
  %e = nn.fused(%a) : (f32[4, 8]) -> (f32[4]) {
  ^bb0(%i: !nn.tensor<f32[4, 8]>):
    %x = nn.reduce sum %i [1] : f32[4, 8] -> f32[4]
    nn.yield %x : f32[4]
  }
  %s = nn.format ["", ""] [""] (%e) : f32[4]
  nn.print %s
  nn.end
}

// -----

// Outer axis reduced: rows are added up in the result, in their order in memory.
// CHECK-LABEL: func.func private @command.outer.fused0(
// CHECK:       scf.for %{{.*}} = %c0 to %c8
// CHECK:         llvm.store %{{.*}} : f32
// CHECK:       scf.for %{{.*}} = %c0 to %c32
// CHECK:         scf.for %{{.*}} = %c0 to %c8
// CHECK:           %[[S:.*]] = arith.addf %{{.*}}, %{{.*}} : f32
// CHECK-NEXT:      llvm.store %[[S]]
nn.command @outer doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[32, 8]
  %e = nn.fused(%a) : (f32[32, 8]) -> (f32[8]) {
  ^bb0(%i: !nn.tensor<f32[32, 8]>):
    %x = nn.reduce sum %i [0] : f32[32, 8] -> f32[8]
    nn.yield %x : f32[8]
  }
  %s = nn.format ["", ""] [""] (%e) : f32[8]
  nn.print %s
  nn.end
}

// -----

// Many outer rows: for some columns at a time, blocks of 128 rows, whose sums are added to totals in f64. Both lie in the kernel's
// own memory.
// CHECK-LABEL: func.func private @command.many.fused0(
// CHECK-DAG:   %[[PARTIAL:.*]] = llvm.alloca %c2048_i64 x f32 {alignment = 64 : i64}
// CHECK-DAG:   %[[TOTAL:.*]] = llvm.alloca %c2048_i64 x f64 {alignment = 64 : i64}
// CHECK:       scf.for %[[TILE:.*]] = %c0 to %{{.*}} step %c2048
// CHECK:         %[[END:.*]] = arith.minsi
// CHECK:         scf.for %{{.*}} = %[[TILE]] to %[[END]]
// CHECK:           llvm.store %{{.*}} : f64, !llvm.ptr
// CHECK:         scf.for %[[I:.*]] = %c0 to %{{.*}} step %c128
// CHECK:           scf.for %{{.*}} = %[[TILE]] to %[[END]]
// CHECK:             llvm.store %{{.*}} : f32, !llvm.ptr
// CHECK:           %[[LAST:.*]] = arith.minsi
// CHECK:           scf.for %{{.*}} = %[[I]] to %[[LAST]]
// CHECK:             scf.for %[[J:.*]] = %[[TILE]] to %[[END]]
// CHECK:               %[[AT:.*]] = llvm.getelementptr inbounds %[[PARTIAL]][
// CHECK:               %[[S:.*]] = arith.addf %{{.*}}, %{{.*}} : f32
// CHECK-NEXT:          llvm.store %[[S]], %[[AT]]
// CHECK:           scf.for %{{.*}} = %[[TILE]] to %[[END]]
// CHECK:             %[[AT:.*]] = llvm.getelementptr inbounds %[[TOTAL]][
// CHECK:             arith.extf %{{.*}} : f32 to f64
// CHECK:             %[[S:.*]] = arith.addf %{{.*}}, %{{.*}} : f64
// CHECK-NEXT:        llvm.store %[[S]], %[[AT]]
// CHECK:         scf.for %{{.*}} = %[[TILE]] to %[[END]]
// CHECK:           %[[RESULT:.*]] = arith.truncf %{{.*}} : f64 to f32
// CHECK:           llvm.store %[[RESULT]]
nn.command @many doc "" flags [] {
  %n = nn.constant dense<5000> : tensor<i64>
  nn.bind_size "n" = %n
  %a = nn.random normal %n place 1 : f32[n, n]
  %e = nn.fused(%a) : (f32[n, n]) -> (f32[n]) {
  ^bb0(%i: !nn.tensor<f32[n, n]>):
    %x = nn.reduce sum %i [0] : f32[n, n] -> f32[n]
    nn.yield %x : f32[n]
  }
  %s = nn.format ["", ""] [""] (%e) : f32[n]
  nn.print %s
  nn.end
}

// -----

// Of the kept axes inside reduced ones, all but the last go outside, where they are shared out among threads. Four turns of the
// outer reduced axis are 120 rows.
// CHECK-LABEL: func.func private @command.around.fused0(
// CHECK-SAME:    %[[B:[a-z0-9]+]]: i64, %[[E:[a-z0-9]+]]: i64, %{{[a-z0-9]+}}: i64)
// CHECK-DAG:   llvm.alloca %c7_i64 x f32
// CHECK-DAG:   llvm.alloca %c7_i64 x f64
// CHECK-DAG:   %[[BI:.*]] = arith.index_cast %[[B]] : i64 to index
// CHECK-DAG:   %[[EI:.*]] = arith.index_cast %[[E]] : i64 to index
// CHECK:       scf.for %{{.*}} = %[[BI]] to %[[EI]]
// CHECK:         scf.for %{{.*}} = %c0 to %c7
// CHECK:         scf.for %[[I:.*]] = %c0 to %{{.*}} step %c4
// CHECK:           scf.for %{{.*}} = %[[I]] to
// CHECK:             scf.for %{{.*}} = %c0 to %c30
// CHECK:               scf.for %{{.*}} = %c0 to %c7
// CHECK:                 arith.addf %{{.*}}, %{{.*}} : f32
nn.command @around doc "" flags [] {
  %n = nn.constant dense<5000> : tensor<i64>
  nn.bind_size "n" = %n
  %a = nn.random normal %n place 1 : f32[n, 9, 30, 7]
  %e = nn.fused(%a) : (f32[n, 9, 30, 7]) -> (f32[9, 7]) {
  ^bb0(%i: !nn.tensor<f32[n, 9, 30, 7]>):
    %x = nn.reduce sum %i [0, 2] : f32[n, 9, 30, 7] -> f32[9, 7]
    nn.yield %x : f32[9, 7]
  }
  %s = nn.format ["", ""] [""] (%e) : f32[9, 7]
  nn.print %s
  nn.end
}

// -----

// f64 has no wider type: a second number has what each addition rounded off. What reductions do not round needs none.
// CHECK-LABEL: func.func private @command.pair.fused0(
// CHECK:       %[[T:.*]]:3 = scf.for %{{.*}} step %c1024 iter_args(%[[A:.*]] = %{{.*}}, %[[C:.*]] = %{{.*}}, %[[M:.*]] = %{{.*}}) -> (f64, f64, f64)
// CHECK:         %[[P:.*]]:2 = scf.for
// CHECK:         %[[NEXT:.*]] = arith.addf %[[A]], %[[P]]#0 : f64
// CHECK:         %[[TAKEN:.*]] = arith.subf %[[NEXT]], %[[A]] : f64
// CHECK-DAG:     %[[KEPT:.*]] = arith.subf %[[NEXT]], %[[TAKEN]] : f64
// CHECK-DAG:     %[[EA:.*]] = arith.subf %[[A]], %[[KEPT]] : f64
// CHECK-DAG:     %[[EP:.*]] = arith.subf %[[P]]#0, %[[TAKEN]] : f64
// CHECK-DAG:     %[[ERROR:.*]] = arith.addf %[[EA]], %[[EP]] : f64
// CHECK:         %[[COMPENSATION:.*]] = arith.addf %[[C]], %[[ERROR]] : f64
// CHECK:         %[[MAX:.*]] = arith.maximumf %[[M]], %[[P]]#1
// CHECK:         scf.yield %[[NEXT]], %[[COMPENSATION]], %[[MAX]]
nn.command @pair doc "" flags [] {
  %n = nn.constant dense<5000> : tensor<i64>
  nn.bind_size "n" = %n
  %a = nn.random normal %n place 1 : f64[n]
  %e:2 = nn.fused(%a) : (f64[n]) -> (f64, f64) {
  ^bb0(%i: !nn.tensor<f64[n]>):
    %x = nn.reduce sum %i [0] : f64[n] -> f64
    %y = nn.reduce max %i [0] : f64[n] -> f64
    nn.yield %x, %y : f64, f64
  }
  %s = nn.format ["", "", ""] ["", ""] (%e#0, %e#1) : f64, f64
  nn.print %s
  nn.end
}

// -----

// What is only stored in bf16 is summed in f32.
// CHECK-LABEL: func.func private @command.stored.fused1(
// CHECK:       scf.for %{{.*}} = %c0 to %c32
// CHECK:         %[[WIDE:.*]] = arith.extf %{{.*}} : bf16 to f32
// CHECK:         arith.addf %{{.*}}, %[[WIDE]] : f32
// CHECK-NOT:   arith.addf {{.*}} : bf16
// CHECK:       arith.truncf %{{.*}} : f32 to bf16
nn.command @stored doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[32, 8]
  %b = nn.fused(%a) : (f32[32, 8]) -> (bf16[32, 8]) {
  ^bb0(%i: !nn.tensor<f32[32, 8]>):
    %x = nn.convert %i : f32[32, 8] -> bf16[32, 8]
    nn.yield %x : bf16[32, 8]
  }
  %e = nn.fused(%b) : (bf16[32, 8]) -> (bf16[8]) {
  ^bb0(%i: !nn.tensor<bf16[32, 8]>):
    %x = nn.reduce sum %i [0] : bf16[32, 8] -> bf16[8]
    nn.yield %x : bf16[8]
  }
  %w = nn.fused(%e) : (bf16[8]) -> (f32[8]) {
  ^bb0(%i: !nn.tensor<bf16[8]>):
    %x = nn.convert %i : bf16[8] -> f32[8]
    nn.yield %x : f32[8]
  }
  %s = nn.format ["", ""] [""] (%w) : f32[8]
  nn.print %s
  nn.end
}

// -----

// A few outer elements are combined one by one.
// CHECK-LABEL: func.func private @command.few.fused0(
// CHECK-NOT:   scf.for
// CHECK:       scf.for
// CHECK-COUNT-4: llvm.load %{{.*}} -> f32
// CHECK-NOT:   scf.for
// CHECK:       llvm.store
nn.command @few doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[4, 8]
  %e = nn.fused(%a) : (f32[4, 8]) -> (f32[8]) {
  ^bb0(%i: !nn.tensor<f32[4, 8]>):
    %x = nn.reduce sum %i [0] : f32[4, 8] -> f32[8]
    nn.yield %x : f32[8]
  }
  %s = nn.format ["", ""] [""] (%e) : f32[8]
  nn.print %s
  nn.end
}

// -----

// The largest of each window of 2 x 2: the windows are read where they lie.
// CHECK-LABEL: func.func private @command.pool.fused0(
// CHECK-COUNT-3: scf.for
// CHECK-NOT:   scf.for
// CHECK-COUNT-3: arith.maximumf
// CHECK:       llvm.store
nn.command @pool doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[2, 4, 8]
  %e = nn.fused(%a) : (f32[2, 4, 8]) -> (f32[2, 2, 4]) {
  ^bb0(%i: !nn.tensor<f32[2, 4, 8]>):
    %w = nn.patches %i kernel [2, 2] strides [2, 2] dilations [1, 1] : f32[2, 4, 8] -> f32[2, 2, 2, 2, 4]
    %x = nn.reduce max %w [1, 2] : f32[2, 2, 2, 2, 4] -> f32[2, 2, 4]
    nn.yield %x : f32[2, 2, 4]
  }
  %s = nn.format ["", ""] [""] (%e) : f32[2, 2, 4]
  nn.print %s
  nn.end
}

// -----

// All of a large tensor: blocks of 1024, whose sums are added in f64. The host loads the scalar.
// CHECK-LABEL: func.func @command.full
// CHECK:         call @command.full.fused0
// CHECK:         llvm.load %{{.*}} -> f32
// CHECK:       func.func private @command.full.fused0(
// CHECK:         %[[TOTAL:.*]] = scf.for %[[I:.*]] = %c0 to %{{.*}} step %c1024 iter_args(%[[BEFORE:.*]] = %{{.*}}) -> (f64)
// CHECK:           arith.minsi
// CHECK:           %[[BLOCK:.*]] = scf.for %{{.*}} = %[[I]] to
// CHECK:             arith.addf %{{.*}} fastmath<reassoc>
// CHECK:           %[[ADDEND:.*]] = arith.extf %[[BLOCK]] : f32 to f64
// CHECK:           arith.addf %[[BEFORE]], %[[ADDEND]] : f64
// CHECK:         %[[RESULT:.*]] = arith.truncf %[[TOTAL]] : f64 to f32
// CHECK:         llvm.store %[[RESULT]]
nn.command @full doc "" flags [] {
  %n = nn.constant dense<5000> : tensor<i64>
  nn.bind_size "n" = %n
  %a = nn.random normal %n place 1 : f32[n, 8]
  %e = nn.fused(%a) : (f32[n, 8]) -> (f32) {
  ^bb0(%i: !nn.tensor<f32[n, 8]>):
    %x = nn.reduce sum %i [0, 1] : f32[n, 8] -> f32
    nn.yield %x : f32
  }
  %s = nn.format ["", ""] [""] (%e) : f32
  nn.print %s
  nn.end
}

// -----

// Of run-time size: through nn_parallel_for, by rows, about 32768 elements to a range.
// CHECK-LABEL: func.func @command.threads
// CHECK:         call @command.threads.fused0.launch(%{{.*}}, %{{.*}}, %{{.*}}, %c8_i64)
// CHECK:       func.func private @command.threads.fused0.range(%{{.*}}: !llvm.ptr, %[[B:.*]]: i64, %[[E:.*]]: i64)
// CHECK:         call @command.threads.fused0(%{{.*}}, %{{.*}}, %[[B]], %[[E]])
// CHECK:       func.func private @command.threads.fused0.launch(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %[[TURNS:.*]]: i64, %[[ELEMENTS:.*]]: i64)
// CHECK:         %[[BODY:.*]] = constant @command.threads.fused0.range
// CHECK:         %[[EACH:.*]] = arith.maxsi %[[ELEMENTS]], %c1_i64
// CHECK:         %[[FITS:.*]] = arith.divsi %c32768_i64, %[[EACH]]
// CHECK:         %[[GRAIN:.*]] = arith.maxsi %[[FITS]], %c1_i64
// CHECK:         %[[POINTER:.*]] = builtin.unrealized_conversion_cast %[[BODY]]
// CHECK:         call @nn_parallel_for(%[[POINTER]], %{{.*}}, %[[TURNS]], %[[GRAIN]])
nn.command @threads doc "" flags [#nn.flag<name = "n", type = int>] {
^bb0(%n: !nn.tensor<i64>):
  nn.bind_size "n" = %n
  %a = nn.random normal %n place 1 : f32[n, 8]
  %e = nn.fused(%a) : (f32[n, 8]) -> (f32[n]) {
  ^bb0(%i: !nn.tensor<f32[n, 8]>):
    %x = nn.reduce max %i [1] : f32[n, 8] -> f32[n]
    nn.yield %x : f32[n]
  }
  %s = nn.format ["", ""] [""] (%e) : f32[n]
  nn.print %s
  nn.end
}

// -----

// An index is checked; the message has the place.
// CHECK: llvm.mlir.global {{.*}}kernels.mlir:[[# @LINE + 12]]\00
// CHECK-LABEL: func.func private @command.gather.fused0(
// CHECK:         %[[BAD:.*]] = arith.cmpi uge
// CHECK:         scf.if %[[BAD]]
// CHECK:           func.call @nn_index_failed
nn.command @gather doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[4, 8]
  %i = nn.constant dense<[1, 2]> : tensor<2xi32>
  %e = nn.fused(%a, %i) : (f32[4, 8], i32[2]) -> (f32[2, 8]) {
  ^bb0(%x: !nn.tensor<f32[4, 8]>, %j: !nn.tensor<i32[2]>):
    // Rows 1 and 2.
    %g = nn.gather %x at %j batch 0 : f32[4, 8], i32[2] -> f32[2, 8]
    nn.yield %g : f32[2, 8]
  }
  %s = nn.format ["", ""] [""] (%e) : f32[2, 8]
  nn.print %s
  nn.end
}

// -----

// A part of a larger tensor: its rows do not follow each other, so each has a loop.
// CHECK-LABEL: func.func private @command.part.fused0(
// CHECK:       scf.for
// CHECK:         scf.for %{{.*}} = %c0 to %c4
nn.command @part doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[4, 8]
  %e = nn.fused(%a) : (f32[4, 8]) -> (f32[2, 4]) {
  ^bb0(%i: !nn.tensor<f32[4, 8]>):
    %x = nn.slice %i [0, 0] strides [1, 1] : f32[4, 8] -> f32[2, 4]
    nn.yield %x : f32[2, 4]
  }
  %s = nn.format ["", ""] [""] (%e) : f32[2, 4]
  nn.print %s
  nn.end
}
