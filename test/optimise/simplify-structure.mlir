// RUN: nn-opt %s --nn-simplify-structure | FileCheck %s

// CHECK-LABEL: @paired_scatter
nn.func @paired_scatter {
^bb0(%dy: !nn.tensor<f32[n]>, %y: !nn.tensor<i32[n]>):
  // CHECK-DAG: %[[I:.*]] = nn.iota 1 : i32[n, 10]
  // CHECK-DAG: %[[Y:.*]] = nn.broadcast %{{.*}} [0] : i32[n] -> i32[n, 10]
  // CHECK: %[[C:.*]] = nn.eq %[[I]], %[[Y]]
  // CHECK: nn.select %[[C]]
  // CHECK-NOT: nn.scatter_add
  %s = nn.scatter_add %dy at %y batch 1 : f32[n], i32[n] -> f32[n, 10]
  nn.return %s : f32[n, 10]
}

// Rows that may meet at one index still add up.
// CHECK-LABEL: @embedding
nn.func @embedding {
^bb0(%dy: !nn.tensor<f32[n, 8]>, %y: !nn.tensor<i32[n]>):
  // CHECK: nn.scatter_add
  %s = nn.scatter_add %dy at %y batch 0 : f32[n, 8], i32[n] -> f32[10, 8]
  nn.return %s : f32[10, 8]
}

// CHECK-LABEL: @transposed_operand
nn.func @transposed_operand {
^bb0(%a: !nn.tensor<f32[4, 8]>, %b: !nn.tensor<f32[4, 6]>):
  // CHECK-NOT: nn.transpose
  // CHECK: nn.contract %{{.*}}, %{{.*}} batch [], [] contract [0], [0] : f32[4, 8], f32[4, 6] -> f32[8, 6]
  %t = nn.transpose %a [1, 0] : f32[4, 8] -> f32[8, 4]
  %c = nn.contract %t, %b batch [], [] contract [1], [0] : f32[8, 4], f32[4, 6] -> f32[8, 6]
  nn.return %c : f32[8, 6]
}

// Free axes that the transpose exchanges are in the result in that order: it has to stay.
// CHECK-LABEL: @exchanged_free_axes
nn.func @exchanged_free_axes {
^bb0(%a: !nn.tensor<f32[2, 3, 4]>, %b: !nn.tensor<f32[4, 6]>):
  // CHECK: nn.transpose
  %t = nn.transpose %a [1, 0, 2] : f32[2, 3, 4] -> f32[3, 2, 4]
  %c = nn.contract %t, %b batch [], [] contract [2], [0] : f32[3, 2, 4], f32[4, 6] -> f32[3, 2, 6]
  nn.return %c : f32[3, 2, 6]
}

// CHECK-LABEL: @transposed_result
nn.func @transposed_result {
^bb0(%a: !nn.tensor<f32[4, 8]>, %b: !nn.tensor<f32[8, 6]>):
  // CHECK: nn.contract %[[B:.*]], %[[A:.*]] batch [], [] contract [0], [1] : f32[8, 6], f32[4, 8] -> f32[6, 4]
  // CHECK-NOT: nn.transpose
  %c = nn.contract %a, %b batch [], [] contract [1], [0] : f32[4, 8], f32[8, 6] -> f32[4, 6]
  %t = nn.transpose %c [1, 0] : f32[4, 6] -> f32[6, 4]
  nn.return %t : f32[6, 4]
}

// CHECK-LABEL: @no_axes
nn.func @no_axes {
^bb0(%a: !nn.tensor<f32>):
  // CHECK-NOT: nn.reduce
  %r = nn.reduce sum %a [] : f32 -> f32
  nn.return %r : f32
}
