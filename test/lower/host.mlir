// Control, data and output on the host.
// RUN: nn-opt %s --nn-lower-to-loops --split-input-file | FileCheck %s
// RUN: nn-opt %s --nn-lower-to-loops --split-input-file | FileCheck %s --check-prefix=TABLE

// Leaving a loop and going on with the next turn; the module's table of commands.
// CHECK: nn.commands = [#nn.unit<name = "control", function = @command.control, doc = "D", flags = [#nn.flag<name = "k", type = int>], location = "{{.*}}host.mlir:[[# @LINE + 9]]"
// CHECK-LABEL: func.func @command.control
// CHECK:         cf.cond_br %{{.*}}, ^[[BODY:bb[0-9]+]], ^[[EXIT:bb[0-9]+]]
// CHECK:       ^[[BODY]]:
// CHECK:         cf.cond_br %{{.*}}, ^[[BREAK:bb[0-9]+]], ^[[ELSE:bb[0-9]+]]
// CHECK:       ^[[EXIT]]:
// CHECK:         return
// CHECK:       ^[[BREAK]]:
// CHECK-NEXT:    cf.br ^[[EXIT]]
nn.command @control doc "D" flags [#nn.flag<name = "k", type = int>] {
^bb0(%k: !nn.tensor<i64>):
  nn.for %k to %k {
  ^bb0(%i: !nn.tensor<i64>):
    %c = nn.eq %i, %k : i64 -> i1
    nn.if %c {
      nn.break
    } else {
      nn.continue
    }
    nn.end
  }
  nn.end
}

// -----

