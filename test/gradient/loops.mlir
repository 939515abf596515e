// Loops and branches between a target and the scalar become scans and choices; what they show stays.
// RUN: nn-opt --nn-expand-gradients %s | FileCheck %s

// CHECK-LABEL: nn.func @loop
// CHECK: %[[TURNS:.*]] = nn.max %{{.*}}, %{{.*}} : i64
// CHECK-NEXT: nn.bind_size "turns" = %[[TURNS]]
// CHECK-NEXT: %[[START:.*]] = nn.read @total : f32
// CHECK-NEXT: %[[END:.*]], %[[STACKED:.*]] = nn.scan length turns over() from(%[[START]])
// CHECK-NEXT: ^bb0(%{{.*}}: !nn.tensor<i64>, %[[OLD:.*]]: !nn.tensor<f32>, %[[TEXT:.*]]: !nn.str, %[[X:.*]]: !nn.tensor<f32>):
// CHECK-NEXT: nn.print %[[TEXT]]
// CHECK-NEXT: %[[NEXT:.*]] = nn.mul %[[OLD]], %[[X]] : f32
// CHECK-NEXT: nn.yield %[[NEXT]], %[[OLD]] : f32, f32
// CHECK: nn.assign @total, %[[END]] : f32
// CHECK: nn.scan reverse length turns over(%[[STACKED]])
nn.func @loop {
^bb0(%x: !nn.tensor<f32>, %n: !nn.tensor<i64>, %text: !nn.str):
  nn.variable var @total : f32
  %start = nn.constant dense<1.0> : tensor<f32>
  %zero = nn.constant dense<0> : tensor<i64>
  nn.assign @total, %start : f32
  nn.for %zero to %n {
  ^bb0(%i: !nn.tensor<i64>):
    nn.print %text
    %old = nn.read @total : f32
    %next = nn.mul %old, %x : f32
    nn.assign @total, %next : f32
    nn.end
  }
  %y = nn.read @total : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// CHECK-LABEL: nn.func @branch
// CHECK-NEXT: ^bb0(%[[X:.*]]: !nn.tensor<f32>, %[[C:.*]]: !nn.tensor<i1>)
// CHECK: %[[TEXT:.*]] = nn.string "taken"
// CHECK-NEXT: nn.if %[[C]] {
// CHECK-NEXT: nn.print %[[TEXT]]
// CHECK-NEXT: nn.end
// CHECK-NEXT: } else {
// CHECK-NEXT: nn.end
// CHECK-NEXT: }
// CHECK-NEXT: %[[E:.*]] = nn.exp %[[X]] : f32
// CHECK: %[[CHOSEN:.*]] = nn.select %[[C]], %[[E]], %[[X]]
// CHECK-NEXT: nn.assign @y, %[[CHOSEN]] : f32
nn.func @branch {
^bb0(%x: !nn.tensor<f32>, %c: !nn.tensor<i1>):
  nn.variable var @y : f32
  nn.if %c {
    %text = nn.string "taken"
    nn.print %text
    %e = nn.exp %x : f32
    nn.assign @y, %e : f32
    nn.end
  } else {
    nn.assign @y, %x : f32
    nn.end
  }
  %y = nn.read @y : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// Rows that are gathered at the loop's index are rows of a source: their gradient is stacked.
// CHECK-LABEL: nn.func @rows
// CHECK: nn.scan length 5 over(%arg0)
// CHECK: nn.scan reverse length 5
// CHECK-NOT: scatter_add
nn.func @rows {
^bb0(%x: !nn.tensor<f32[5]>):
  nn.variable var @total : f32
  %start = nn.constant dense<1.0> : tensor<f32>
  %zero = nn.constant dense<0> : tensor<i64>
  %five = nn.constant dense<5> : tensor<i64>
  nn.assign @total, %start : f32
  nn.for %zero to %five {
  ^bb0(%i: !nn.tensor<i64>):
    %row = nn.gather %x at %i batch 0 : f32[5], i64 -> f32
    %old = nn.read @total : f32
    %next = nn.mul %old, %row : f32
    nn.assign @total, %next : f32
    nn.end
  }
  %y = nn.read @total : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32[5]) -> (f32[5]), ()
  nn.return %g : f32[5]
}

// What the gradient does not need stays a loop, which no longer computes what the scan does.
// CHECK-LABEL: nn.func @split
// CHECK: %[[END:.*]], %{{.*}} = nn.scan length 5
// CHECK-NOT: nn.while
// CHECK: nn.yield
// CHECK: nn.for
// CHECK-NOT: nn.mul
// CHECK: nn.while
// CHECK-NOT: nn.mul
// CHECK: nn.assign @total, %[[END]] : f32
nn.func @split {
^bb0(%x: !nn.tensor<f32>, %c: !nn.tensor<i1>):
  nn.variable var @total : f32
  nn.variable var @on : i1
  %start = nn.constant dense<1.0> : tensor<f32>
  %zero = nn.constant dense<0> : tensor<i64>
  %five = nn.constant dense<5> : tensor<i64>
  nn.assign @total, %start : f32
  nn.for %zero to %five {
  ^bb0(%i: !nn.tensor<i64>):
    nn.assign @on, %c : i1
    nn.while {
      %on = nn.read @on : i1
      nn.yield %on : i1
    } do {
      %off = nn.constant dense<false> : tensor<i1>
      nn.assign @on, %off : i1
      nn.end
    }
    %old = nn.read @total : f32
    %next = nn.mul %old, %x : f32
    nn.assign @total, %next : f32
    nn.end
  }
  %y = nn.read @total : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}
