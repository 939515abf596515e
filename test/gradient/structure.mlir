// The rule of each structural operation: transposes of each other. %w stands for a cotangent.
// RUN: nn-opt --nn-expand-gradients %s | FileCheck %s

// CHECK-LABEL: nn.func @broadcast
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[3]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[n, 3, t]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.broadcast %[[A0]] [1] : f32[3] -> f32[n, 3, t]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A1]] : f32[n, 3, t]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1, 2] : f32[n, 3, t] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[n, 3, t]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A1]] : f32[n, 3, t]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.reduce sum %[[V5]] [0, 2] : f32[n, 3, t] -> f32[3]
// CHECK-NEXT: nn.return %[[V6]] : f32[3]
nn.func @broadcast {
^bb0(%x: !nn.tensor<f32[3]>, %w: !nn.tensor<f32[n, 3, t]>):
  %y = nn.broadcast %x [1] : f32[3] -> f32[n, 3, t]
  %p = nn.mul %y, %w : f32[n, 3, t]
  %s = nn.reduce sum %p [0, 1, 2] : f32[n, 3, t] -> f32
  %g = nn.grad %s wrt (%x) [] : f32, (f32[3]) -> (f32[3]), ()
  nn.return %g : f32[3]
}

// CHECK-LABEL: nn.func @reshape
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[n, 2, 3]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[6*n]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.reshape %[[A0]] : f32[n, 2, 3] -> f32[6*n]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A1]] : f32[6*n]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0] : f32[6*n] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[6*n]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A1]] : f32[6*n]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.reshape %[[V5]] : f32[6*n] -> f32[n, 2, 3]
// CHECK-NEXT: nn.return %[[V6]] : f32[n, 2, 3]
nn.func @reshape {
^bb0(%x: !nn.tensor<f32[n, 2, 3]>, %w: !nn.tensor<f32[6*n]>):
  %y = nn.reshape %x : f32[n, 2, 3] -> f32[6*n]
  %p = nn.mul %y, %w : f32[6*n]
  %s = nn.reduce sum %p [0] : f32[6*n] -> f32
  %g = nn.grad %s wrt (%x) [] : f32, (f32[n, 2, 3]) -> (f32[n, 2, 3]), ()
  nn.return %g : f32[n, 2, 3]
}

// CHECK-LABEL: nn.func @transpose
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[n, 2, 3]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[3, n, 2]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.transpose %[[A0]] [2, 0, 1] : f32[n, 2, 3] -> f32[3, n, 2]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A1]] : f32[3, n, 2]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1, 2] : f32[3, n, 2] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[3, n, 2]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A1]] : f32[3, n, 2]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.transpose %[[V5]] [1, 2, 0] : f32[3, n, 2] -> f32[n, 2, 3]
// CHECK-NEXT: nn.return %[[V6]] : f32[n, 2, 3]
nn.func @transpose {
^bb0(%x: !nn.tensor<f32[n, 2, 3]>, %w: !nn.tensor<f32[3, n, 2]>):
  %y = nn.transpose %x [2, 0, 1] : f32[n, 2, 3] -> f32[3, n, 2]
  %p = nn.mul %y, %w : f32[3, n, 2]
  %s = nn.reduce sum %p [0, 1, 2] : f32[3, n, 2] -> f32
  %g = nn.grad %s wrt (%x) [] : f32, (f32[n, 2, 3]) -> (f32[n, 2, 3]), ()
  nn.return %g : f32[n, 2, 3]
}

// CHECK-LABEL: nn.func @slice
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[n, 10]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[n, 2]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.slice %[[A0]] [0, 2] strides [1, 3] : f32[n, 10] -> f32[n, 2]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A1]] : f32[n, 2]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1] : f32[n, 2] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[n, 2]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A1]] : f32[n, 2]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.pad %[[V5]] low [0, 2] high [0, 4] interior [0, 2] : f32[n, 2] -> f32[n, 10]
// CHECK-NEXT: nn.return %[[V6]] : f32[n, 10]
nn.func @slice {
^bb0(%x: !nn.tensor<f32[n, 10]>, %w: !nn.tensor<f32[n, 2]>):
  %y = nn.slice %x [0, 2] strides [1, 3] : f32[n, 10] -> f32[n, 2]
  %p = nn.mul %y, %w : f32[n, 2]
  %s = nn.reduce sum %p [0, 1] : f32[n, 2] -> f32
  %g = nn.grad %s wrt (%x) [] : f32, (f32[n, 10]) -> (f32[n, 10]), ()
  nn.return %g : f32[n, 10]
}

