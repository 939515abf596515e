// A small network that learns XOR, exchange of variables, structural operations: run, not only looked at.
// RUN: nn-opt %s --nn-optimise --nn-lower -o %t.mlir
// RUN: nn-codegen %t.mlir --emit=exe --cpu=x86-64-v2 --library-directory=%nnc_lib -o %t
// RUN: %t | FileCheck %s
//
// CHECK:      step 0 loss 7.15
// CHECK-NEXT: step 100 loss 0.03
// CHECK-NEXT: done at 1{{[0-9][0-9]$}}
// CHECK-NEXT: {{^}}[5, 6, 1, 3]
// CHECK-NEXT: {{^}}[7, 8, 2, 4]
// CHECK-NEXT: {{^}}[1, 1, 1, 1]
// CHECK-NEXT: {{^}}[1, 1, 1]
// CHECK-NEXT: {{^}}[3, 3, 3]
// CHECK-NEXT: [0, 0, 0, 0]
// CHECK-NEXT: [1, 1, 1, 0]
// CHECK-NEXT: [0, 0, 0, 0]
// CHECK-NEXT: [3, 3, 3, 0]
// CHECK-NEXT: sum 30 max 4
module attributes {nn.program = #nn.program<name = "e2e", doc = "", source = "e2e.nn">, nn.cpu_level = 2 : i64} {
nn.command @train doc "train" flags [#nn.flag<name = "steps", type = int, value = 300 : i64, text = "300">] {
^bb0(%steps: !nn.tensor<i64>):
  nn.variable param @w : f32[2, 8]
  nn.variable param @b : f32[8]
  nn.variable param @w2 : f32[8, 2]
  nn.variable var @swap1 : f32[2, 2]
  nn.variable var @swap2 : f32[2, 2]
  %x = nn.constant dense<[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]> : tensor<4x2xf32>
  %y = nn.constant dense<[0, 1, 1, 0]> : tensor<4xi32>
  %s0 = nn.constant dense<0> : tensor<i64>
  %r = nn.random normal %s0 place 1 : f32[2, 8]
  nn.assign @w, %r : f32[2, 8]
  %r2 = nn.random normal %s0 place 2 : f32[8, 2]
  nn.assign @w2, %r2 : f32[8, 2]
  nn.for %s0 to %steps {
  ^bb0(%i: !nn.tensor<i64>):
    %w = nn.read @w : f32[2, 8]
    %b = nn.read @b : f32[8]
    %w2 = nn.read @w2 : f32[8, 2]
    %z = nn.contract %x, %w batch [], [] contract [1], [0] : f32[4, 2], f32[2, 8] -> f32[4, 8]
    %bb = nn.broadcast %b [1] : f32[8] -> f32[4, 8]
    %a = nn.add %z, %bb : f32[4, 8]
    %h = nn.tanh %a : f32[4, 8]
    %o = nn.contract %h, %w2 batch [], [] contract [1], [0] : f32[4, 8], f32[8, 2] -> f32[4, 2]
    %max = nn.reduce max %o [1] : f32[4, 2] -> f32[4]
    %maxb = nn.broadcast %max [0] : f32[4] -> f32[4, 2]
    %s = nn.sub %o, %maxb : f32[4, 2]
    %ex = nn.exp %s : f32[4, 2]
    %sum = nn.reduce sum %ex [1] : f32[4, 2] -> f32[4]
    %lse = nn.log %sum : f32[4]
    %p = nn.gather %s at %y batch 1 : f32[4, 2], i32[4] -> f32[4]
    %l = nn.sub %lse, %p : f32[4]
    %loss = nn.reduce sum %l [0] : f32[4] -> f32
    %one = nn.constant dense<1.0> : tensor<f32>
    %dl = nn.broadcast %one [] : f32 -> f32[4]
    %sumb = nn.broadcast %sum [0] : f32[4] -> f32[4, 2]
    %soft = nn.div %ex, %sumb : f32[4, 2]
    %sc = nn.scatter_add %dl at %y batch 1 : f32[4], i32[4] -> f32[4, 2]
    %do = nn.sub %soft, %sc : f32[4, 2]
    %dw2 = nn.contract %h, %do batch [], [] contract [0], [0] : f32[4, 8], f32[4, 2] -> f32[8, 2]
    %dh = nn.contract %do, %w2 batch [], [] contract [1], [1] : f32[4, 2], f32[8, 2] -> f32[4, 8]
    %hh = nn.mul %h, %h : f32[4, 8]
    %ones = nn.broadcast %one [] : f32 -> f32[4, 8]
    %dt = nn.sub %ones, %hh : f32[4, 8]
    %da = nn.mul %dh, %dt : f32[4, 8]
    %db = nn.reduce sum %da [0] : f32[4, 8] -> f32[8]
    %dw = nn.contract %x, %da batch [], [] contract [0], [0] : f32[4, 2], f32[4, 8] -> f32[2, 8]
    %lr = nn.constant dense<0.3> : tensor<f32>
    %lr0 = nn.broadcast %lr [] : f32 -> f32[2, 8]
    %lr1 = nn.broadcast %lr [] : f32 -> f32[8]
    %lr2 = nn.broadcast %lr [] : f32 -> f32[8, 2]
    %u0 = nn.mul %dw, %lr0 : f32[2, 8]
    %u1 = nn.mul %db, %lr1 : f32[8]
    %u2 = nn.mul %dw2, %lr2 : f32[8, 2]
    %n0 = nn.sub %w, %u0 : f32[2, 8]
    %n1 = nn.sub %b, %u1 : f32[8]
    %n2 = nn.sub %w2, %u2 : f32[8, 2]
    nn.assign @w, %n0 : f32[2, 8]
    nn.assign @b, %n1 : f32[8]
    nn.assign @w2, %n2 : f32[8, 2]
    %m = nn.constant dense<100> : tensor<i64>
    %mod = nn.mod %i, %m : i64
    %is = nn.eq %mod, %s0 : i64 -> i1
    nn.if %is {
      %str = nn.format ["step ", " loss ", ""] ["", ".4f"] (%i, %loss) : i64, f32
      nn.print %str
      nn.end
    } else {
      nn.end
    }
    %small = nn.constant dense<0.02> : tensor<f32>
    %done = nn.lt %loss, %small : f32 -> i1
    nn.if %done {
      %str = nn.format ["done at ", ""] [""] (%i) : i64
      nn.print %str
      nn.break
    } else {
      nn.end
    }
    nn.end
  }
  %c1 = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %c2 = nn.constant dense<[[5.0, 6.0], [7.0, 8.0]]> : tensor<2x2xf32>
  nn.assign @swap1, %c1 : f32[2, 2]
  nn.assign @swap2, %c2 : f32[2, 2]
  %three = nn.constant dense<3> : tensor<i64>
  nn.for %s0 to %three {
  ^bb0(%i: !nn.tensor<i64>):
    %a = nn.read @swap1 : f32[2, 2]
    %b = nn.read @swap2 : f32[2, 2]
    nn.assign @swap1, %b : f32[2, 2]
    nn.assign @swap2, %a : f32[2, 2]
    nn.end
  }
  %a = nn.read @swap1 : f32[2, 2]
  %b = nn.read @swap2 : f32[2, 2]
  %bt = nn.transpose %b [1, 0] : f32[2, 2] -> f32[2, 2]
  %cc = nn.concat %a, %bt along 1 : f32[2, 2], f32[2, 2] -> f32[2, 4]
  %am = nn.argmax %cc along 0 : f32[2, 4] -> i32[4]
  %str = nn.format ["", "\n", ""] ["", ""] (%cc, %am) : f32[2, 4], i32[4]
  nn.print %str
  %w2 = nn.read @w2 : f32[8, 2]
  %size = nn.constant dense<5> : tensor<i64>
  nn.bind_size "q" = %size
  %io = nn.iota 0 : f32[q, 3]
  %sl = nn.slice %io [1, 0] strides [2, 1] : f32[q, 3] -> f32[2, 3]
  %pd = nn.pad %sl low [1, 0] high [0, 1] interior [1, 0] : f32[2, 3] -> f32[4, 4]
  %str2 = nn.format ["", "\n", ""] ["", ""] (%sl, %pd) : f32[2, 3], f32[4, 4]
  nn.print %str2
  %ss = nn.reduce sum %io [0, 1] : f32[q, 3] -> f32
  %mm = nn.reduce max %io [1] : f32[q, 3] -> f32[q]
  %five = nn.constant dense<4> : tensor<i64>
  %el = nn.gather %mm at %five batch 0 : f32[q], i64 -> f32
  %str3 = nn.format ["sum ", " max ", ""] ["", ""] (%ss, %el) : f32, f32
  nn.print %str3
  nn.end
}
}
