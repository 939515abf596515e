// Without merging, each operation is a group of its own.
// RUN: nn-opt %s --nn-fuse=merge=false | FileCheck %s
// CHECK-COUNT-2: nn.fused
nn.func @chain {
^bb0(%x: !nn.tensor<f32[4]>):
  %a = nn.exp %x : f32[4]
  %t = nn.tanh %a : f32[4]
  nn.return %t : f32[4]
}
