// The rule of each element-wise operation, on scalars. Values are checked in numeric/.
// RUN: nn-opt --nn-expand-gradients %s | FileCheck %s

// CHECK-LABEL: nn.func @add
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.add %[[A0]], %[[A1]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: nn.return %[[V1]], %[[V1]] : f32, f32
nn.func @add {
^bb0(%a: !nn.tensor<f32>, %b: !nn.tensor<f32>):
  %y = nn.add %a, %b : f32
  %g, %h = nn.grad %y wrt (%a, %b) [] : f32, (f32, f32) -> (f32, f32), ()
  nn.return %g, %h : f32, f32
}

// CHECK-LABEL: nn.func @sub
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.sub %[[A0]], %[[A1]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.neg %[[V1]] : f32
// CHECK-NEXT: nn.return %[[V1]], %[[V2]] : f32, f32
nn.func @sub {
^bb0(%a: !nn.tensor<f32>, %b: !nn.tensor<f32>):
  %y = nn.sub %a, %b : f32
  %g, %h = nn.grad %y wrt (%a, %b) [] : f32, (f32, f32) -> (f32, f32), ()
  nn.return %g, %h : f32, f32
}

// CHECK-LABEL: nn.func @mul
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.mul %[[A0]], %[[A1]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.mul %[[V1]], %[[A1]] : f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.mul %[[V1]], %[[A0]] : f32
// CHECK-NEXT: nn.return %[[V2]], %[[V3]] : f32, f32
nn.func @mul {
^bb0(%a: !nn.tensor<f32>, %b: !nn.tensor<f32>):
  %y = nn.mul %a, %b : f32
  %g, %h = nn.grad %y wrt (%a, %b) [] : f32, (f32, f32) -> (f32, f32), ()
  nn.return %g, %h : f32, f32
}

// CHECK-LABEL: nn.func @div
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.div %[[A0]], %[[A1]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.div %[[V1]], %[[A1]] : f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.mul %[[V1]], %[[V0]] : f32
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.neg %[[V3]] : f32
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.div %[[V4]], %[[A1]] : f32
// CHECK-NEXT: nn.return %[[V2]], %[[V5]] : f32, f32
nn.func @div {
^bb0(%a: !nn.tensor<f32>, %b: !nn.tensor<f32>):
  %y = nn.div %a, %b : f32
  %g, %h = nn.grad %y wrt (%a, %b) [] : f32, (f32, f32) -> (f32, f32), ()
  nn.return %g, %h : f32, f32
}

// CHECK-LABEL: nn.func @mod
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.mod %[[A0]], %[[A1]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.sub %[[A0]], %[[V0]] : f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.div %[[V2]], %[[A1]] : f32
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.round %[[V3]] : f32
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V1]], %[[V4]] : f32
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.neg %[[V5]] : f32
// CHECK-NEXT: nn.return %[[V1]], %[[V6]] : f32, f32
nn.func @mod {
^bb0(%a: !nn.tensor<f32>, %b: !nn.tensor<f32>):
  %y = nn.mod %a, %b : f32
  %g, %h = nn.grad %y wrt (%a, %b) [] : f32, (f32, f32) -> (f32, f32), ()
  nn.return %g, %h : f32, f32
}

// CHECK-LABEL: nn.func @pow
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.pow %[[A0]], %[[A1]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.constant dense<0.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.eq %[[A1]], %[[V2]] : f32 -> i1
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V1]], %[[A1]] : f32
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.sub %[[A1]], %[[V6]] : f32
// CHECK-NEXT: %[[V8:[a-z0-9]+]] = nn.pow %[[A0]], %[[V7]] : f32
// CHECK-NEXT: %[[V9:[a-z0-9]+]] = nn.mul %[[V5]], %[[V8]] : f32
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.constant dense<0.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V10:[a-z0-9]+]] = nn.select %[[V3]], %[[V4]], %[[V9]] : i1, f32
// CHECK-NEXT: %[[V11:[a-z0-9]+]] = nn.constant dense<0.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V12:[a-z0-9]+]] = nn.eq %[[A0]], %[[V11]] : f32 -> i1
// CHECK-NEXT: %[[V14:[a-z0-9]+]] = nn.mul %[[V1]], %[[V0]] : f32
// CHECK-NEXT: %[[V15:[a-z0-9]+]] = nn.log %[[A0]] : f32
// CHECK-NEXT: %[[V16:[a-z0-9]+]] = nn.mul %[[V14]], %[[V15]] : f32
// CHECK-NEXT: %[[V13:[a-z0-9]+]] = nn.constant dense<0.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V17:[a-z0-9]+]] = nn.select %[[V12]], %[[V13]], %[[V16]] : i1, f32
// CHECK-NEXT: nn.return %[[V10]], %[[V17]] : f32, f32
nn.func @pow {
^bb0(%a: !nn.tensor<f32>, %b: !nn.tensor<f32>):
  %y = nn.pow %a, %b : f32
  %g, %h = nn.grad %y wrt (%a, %b) [] : f32, (f32, f32) -> (f32, f32), ()
  nn.return %g, %h : f32, f32
}

