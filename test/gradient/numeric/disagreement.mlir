// The check fails where gradient and function disagree: a factor that is declared constant is none.
// RUN: not nn-gradcheck %s 2>&1 | FileCheck %s

// CHECK: half: argument 0, element 0: gradient
// CHECK: FAILED half: 3 derivatives, 3 wrong
nn.func @half {
^bb0(%x: !nn.tensor<f64[3]>):
  %c = nn.stop_gradient %x : f64[3]
  %y = nn.mul %x, %c : f64[3]
  nn.return %y : f64[3]
}
