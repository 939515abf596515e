// Formulas on the graph, through other orders of operands; not across a value that a gradient is asked for.
// RUN: nn-opt --nn-stabilise %s | FileCheck %s

// CHECK-LABEL: nn.func @table
// CHECK: %[[A:.*]] = nn.softplus %[[X:.*]] : f32[n]
// CHECK: %[[B:.*]] = nn.expm1 %[[X]] : f32[n]
// CHECK: nn.return %[[A]], %[[B]]
nn.func @table {
^bb0(%x: !nn.tensor<f32[n]>):
  %one = nn.constant dense<1.0> : tensor<f32>
  %ones = nn.broadcast %one [] : f32 -> f32[n]
  %e = nn.exp %x : f32[n]
  %u = nn.add %e, %ones : f32[n]
  %a = nn.log %u : f32[n]
  %b = nn.sub %e, %ones : f32[n]
  nn.return %a, %b : f32[n], f32[n]
}

// CHECK-LABEL: nn.func @other_numbers
// CHECK: nn.log
// CHECK-NOT: nn.expm1
// CHECK: nn.return
nn.func @other_numbers {
^bb0(%x: !nn.tensor<f32[n]>):
  %two = nn.constant dense<2.0> : tensor<f32>
  %twos = nn.broadcast %two [] : f32 -> f32[n]
  %e = nn.exp %x : f32[n]
  %u = nn.add %twos, %e : f32[n]
  %a = nn.log %u : f32[n]
  %b = nn.sub %e, %twos : f32[n]
  nn.return %a, %b : f32[n], f32[n]
}

// CHECK-LABEL: nn.func @asked_for
// CHECK: nn.add
// CHECK: nn.log
// CHECK-NOT: nn.softplus
// CHECK: nn.return
nn.func @asked_for {
^bb0(%x: !nn.tensor<f32>):
  %one = nn.constant dense<1.0> : tensor<f32>
  %e = nn.exp %x : f32
  %u = nn.add %one, %e : f32
  %a = nn.log %u : f32
  %g = nn.grad %a wrt (%u) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// Shifted by the largest already: as it is.
// CHECK-LABEL: nn.func @shifted
// CHECK-COUNT-1: nn.reduce max
// CHECK-NOT: nn.reduce max
// CHECK: nn.return
nn.func @shifted {
^bb0(%x: !nn.tensor<f32[n, 4]>):
  %m = nn.reduce max %x [1] : f32[n, 4] -> f32[n]
  %shift = nn.broadcast %m [0] : f32[n] -> f32[n, 4]
  %s = nn.sub %x, %shift : f32[n, 4]
  %e = nn.exp %s : f32[n, 4]
  %sum = nn.reduce sum %e [1] : f32[n, 4] -> f32[n]
  %l = nn.log %sum : f32[n]
  nn.return %l : f32[n]
}

// Less the mean: less that of what is left by it, too. The rounded mean is a constant to differentiation.
// CHECK-LABEL: nn.func @deviation
// CHECK: %[[S:.*]] = nn.reduce sum %[[X:.*]] [0] : f32[n, 4] -> f32[4]
// CHECK: %[[M:.*]] = nn.div %[[S]], %[[N:.*]] : f32[4]
// CHECK: %[[MS:.*]] = nn.broadcast %[[M]] [1] : f32[4] -> f32[n, 4]
// CHECK-DAG: %[[CS:.*]] = nn.stop_gradient %[[MS]] : f32[n, 4]
// CHECK-DAG: %[[R:.*]] = nn.sub %[[X]], %[[CS]] : f32[n, 4]
// CHECK-DAG: %[[T:.*]] = nn.reduce sum %[[R]] [0] : f32[n, 4] -> f32[4]
// CHECK-DAG: %[[C:.*]] = nn.stop_gradient %[[M]] : f32[4]
// CHECK-DAG: %[[D:.*]] = nn.div %[[T]], %[[N]] : f32[4]
// CHECK-DAG: %[[MEAN:.*]] = nn.add %[[C]], %[[D]] : f32[4]
// CHECK-DAG: %[[MEANS:.*]] = nn.broadcast %[[MEAN]] [1] : f32[4] -> f32[n, 4]
// CHECK: %[[Y:.*]] = nn.sub %[[X]], %[[MEANS]] : f32[n, 4]
// CHECK: nn.return %[[Y]]
nn.func @deviation {
^bb0(%x: !nn.tensor<f32[n, 4]>):
  %sum = nn.reduce sum %x [0] : f32[n, 4] -> f32[4]
  %size = nn.size n
  %number = nn.convert %size : i64 -> f32
  %count = nn.broadcast %number [] : f32 -> f32[4]
  %mean = nn.div %sum, %count : f32[4]
  %means = nn.broadcast %mean [1] : f32[4] -> f32[n, 4]
  %y = nn.sub %x, %means : f32[n, 4]
  nn.return %y : f32[n, 4]
}

// A sum that is divided by another number, or of something else, is no mean of x.
// CHECK-LABEL: nn.func @no_mean
// CHECK-NOT: nn.stop_gradient
// CHECK: nn.return
nn.func @no_mean {
^bb0(%x: !nn.tensor<f32[n, 4]>, %other: !nn.tensor<f32[n, 4]>):
  %sum = nn.reduce sum %x [1] : f32[n, 4] -> f32[n]
  %three = nn.constant dense<3.0> : tensor<f32>
  %count = nn.broadcast %three [] : f32 -> f32[n]
  %mean = nn.div %sum, %count : f32[n]
  %means = nn.broadcast %mean [0] : f32[n] -> f32[n, 4]
  %y = nn.sub %x, %means : f32[n, 4]
  %four = nn.constant dense<4.0> : tensor<f32>
  %count4 = nn.broadcast %four [] : f32 -> f32[n]
  %mean4 = nn.div %sum, %count4 : f32[n]
  %means4 = nn.broadcast %mean4 [0] : f32[n] -> f32[n, 4]
  %z = nn.sub %other, %means4 : f32[n, 4]
  nn.return %y, %z : f32[n, 4], f32[n, 4]
}