// CHECK-LABEL: nn.func @max
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.max %[[A0]], %[[A1]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.gt %[[A0]], %[[A1]] : f32 -> i1
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.eq %[[A0]], %[[A1]] : f32 -> i1
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.constant dense<5.000000e-01> : tensor<f32>
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V1]], %[[V4]] : f32
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.constant dense<0.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.select %[[V3]], %[[V5]], %[[V6]] : i1, f32
// CHECK-NEXT: %[[V8:[a-z0-9]+]] = nn.select %[[V2]], %[[V1]], %[[V7]] : i1, f32
// CHECK-NEXT: %[[V9:[a-z0-9]+]] = nn.gt %[[A1]], %[[A0]] : f32 -> i1
// CHECK-NEXT: %[[V10:[a-z0-9]+]] = nn.eq %[[A0]], %[[A1]] : f32 -> i1
// CHECK-NEXT: %[[V11:[a-z0-9]+]] = nn.constant dense<5.000000e-01> : tensor<f32>
// CHECK-NEXT: %[[V12:[a-z0-9]+]] = nn.mul %[[V1]], %[[V11]] : f32
// CHECK-NEXT: %[[V13:[a-z0-9]+]] = nn.constant dense<0.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V14:[a-z0-9]+]] = nn.select %[[V10]], %[[V12]], %[[V13]] : i1, f32
// CHECK-NEXT: %[[V15:[a-z0-9]+]] = nn.select %[[V9]], %[[V1]], %[[V14]] : i1, f32
// CHECK-NEXT: nn.return %[[V8]], %[[V15]] : f32, f32
nn.func @max {
^bb0(%a: !nn.tensor<f32>, %b: !nn.tensor<f32>):
  %y = nn.max %a, %b : f32
  %g, %h = nn.grad %y wrt (%a, %b) [] : f32, (f32, f32) -> (f32, f32), ()
  nn.return %g, %h : f32, f32
}

// CHECK-LABEL: nn.func @min
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.min %[[A0]], %[[A1]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.lt %[[A0]], %[[A1]] : f32 -> i1
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.eq %[[A0]], %[[A1]] : f32 -> i1
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.constant dense<5.000000e-01> : tensor<f32>
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V1]], %[[V4]] : f32
// CHECK-NEXT: %[[V6:[a-z0-9]+]] = nn.constant dense<0.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V7:[a-z0-9]+]] = nn.select %[[V3]], %[[V5]], %[[V6]] : i1, f32
// CHECK-NEXT: %[[V8:[a-z0-9]+]] = nn.select %[[V2]], %[[V1]], %[[V7]] : i1, f32
// CHECK-NEXT: %[[V9:[a-z0-9]+]] = nn.lt %[[A1]], %[[A0]] : f32 -> i1
// CHECK-NEXT: %[[V10:[a-z0-9]+]] = nn.eq %[[A0]], %[[A1]] : f32 -> i1
// CHECK-NEXT: %[[V11:[a-z0-9]+]] = nn.constant dense<5.000000e-01> : tensor<f32>
// CHECK-NEXT: %[[V12:[a-z0-9]+]] = nn.mul %[[V1]], %[[V11]] : f32
// CHECK-NEXT: %[[V13:[a-z0-9]+]] = nn.constant dense<0.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V14:[a-z0-9]+]] = nn.select %[[V10]], %[[V12]], %[[V13]] : i1, f32
// CHECK-NEXT: %[[V15:[a-z0-9]+]] = nn.select %[[V9]], %[[V1]], %[[V14]] : i1, f32
// CHECK-NEXT: nn.return %[[V8]], %[[V15]] : f32, f32
nn.func @min {
^bb0(%a: !nn.tensor<f32>, %b: !nn.tensor<f32>):
  %y = nn.min %a, %b : f32
  %g, %h = nn.grad %y wrt (%a, %b) [] : f32, (f32, f32) -> (f32, f32), ()
  nn.return %g, %h : f32, f32
}

