// Folding and canonical forms.
// RUN: nn-opt --canonicalize %s | FileCheck %s

// CHECK-LABEL: nn.func @neutral
// CHECK-NEXT: ^bb0(%[[X:.*]]: !nn.tensor<f32[n]>):
// CHECK-NEXT: nn.return %[[X]], %[[X]], %[[X]], %[[X]], %[[X]], %[[X]], %[[X]], %[[X]]
nn.func @neutral {
^bb0(%x: !nn.tensor<f32[n]>):
  %c0 = nn.constant dense<0.0> : tensor<f32>
  %c1 = nn.constant dense<1.0> : tensor<f32>
  %zero = nn.broadcast %c0 [] : f32 -> f32[n]
  %one = nn.broadcast %c1 [] : f32 -> f32[n]
  %a = nn.add %x, %zero : f32[n]
  %b = nn.add %zero, %x : f32[n]
  %c = nn.sub %x, %zero : f32[n]
  %d = nn.mul %x, %one : f32[n]
  %e = nn.mul %one, %x : f32[n]
  %f = nn.div %x, %one : f32[n]
  %g = nn.pow %x, %one : f32[n]
  %h0 = nn.neg %x : f32[n]
  %h = nn.neg %h0 : f32[n]
  nn.return %a, %b, %c, %d, %e, %f, %g, %h : f32[n], f32[n], f32[n], f32[n], f32[n], f32[n], f32[n], f32[n]
}

// CHECK-LABEL: nn.func @constants
// CHECK-DAG: nn.constant dense<5.000000e+00> : tensor<f32>
// CHECK-DAG: nn.constant dense<-1.000000e+00> : tensor<f32>
// CHECK-DAG: nn.constant dense<6.000000e+00> : tensor<f32>
// CHECK-DAG: nn.constant dense<0.666666686> : tensor<f32>
// CHECK-DAG: nn.constant dense<-2.000000e+00> : tensor<f32>
// CHECK-DAG: nn.constant dense<12> : tensor<i64>
// CHECK-NOT: nn.add
nn.func @constants {
  %two = nn.constant dense<2.0> : tensor<f32>
  %three = nn.constant dense<3.0> : tensor<f32>
  %a = nn.add %two, %three : f32
  %b = nn.sub %two, %three : f32
  %c = nn.mul %two, %three : f32
  %d = nn.div %two, %three : f32
  %e = nn.neg %two : f32
  %f = nn.size 12
  nn.return %a, %b, %c, %d, %e, %f : f32, f32, f32, f32, f32, i64
}

// CHECK-LABEL: nn.func @powers
// CHECK-NEXT: ^bb0(%[[X:.*]]: !nn.tensor<f32>):
// CHECK-DAG: %[[ONE:.*]] = nn.constant dense<1.0
// CHECK-DAG: %[[SQUARE:.*]] = nn.mul %[[X]], %[[X]]
// CHECK-DAG: %[[CUBE0:.*]] = nn.mul %[[X]], %[[X]]
// CHECK-DAG: %[[CUBE:.*]] = nn.mul %[[CUBE0]], %[[X]]
// CHECK-DAG: %[[ROOT:.*]] = nn.sqrt %[[X]]
// CHECK-DAG: %[[INVERSE:.*]] = nn.div %[[ONE]], %[[X]]
// CHECK-NOT: nn.pow
nn.func @powers {
^bb0(%x: !nn.tensor<f32>):
  %c2 = nn.constant dense<2.0> : tensor<f32>
  %c3 = nn.constant dense<3.0> : tensor<f32>
  %c4 = nn.constant dense<4.0> : tensor<f32>
  %c0 = nn.constant dense<0.0> : tensor<f32>
  %half = nn.constant dense<0.5> : tensor<f32>
  %minus = nn.constant dense<-1.0> : tensor<f32>
  %a = nn.pow %x, %c2 : f32
  %b = nn.pow %x, %c3 : f32
  %c = nn.pow %x, %c4 : f32
  %d = nn.pow %x, %c0 : f32
  %e = nn.pow %x, %half : f32
  %f = nn.pow %x, %minus : f32
  nn.return %a, %b, %c, %d, %e, %f : f32, f32, f32, f32, f32, f32
}