// CHECK-LABEL: nn.func @pad
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[n, 2]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[n + 3, 6]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.pad %[[A0]] low [1, 0] high [2, 3] interior [0, 1] : f32[n, 2] -> f32[n + 3, 6]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A1]] : f32[n + 3, 6]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1] : f32[n + 3, 6] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[n + 3, 6]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A1]] : f32[n + 3, 6]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.slice %[[V5]] [1, 0] strides [1, 2] : f32[n + 3, 6] -> f32[n, 2]
// CHECK-NEXT: nn.return %[[V6]] : f32[n, 2]
nn.func @pad {
^bb0(%x: !nn.tensor<f32[n, 2]>, %w: !nn.tensor<f32[n + 3, 6]>):
  %y = nn.pad %x low [1, 0] high [2, 3] interior [0, 1] : f32[n, 2] -> f32[n + 3, 6]
  %p = nn.mul %y, %w : f32[n + 3, 6]
  %s = nn.reduce sum %p [0, 1] : f32[n + 3, 6] -> f32
  %g = nn.grad %s wrt (%x) [] : f32, (f32[n, 2]) -> (f32[n, 2]), ()
  nn.return %g : f32[n, 2]
}

// CHECK-LABEL: nn.func @concat
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[n, 2]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[2*n + t, 2]>, %[[A2:[a-z0-9]+]]: !nn.tensor<f32[t, 2]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.concat %[[A0]], %[[A2]], %[[A0]] along 0 : f32[n, 2], f32[t, 2], f32[n, 2] -> f32[2*n + t, 2]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A1]] : f32[2*n + t, 2]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1] : f32[2*n + t, 2] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[2*n + t, 2]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A1]] : f32[2*n + t, 2]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.slice %[[V5]] [0, 0] strides [1, 1] : f32[2*n + t, 2] -> f32[n, 2]
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.slice %[[V5]] [n + t, 0] strides [1, 1] : f32[2*n + t, 2] -> f32[n, 2]
// CHECK-NEXT: %[[V8:[a-z0-9]+]] = nn.add %[[V6]], %[[V7]] : f32[n, 2]
// CHECK-NEXT: nn.return %[[V8]] : f32[n, 2]
nn.func @concat {
^bb0(%x: !nn.tensor<f32[n, 2]>, %w: !nn.tensor<f32[2*n + t, 2]>, %z: !nn.tensor<f32[t, 2]>):
  %y = nn.concat %x, %z, %x along 0 : f32[n, 2], f32[t, 2], f32[n, 2] -> f32[2*n + t, 2]
  %p = nn.mul %y, %w : f32[2*n + t, 2]
  %s = nn.reduce sum %p [0, 1] : f32[2*n + t, 2] -> f32
  %g = nn.grad %s wrt (%x) [] : f32, (f32[n, 2]) -> (f32[n, 2]), ()
  nn.return %g : f32[n, 2]
}

// CHECK-LABEL: nn.func @gather
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[5, 2]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[n, 2]>, %[[A2:[a-z0-9]+]]: !nn.tensor<i32[n]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.gather %[[A0]] at %[[A2]] batch 0 : f32[5, 2], i32[n] -> f32[n, 2]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A1]] : f32[n, 2]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1] : f32[n, 2] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[n, 2]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A1]] : f32[n, 2]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.scatter_add %[[V5]] at %[[A2]] batch 0 : f32[n, 2], i32[n] -> f32[5, 2]
// CHECK-NEXT: nn.return %[[V6]] : f32[5, 2]
nn.func @gather {
^bb0(%x: !nn.tensor<f32[5, 2]>, %w: !nn.tensor<f32[n, 2]>, %i: !nn.tensor<i32[n]>):
  %y = nn.gather %x at %i batch 0 : f32[5, 2], i32[n] -> f32[n, 2]
  %p = nn.mul %y, %w : f32[n, 2]
  %s = nn.reduce sum %p [0, 1] : f32[n, 2] -> f32
  %g = nn.grad %s wrt (%x) [] : f32, (f32[5, 2]) -> (f32[5, 2]), ()
  nn.return %g : f32[5, 2]
}

// CHECK-LABEL: nn.func @scatter_add
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[n, 2]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[5, 2]>, %[[A2:[a-z0-9]+]]: !nn.tensor<i32[n]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.scatter_add %[[A0]] at %[[A2]] batch 0 : f32[n, 2], i32[n] -> f32[5, 2]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A1]] : f32[5, 2]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0, 1] : f32[5, 2] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[5, 2]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A1]] : f32[5, 2]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.gather %[[V5]] at %[[A2]] batch 0 : f32[5, 2], i32[n] -> f32[n, 2]
// CHECK-NEXT: nn.return %[[V6]] : f32[n, 2]
nn.func @scatter_add {
^bb0(%x: !nn.tensor<f32[n, 2]>, %w: !nn.tensor<f32[5, 2]>, %i: !nn.tensor<i32[n]>):
  %y = nn.scatter_add %x at %i batch 0 : f32[n, 2], i32[n] -> f32[5, 2]
  %p = nn.mul %y, %w : f32[5, 2]
  %s = nn.reduce sum %p [0, 1] : f32[5, 2] -> f32
  %g = nn.grad %s wrt (%x) [] : f32, (f32[n, 2]) -> (f32[n, 2]), ()
  nn.return %g : f32[n, 2]
}

