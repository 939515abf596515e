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
