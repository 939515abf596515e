// Without merging, each operation is a group of its own.
// RUN: nn-opt %s --nn-fuse=merge=false | FileCheck %s
// CHECK:       %[[A:.*]] = nn.fused(%{{.*}}) : (f32[4]) -> (f32[4]) {
// CHECK-NEXT:  ^bb0(%[[X:.*]]: !nn.tensor<f32[4]>):
// CHECK-NEXT:    %[[E:.*]] = nn.exp %[[X]]
// CHECK-NEXT:    nn.yield %[[E]]
// CHECK-NEXT:  }
// CHECK-NEXT:  %[[T:.*]] = nn.fused(%[[A]]) : (f32[4]) -> (f32[4]) {
// CHECK-NEXT:  ^bb0(%[[Y:.*]]: !nn.tensor<f32[4]>):
// CHECK-NEXT:    %[[H:.*]] = nn.tanh %[[Y]]
// CHECK-NEXT:    nn.yield %[[H]]
// CHECK-NEXT:  }
// CHECK-NEXT:  nn.return %[[T]]
nn.func @chain {
^bb0(%x: !nn.tensor<f32[4]>):
  %a = nn.exp %x : f32[4]
  %t = nn.tanh %a : f32[4]
  nn.return %t : f32[4]
}
