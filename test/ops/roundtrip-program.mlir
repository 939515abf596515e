// Every program operation is printed as it is read.
// RUN: nn-opt %s | nn-opt | FileCheck %s

// CHECK: nn.command @train doc "Train it." flags [#nn.flag<name = "epochs", type = int, value = 10 : i64>] {
// CHECK-NEXT: ^bb0(%[[EPOCHS:.*]]: !nn.tensor<i64>, %[[PATH:.*]]: !nn.str, %[[FRACTION:.*]]: !nn.tensor<f64>):
nn.command @train doc "Train it." flags [#nn.flag<name = "epochs", type = int, value = 10 : i64>] {
^bb0(%epochs: !nn.tensor<i64>, %path: !nn.str, %fraction: !nn.tensor<f64>):
  // CHECK: nn.variable param @w : f32[64, 3]
  nn.variable param @w : f32[64, 3]
  // CHECK: nn.variable state @s : f32
  nn.variable state @s : f32
  // CHECK: nn.variable slot @m : f32[64, 3]
  nn.variable slot @m : f32[64, 3]
  nn.variable slot @steps : i64
  // CHECK: nn.variable var @best : !nn.str
  nn.variable var @best : !nn.str
  // CHECK: nn.bind_size "k" = %[[EPOCHS]]
  nn.bind_size "k" = %epochs
  %zero = nn.constant dense<0> : tensor<i64>
  %first = nn.source csv %path options %zero, %zero, %zero fields [#nn.field<name = "x", type = !nn.tensor<f32[64]>>] : !nn.dataset<first>
  // CHECK: nn.for %{{.*}} to %[[EPOCHS]] {
  nn.for %zero to %epochs {
  ^bb0(%epoch: !nn.tensor<i64>):
    // CHECK: nn.batches %{{.*}}, %{{.*}} rows "n" fields [0] : <first> {
    nn.batches %first, %epochs rows "n" fields [0] : !nn.dataset<first> {
    ^bb0(%batch: !nn.tensor<f32[n, 64]>):
      // CHECK: nn.read @w : f32[64, 3]
      %w = nn.read @w : f32[64, 3]
      %y = nn.contract %batch, %w batch [], [] contract [1], [0] : f32[n, 64], f32[64, 3] -> f32[n, 3]
      %loss = nn.reduce sum %y [0, 1] : f32[n, 3] -> f32
      // CHECK: nn.grad %{{.*}} wrt(%{{.*}}) [@w] : f32, (f32[n, 3]) -> (f32[n, 3]), (f32[64, 3])
      %gy, %gw = nn.grad %loss wrt (%y) [@w] : f32, (f32[n, 3]) -> (f32[n, 3]), (f32[64, 3])
      // CHECK: nn.jacobian %{{.*}} wrt(%{{.*}}) [@w] : f32[n, 3], (f32[n, 64]) -> (f32[n, 3, n, 64]), (f32[n, 3, 64, 3])
      %jb, %jw = nn.jacobian %y wrt (%batch) [@w] : f32[n, 3], (f32[n, 64]) -> (f32[n, 3, n, 64]), (f32[n, 3, 64, 3])
      // CHECK: nn.minimize %{{.*}} over [@w] : f32 {
      nn.minimize %loss over [@w] : f32 {
      ^bb0(%g: !nn.tensor<f32[64, 3]>):
        // CHECK: nn.assign @w, %{{.*}} : f32[64, 3]
        nn.assign @w, %g : f32[64, 3]
        // CHECK: nn.assign_rows @w from %{{.*}}, %{{.*}} : f32[64, 3]
        nn.assign_rows @w from %zero, %g : f32[64, 3]
        nn.end
      }
      // CHECK: nn.minimize %{{.*}} over [@w] counted by [@steps] : f32 {
      nn.minimize %loss over [@w] counted by [@steps] : f32 {
      // CHECK-NEXT: ^bb0(%[[G:.*]]: !nn.tensor<f32[64, 3]>, %{{.*}}: !nn.tensor<i64>):
      ^bb0(%g: !nn.tensor<f32[64, 3]>, %step: !nn.tensor<i64>):
        // CHECK-NEXT: nn.is_reached %[[G]] : f32[64, 3]
        %reached = nn.is_reached %g : f32[64, 3]
        nn.end
      }
      // CHECK: nn.continue
      nn.continue
    }
    // CHECK: nn.break
    nn.break
  }
  %same = nn.eq %epochs, %zero : i64 -> i1
  // CHECK: nn.while {
  // CHECK: nn.yield %{{.*}} : i1
  // CHECK: } do {
  nn.while {
    nn.yield %same : i1
  } do {
    nn.end
  }
  // CHECK: nn.if %{{.*}} {
  // CHECK: } else {
  nn.if %same {
    nn.end
  } else {
    nn.end
  }
  // CHECK: nn.string "best"
  %best = nn.string "best"
  // CHECK: nn.string_equal %{{.*}}, %[[PATH]]
  %equal = nn.string_equal %best, %path
  // CHECK: nn.format ["epoch ", "."] ["d"](%[[EPOCHS]]) : i64
  %text = nn.format ["epoch ", "."] ["d"] (%epochs) : i64
  // CHECK: nn.print %{{.*}} no_newline
  nn.print %text no_newline
  // CHECK: nn.report ["epoch", "loss"](%[[EPOCHS]], %[[FRACTION]]) : i64, f64
  nn.report ["epoch", "loss"] (%epochs, %fraction) : i64, f64
  // CHECK: nn.report table ["epoch", "loss"](%[[EPOCHS]], %[[FRACTION]]) : i64, f64
  nn.report table ["epoch", "loss"] (%epochs, %fraction) : i64, f64
  // CHECK: nn.clock : f64
  %now = nn.clock : f64
  // CHECK: nn.assert %{{.*}} {
  nn.assert %equal {
    nn.yield %text : !nn.str
  }
  // CHECK: nn.assert check finite %{{.*}} {
  nn.assert check finite %equal {
    nn.yield %text : !nn.str
  }
  // CHECK: nn.keep_going
  nn.keep_going
  // CHECK: nn.try_file %[[PATH]]
  nn.try_file %path
  // CHECK: nn.save %[[PATH]] [@w, @s] as ["w", "s"]
  nn.save %path [@w, @s] as ["w", "s"]
  // CHECK: nn.load %[[PATH]] [@w] as ["w"]
  nn.load %path [@w] as ["w"]
  // CHECK: nn.end
  nn.end
}

// CHECK: nn.command test @"adds up" doc "" flags [] {
nn.command test @"adds up" doc "" flags [] {
  nn.end
}

// CHECK: nn.func @f {
nn.func @f {
^bb0(%x: !nn.tensor<f32>):
  // CHECK: nn.return %{{.*}} : f32
  nn.return %x : f32
}