// Batches: memory for the largest before the loop, the last one may be short; handles are freed each turn.
// CHECK-LABEL: func.func @command.batches
// CHECK:         call @nn_csv
// CHECK:         %[[COUNT:.*]] = call @nn_dataset_count
// CHECK:         %[[MAX:.*]] = arith.minsi %{{.*}}, %[[COUNT]]
// CHECK:         call @nn_region_reserve
// CHECK:         %[[MARK:.*]] = call @nn_scope_enter
// CHECK:         %[[FIRST:.*]] = llvm.load
// CHECK:         arith.cmpi slt, %[[FIRST]], %[[COUNT]]
// CHECK:         call @nn_scope_leave(%[[MARK]])
// CHECK:         %[[LEFT:.*]] = arith.subi %[[COUNT]], %[[FIRST]]
// CHECK:         %[[ROWS:.*]] = arith.minsi %{{.*}}, %[[LEFT]]
// CHECK:         call @nn_dataset_gather(%{{.*}}, %{{.*}}, %[[FIRST]], %[[ROWS]], %{{.*}})
// CHECK:         call @command.batches.contract0(%{{.*}}, %{{.*}}, %{{.*}}, %[[ROWS]])
// CHECK:         call @nn_format_tensor
// CHECK:         call @nn_scope_leave(%[[MARK]])
// CHECK:       func.func private @command.batches.contract0(%[[TO:.*]]: !llvm.ptr {{.*}}, %[[A:.*]]: !llvm.ptr {{.*}}, %[[B:.*]]: !llvm.ptr {{.*}}, %{{.*}}: i64)
// CHECK:         call @nn_contract_f32_v2(%[[TO]], %[[A]], %[[B]],
nn.command @batches doc "" flags [] {
  nn.variable param @w : f32[3, 2]
  %path = nn.string "a.csv"
  %zero = nn.constant dense<0> : tensor<i64>
  %size = nn.constant dense<32> : tensor<i64>
  %data = nn.source csv %path options %zero, %zero, %size fields [#nn.field<name = "x", type = !nn.tensor<f32[3]>>] : !nn.dataset<rows>
  nn.batches %data, %size rows "n" fields [0] : !nn.dataset<rows> {
  ^bb0(%x: !nn.tensor<f32[n, 3]>):
    %w = nn.read @w : f32[3, 2]
    %y = nn.contract %x, %w batch [], [] contract [1], [0] : f32[n, 3], f32[3, 2] -> f32[n, 2]
    %s = nn.format ["", ""] [""] (%y) : f32[n, 2]
    nn.print %s
    nn.end
  }
  nn.end
}

// -----

// The matrix product fits the CPU; operands lie as they are, the left one transposed.
// CHECK-LABEL: func.func @command.level
// CHECK:         call @nn_contract_f64_v4(
module attributes {nn.cpu_level = 4 : i64} {
  nn.command @level doc "" flags [] {
    nn.variable param @w : f64[3, 2]
    %w = nn.read @w : f64[3, 2]
    %y = nn.contract %w, %w batch [], [] contract [0], [0] : f64[3, 2], f64[3, 2] -> f64[2, 2]
    %s = nn.format ["", ""] [""] (%y) : f64[2, 2]
    nn.print %s
    nn.end
  }
}

// -----

// TABLE:      global internal constant @integer.{{[0-9]+}}(dense<[1, 0]> : tensor<2xi64>)
// TABLE:      global internal constant @tensors.{{[0-9]+}}()
// TABLE:      addressof @[[DIMS:dims.[0-9]+]]
// TABLE:      global internal constant @[[DIMS]](dense<[3, 2]> : tensor<2xi64>) {{.*}} : !llvm.array<2 x i64>

// Strings in variables, files, progress.
// The tensor's name and shape, the columns and the places of calls are constants; w lies at 0, the text's pointer after it.
// CHECK-DAG:   global internal constant @[[PLACE:str.*]]("{{.*}}host.mlir:[[# @LINE + 40]]\00")
// CHECK-DAG:   global internal constant @[[W:str.*]]("w\00")
// CHECK-DAG:   global internal constant @[[FILE:str.*]]("m.safetensors\00")
// CHECK-DAG:   global internal constant @{{str.*}}("epoch\00")
// CHECK-DAG:   global internal constant @{{str.*}}("loss\00")
// CHECK-LABEL: func.func @command.output
// CHECK:         %[[TEXT:.*]] = llvm.mlir.addressof @[[FILE]]
// CHECK:         %[[SLOT:.*]] = llvm.getelementptr inbounds %{{.*}}[%c24_i64]
// CHECK:         %[[OLD:.*]] = llvm.load %[[SLOT]]
// CHECK:         %[[NEW:.*]] = call @nn_string_assign(%[[OLD]], %[[TEXT]])
// CHECK:         llvm.store %[[NEW]], %[[SLOT]]
// CHECK:         %[[WS:.*]] = llvm.getelementptr inbounds %{{.*}}[%c0_i64
// CHECK:         %[[ONE:c1.*]] = arith.constant 1 : i64
// CHECK:         llvm.store %[[WS]], %[[PLACES:.*]] : !llvm.ptr, !llvm.ptr
// CHECK:         call @nn_save(%{{.*}}, %[[TEXT]], %[[ONE]], %{{.*}}, %{{.*}})
// CHECK:         call @nn_load(%{{.*}}, %[[TEXT]], %{{.*}}, %{{.*}}, %{{.*}})
// CHECK:         %[[EPOCH:.*]] = arith.sitofp %{{.*}} : i64 to f64
// CHECK:         %[[LOSS:.*]] = arith.extf %[[F:.*]] : f32 to f64
// CHECK:         llvm.store %[[EPOCH]], %{{.*}} : f64
// CHECK:         llvm.store %[[LOSS]], %{{.*}} : f64
// CHECK:         call @nn_report(
// CHECK:         %[[C:.*]] = arith.cmpf ogt, %[[F]], %[[F]]
// CHECK:         cf.cond_br %[[C]], ^[[HOLDS:bb[0-9]+]], ^[[FAILS:bb[0-9]+]]
// CHECK:       ^[[FAILS]]:
// CHECK-NEXT:    %[[AT:.*]] = llvm.mlir.addressof @[[PLACE]]
// CHECK-NEXT:    call @nn_assert_failed(%[[AT]], %[[TEXT]])
// CHECK-NEXT:    cf.br ^[[HOLDS]]
// CHECK:       ^[[HOLDS]]:
// CHECK-NEXT:    return
nn.command @output doc "" flags [] {
  nn.variable param @w : f32[3, 2]
  nn.variable var @text : !nn.str
  %s = nn.string "m.safetensors"
  nn.assign @text, %s : !nn.str
  nn.save %s [@w] as ["w"]
  nn.load %s [@w] as ["w"]
  %i = nn.constant dense<1> : tensor<i64>
  %f = nn.constant dense<1.0> : tensor<f32>
  nn.report ["epoch", "loss"] (%i, %f) : i64, f32
  %c = nn.gt %f, %f : f32 -> i1
  nn.assert %c {
    nn.yield %s : !nn.str
  }
  nn.end
}