// CHECK-LABEL: nn.func @moves
// CHECK-NEXT: ^bb0(%[[X:.*]]: !nn.tensor<f32[n, 2, 3]>, %[[S:.*]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[B:.*]] = nn.broadcast %[[X]] [1, 2, 4] : f32[n, 2, 3] -> f32[5, n, 2, t, 3]
// CHECK-NEXT: %[[R:.*]] = nn.reshape %[[X]] : f32[n, 2, 3] -> f32[6*n]
// CHECK-NEXT: %[[T:.*]] = nn.transpose %[[X]] [2, 0, 1] : f32[n, 2, 3] -> f32[3, n, 2]
// CHECK-NEXT: %[[F:.*]] = nn.broadcast %[[S]] [] : f32 -> f32[1, 4]
// CHECK-NEXT: nn.return %[[B]], %[[R]], %[[T]], %[[X]], %[[X]], %[[X]], %[[X]], %[[X]], %[[F]]
nn.func @moves {
^bb0(%x: !nn.tensor<f32[n, 2, 3]>, %s: !nn.tensor<f32>):
  %b0 = nn.broadcast %x [0, 1, 3] : f32[n, 2, 3] -> f32[n, 2, t, 3]
  %b = nn.broadcast %b0 [1, 2, 3, 4] : f32[n, 2, t, 3] -> f32[5, n, 2, t, 3]
  %r0 = nn.reshape %x : f32[n, 2, 3] -> f32[2*n, 3]
  %r = nn.reshape %r0 : f32[2*n, 3] -> f32[6*n]
  %t0 = nn.transpose %x [1, 2, 0] : f32[n, 2, 3] -> f32[2, 3, n]
  %t = nn.transpose %t0 [1, 2, 0] : f32[2, 3, n] -> f32[3, n, 2]
  %i0 = nn.broadcast %x [0, 1, 2] : f32[n, 2, 3] -> f32[n, 2, 3]
  %i1 = nn.reshape %x : f32[n, 2, 3] -> f32[n, 2, 3]
  %i2 = nn.transpose %x [0, 1, 2] : f32[n, 2, 3] -> f32[n, 2, 3]
  %i3 = nn.slice %x [0, 0, 0] strides [1, 1, 1] : f32[n, 2, 3] -> f32[n, 2, 3]
  %i4 = nn.convert %x : f32[n, 2, 3] -> f32[n, 2, 3]
  %f0 = nn.broadcast %s [] : f32 -> f32[4]
  %f = nn.reshape %f0 : f32[4] -> f32[1, 4]
  nn.return %b, %r, %t, %i0, %i1, %i2, %i3, %i4, %f : f32[5, n, 2, t, 3], f32[6*n], f32[3, n, 2], f32[n, 2, 3], f32[n, 2, 3], f32[n, 2, 3], f32[n, 2, 3], f32[n, 2, 3], f32[1, 4]
}

// A constant is reshaped at compile time.
// CHECK-LABEL: nn.func @reshaped_constant
// CHECK: nn.constant dense<{{\[}}[1.000000e+00, 2.000000e+00]]> : tensor<1x2xf32>
nn.func @reshaped_constant {
  %c = nn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %r = nn.reshape %c : f32[2] -> f32[1, 2]
  nn.return %r : f32[1, 2]
}

// What is computed from repeated scalars is computed once.
// CHECK-LABEL: nn.func @uniform
// CHECK-NEXT: ^bb0(%[[S:.*]]: !nn.tensor<f32>, %[[X:.*]]: !nn.tensor<f32[n]>):
// CHECK-NEXT: %[[E:.*]] = nn.exp %[[S]] : f32
// CHECK-NEXT: %[[B:.*]] = nn.broadcast %[[E]] [] : f32 -> f32[n]
// CHECK-NEXT: nn.return %[[B]], %[[X]]
nn.func @uniform {
^bb0(%s: !nn.tensor<f32>, %x: !nn.tensor<f32[n]>):
  %b = nn.broadcast %s [] : f32 -> f32[n]
  %e = nn.exp %b : f32[n]
  %c2 = nn.constant dense<2.0> : tensor<f32>
  %c1 = nn.constant dense<1.0> : tensor<f32>
  %two = nn.broadcast %c2 [] : f32 -> f32[n]
  %one = nn.broadcast %c1 [] : f32 -> f32[n]
  %exponent = nn.sub %two, %one : f32[n]
  %p = nn.pow %x, %exponent : f32[n]
  nn.return %e, %p : f32[n], f32[n]
}

// CHECK-LABEL: nn.func @decided
// CHECK-NEXT: ^bb0(%[[X:.*]]: !nn.tensor<f32[n]>, %[[Y:.*]]: !nn.tensor<f32[n]>):
// CHECK-NEXT: nn.return %[[Y]]
nn.func @decided {
^bb0(%x: !nn.tensor<f32[n]>, %y: !nn.tensor<f32[n]>):
  %c2 = nn.constant dense<2.0> : tensor<f32>
  %c1 = nn.constant dense<1.0> : tensor<f32>
  %two = nn.broadcast %c2 [] : f32 -> f32[n]
  %one = nn.broadcast %c1 [] : f32 -> f32[n]
  %equal = nn.eq %two, %one : f32[n] -> i1[n]
  %z = nn.select %equal, %x, %y : i1[n], f32[n]
  nn.return %z : f32[n]
}