// CHECK-LABEL: nn.func @reduce_sum
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[n, 2]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[2]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.reduce sum %[[A0]] [0] : f32[n, 2] -> f32[2]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A1]] : f32[2]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0] : f32[2] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[2]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A1]] : f32[2]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.broadcast %[[V5]] [1] : f32[2] -> f32[n, 2]
// CHECK-NEXT: nn.return %[[V6]] : f32[n, 2]
nn.func @reduce_sum {
^bb0(%x: !nn.tensor<f32[n, 2]>, %w: !nn.tensor<f32[2]>):
  %y = nn.reduce sum %x [0] : f32[n, 2] -> f32[2]
  %p = nn.mul %y, %w : f32[2]
  %s = nn.reduce sum %p [0] : f32[2] -> f32
  %g = nn.grad %s wrt (%x) [] : f32, (f32[n, 2]) -> (f32[n, 2]), ()
  nn.return %g : f32[n, 2]
}

// Elements that tie share the gradient.
// CHECK-LABEL: nn.func @reduce_max
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[n, 2]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[2]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.reduce max %[[A0]] [0] : f32[n, 2] -> f32[2]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A1]] : f32[2]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0] : f32[2] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[2]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A1]] : f32[2]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.broadcast %[[V0]] [1] : f32[2] -> f32[n, 2]
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.eq %[[A0]], %[[V6]] : f32[n, 2] -> i1[n, 2]
// CHECK-NEXT: %[[V8:[a-z0-9]+]] = nn.convert %[[V7]] : i1[n, 2] -> f32[n, 2]
// CHECK-NEXT: %[[V9:[a-z0-9]+]] = nn.reduce sum %[[V8]] [0] : f32[n, 2] -> f32[2]
// CHECK-NEXT: %[[V10:[a-z0-9]+]] = nn.div %[[V5]], %[[V9]] : f32[2]
// CHECK-NEXT: %[[V11:[a-z0-9]+]] = nn.broadcast %[[V10]] [1] : f32[2] -> f32[n, 2]
// CHECK-NEXT: %[[V12:[a-z0-9]+]] = nn.mul %[[V8]], %[[V11]] : f32[n, 2]
// CHECK-NEXT: nn.return %[[V12]] : f32[n, 2]
nn.func @reduce_max {
^bb0(%x: !nn.tensor<f32[n, 2]>, %w: !nn.tensor<f32[2]>):
  %y = nn.reduce max %x [0] : f32[n, 2] -> f32[2]
  %p = nn.mul %y, %w : f32[2]
  %s = nn.reduce sum %p [0] : f32[2] -> f32
  %g = nn.grad %s wrt (%x) [] : f32, (f32[n, 2]) -> (f32[n, 2]), ()
  nn.return %g : f32[n, 2]
}

// CHECK-LABEL: nn.func @reduce_min
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32[n, 2]>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32[n]>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.reduce min %[[A0]] [1] : f32[n, 2] -> f32[n]
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.mul %[[V0]], %[[A1]] : f32[n]
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.reduce sum %[[V1]] [0] : f32[n] -> f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.broadcast %[[V3]] [] : f32 -> f32[n]
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V4]], %[[A1]] : f32[n]
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.broadcast %[[V0]] [0] : f32[n] -> f32[n, 2]
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.eq %[[A0]], %[[V6]] : f32[n, 2] -> i1[n, 2]
// CHECK-NEXT: %[[V8:[a-z0-9]+]] = nn.convert %[[V7]] : i1[n, 2] -> f32[n, 2]
// CHECK-NEXT: %[[V9:[a-z0-9]+]] = nn.reduce sum %[[V8]] [1] : f32[n, 2] -> f32[n]
// CHECK-NEXT: %[[V10:[a-z0-9]+]] = nn.div %[[V5]], %[[V9]] : f32[n]
// CHECK-NEXT: %[[V11:[a-z0-9]+]] = nn.broadcast %[[V10]] [0] : f32[n] -> f32[n, 2]
// CHECK-NEXT: %[[V12:[a-z0-9]+]] = nn.mul %[[V8]], %[[V11]] : f32[n, 2]
// CHECK-NEXT: nn.return %[[V12]] : f32[n, 2]
nn.func @reduce_min {
^bb0(%x: !nn.tensor<f32[n, 2]>, %w: !nn.tensor<f32[n]>):
  %y = nn.reduce min %x [1] : f32[n, 2] -> f32[n]
  %p = nn.mul %y, %w : f32[n]
  %s = nn.reduce sum %p [0] : f32[n] -> f32
  %g = nn.grad %s wrt (%x) [] : f32, (f32[n, 2]) -> (f32[n, 2]), ()
  nn.return %g : f32[n, 2]
}