// CHECK-LABEL: nn.func @neg
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.neg %[[A0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.neg %[[V1]] : f32
// CHECK-NEXT: nn.return %[[V2]] : f32
nn.func @neg {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.neg %x : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// CHECK-LABEL: nn.func @abs
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.abs %[[A0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.sign %[[A0]] : f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.mul %[[V1]], %[[V2]] : f32
// CHECK-NEXT: nn.return %[[V3]] : f32
nn.func @abs {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.abs %x : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// CHECK-LABEL: nn.func @exp
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.exp %[[A0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.mul %[[V1]], %[[V0]] : f32
// CHECK-NEXT: nn.return %[[V2]] : f32
nn.func @exp {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.exp %x : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// CHECK-LABEL: nn.func @log
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.log %[[A0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.div %[[V1]], %[[A0]] : f32
// CHECK-NEXT: nn.return %[[V2]] : f32
nn.func @log {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.log %x : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// CHECK-LABEL: nn.func @sqrt
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.sqrt %[[A0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.constant dense<5.000000e-01> : tensor<f32>
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.mul %[[V1]], %[[V2]] : f32
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.div %[[V3]], %[[V0]] : f32
// CHECK-NEXT: nn.return %[[V4]] : f32
nn.func @sqrt {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.sqrt %x : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// CHECK-LABEL: nn.func @tanh
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.tanh %[[A0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.mul %[[V0]], %[[V0]] : f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.sub %[[V3]], %[[V2]] : f32
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V1]], %[[V4]] : f32
// CHECK-NEXT: nn.return %[[V5]] : f32
nn.func @tanh {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.tanh %x : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// CHECK-LABEL: nn.func @sigmoid
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.sigmoid %[[A0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.mul %[[V1]], %[[V0]] : f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.sub %[[V3]], %[[V0]] : f32
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.mul %[[V2]], %[[V4]] : f32
// CHECK-NEXT: nn.return %[[V5]] : f32
nn.func @sigmoid {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.sigmoid %x : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// CHECK-LABEL: nn.func @sin
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.sin %[[A0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.cos %[[A0]] : f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.mul %[[V1]], %[[V2]] : f32
// CHECK-NEXT: nn.return %[[V3]] : f32
nn.func @sin {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.sin %x : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// CHECK-LABEL: nn.func @cos
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.cos %[[A0]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.sin %[[A0]] : f32
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.mul %[[V1]], %[[V2]] : f32
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.neg %[[V3]] : f32
// CHECK-NEXT: nn.return %[[V4]] : f32
nn.func @cos {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.cos %x : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// CHECK-LABEL: nn.func @select
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<i1>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32>, %[[A2:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.select %[[A0]], %[[A1]], %[[A2]] : i1, f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.constant dense<0.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V3:[a-z0-9]+]] = nn.select %[[A0]], %[[V1]], %[[V2]] : i1, f32
// CHECK-NEXT: %[[V4:[a-z0-9]+]] = nn.constant dense<0.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V5:[a-z0-9]+]] = nn.select %[[A0]], %[[V4]], %[[V1]] : i1, f32
// CHECK-NEXT: nn.return %[[V3]], %[[V5]] : f32, f32
nn.func @select {
^bb0(%c: !nn.tensor<i1>, %a: !nn.tensor<f32>, %b: !nn.tensor<f32>):
  %y = nn.select %c, %a, %b : i1, f32
  %g, %h = nn.grad %y wrt (%a, %b) [] : f32, (f32, f32) -> (f32, f32), ()
  nn.return %g, %h : f32, f32
}

// CHECK-LABEL: nn.func @convert
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.convert %[[A0]] : f32 -> f64
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f64>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.convert %[[V1]] : f64 -> f32
// CHECK-NEXT: nn.return %[[V2]] : f32
nn.func @convert {
^bb0(%x: !nn.tensor<f32>):
  %y = nn.convert %x : f32 -> f64
  %g = nn.grad %y wrt (%x) [] : f64, (f32) -> (f32), ()
  nn.return %g : f32
}

// Only one operand asked for: the rule of the other leaves nothing behind.
// CHECK-LABEL: nn.func @one_of_two
// CHECK: ^bb0(%[[A0:[a-z0-9]+]]: !nn.tensor<f32>, %[[A1:[a-z0-9]+]]: !nn.tensor<f32>):
// CHECK-NEXT: %[[V0:[a-z0-9]+]] = nn.div %[[A0]], %[[A1]] : f32
// CHECK-NEXT: %[[V1:[a-z0-9]+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[V2:[a-z0-9]+]] = nn.div %[[V1]], %[[A1]] : f32
// CHECK-NEXT: nn.return %[[V2]] : f32
nn.func @one_of_two {
^bb0(%a: !nn.tensor<f32>, %b: !nn.tensor<f32>):
  %y = nn.div %a, %b : f32
  %g = nn.grad %y wrt (%a) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

