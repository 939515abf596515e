// Targets that no path leads from: gradients of 0, and no update.
// RUN: nn-opt --nn-expand-gradients %s 2>&1 | FileCheck %s

// The warnings come first, one for each function that asks for something in vain.
// CHECK: warning: the loss is not computed from 'net.b.w', 'net.b.b', 'net.list.1.w', which stay as they are
// CHECK: note: if that is meant, minimize over net.body, net.list[0] alone
// CHECK: warning: the value to differentiate is not computed from 'z', whose gradient is 0
// CHECK: note: if that is meant, ask for the gradients of the others alone
// CHECK: warning: the value to differentiate is not computed from 'k', whose gradient is 0
// CHECK: note: the program holds gradients back here
// CHECK: note: the same here, where the value to differentiate is not computed from 'c'
// CHECK-NOT: warning:

// The counter is that of the first variable that is reached; what does not stand under a condition stays.
// CHECK-LABEL: nn.func @heads
// CHECK-NOT: nn.is_reached
// CHECK-NOT: nn.if
// CHECK: %[[STEP:.*]] = nn.read @t.body
// CHECK: nn.assign @seen, %[[STEP]]
// CHECK-NEXT: nn.assign @net.body.w
// CHECK-NEXT: nn.assign @net.body.b
// CHECK-NEXT: nn.assign @net.list.0.w
// CHECK-NEXT: nn.return
nn.func @heads {
^bb0(%x: !nn.tensor<f32>):
  nn.variable param @net.b.w : f32
  nn.variable param @net.b.b : f32
  nn.variable param @net.body.w : f32
  nn.variable param @net.body.b : f32
  nn.variable param @net.list.0.w : f32
  nn.variable param @net.list.1.w : f32
  nn.variable slot @t.b : i64
  nn.variable slot @t.body : i64
  nn.variable slot @seen : i64
  %w = nn.read @net.body.w : f32
  %b = nn.read @net.body.b : f32
  %v = nn.read @net.list.0.w : f32
  %xw = nn.mul %x, %w : f32
  %xwb = nn.add %xw, %b : f32
  %y = nn.mul %xwb, %v : f32
  nn.minimize %y over [@net.b.w, @net.b.b, @net.body.w, @net.body.b, @net.list.0.w, @net.list.1.w]
      counted by [@t.b, @t.b, @t.body, @t.body, @t.body, @t.b] : f32 {
  ^bb0(%0: !nn.tensor<f32>, %1: !nn.tensor<f32>, %2: !nn.tensor<f32>, %3: !nn.tensor<f32>, %4: !nn.tensor<f32>, %5: !nn.tensor<f32>, %step: !nn.tensor<i64>):
    nn.assign @seen, %step : i64
    %r0 = nn.is_reached %0 : f32
    nn.if %r0 {
      nn.assign @net.b.w, %0 : f32
      nn.end
    } else {
      nn.end
    }
    // None of several.
    %r1 = nn.is_reached %0, %1 : f32, f32
    nn.if %r1 {
      nn.assign @net.b.b, %1 : f32
      nn.end
    } else {
      nn.end
    }
    %r2 = nn.is_reached %2 : f32
    nn.if %r2 {
      nn.assign @net.body.w, %2 : f32
      nn.end
    } else {
      nn.end
    }
    // One of several.
    %r3 = nn.is_reached %0, %3 : f32, f32
    nn.if %r3 {
      nn.assign @net.body.b, %3 : f32
      nn.end
    } else {
      nn.end
    }
    // What no request gave: a state, say.
    %r4 = nn.is_reached %x : f32
    nn.if %r4 {
      nn.assign @net.list.0.w, %4 : f32
      nn.end
    } else {
      nn.end
    }
    nn.end
  }
  nn.return
}

// A value, and the branch for what is not reached.
// CHECK-LABEL: nn.func @values
// CHECK: %[[ZERO:.*]] = nn.constant dense<0.000000e+00> : tensor<f32>
// CHECK: %[[ZEROS:.*]] = nn.broadcast %[[ZERO]] [] : f32 -> f32[3]
// CHECK-NOT: nn.if
// CHECK: nn.assign @missing, %[[ZEROS]]
// CHECK: %[[FALSE:.*]] = nn.constant dense<false> : tensor<i1>
// CHECK: nn.return %{{.*}}, %[[ZEROS]], %[[FALSE]]
nn.func @values {
^bb0(%x: !nn.tensor<f32> loc("x"), %z: !nn.tensor<f32[3]> loc("z")):
  nn.variable state @missing : f32[3]
  %y = nn.exp %x : f32
  %dx, %dz = nn.grad %y wrt (%x, %z) [] : f32, (f32, f32[3]) -> (f32, f32[3]), ()
  %has = nn.is_reached %dz : f32[3]
  nn.if %has {
    nn.end
  } else {
    nn.assign @missing, %dz : f32[3]
    nn.end
  }
  %again = nn.is_reached %dz : f32[3]
  nn.return %dx, %dz, %again : f32, f32[3], i1
}

// The derivative of a derivative: 0 without a warning, where the first one does not depend on x, or only by a comparison.
// CHECK-LABEL: nn.func @second
// CHECK: nn.select
// CHECK: nn.select
// CHECK-NEXT: %[[ZERO:.*]] = nn.constant dense<0.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[AGAIN:.*]] = nn.constant dense<0.000000e+00> : tensor<f32>
// CHECK-NEXT: nn.return %[[ZERO]], %[[AGAIN]] : f32, f32
nn.func @second {
^bb0(%x: !nn.tensor<f32>, %a: !nn.tensor<f32>):
  %zero = nn.constant dense<0.0> : tensor<f32>
  %c = nn.gt %x, %zero : f32 -> i1
  %r = nn.select %c, %x, %zero : i1, f32
  %y = nn.mul %r, %a : f32
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  %h = nn.grad %g wrt (%x) [] : f32, (f32) -> (f32), ()
  // And of a zero.
  %third = nn.grad %h wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %h, %third : f32, f32
}

// Held back on purpose: beside a target that is reached, no error.
// CHECK-LABEL: nn.func @held_back
// CHECK: %[[S:.*]] = nn.stop_gradient
// CHECK: nn.constant dense<1.000000e+00>
// CHECK-NEXT: %[[DX:.*]] = nn.mul %{{.*}}, %[[S]]
// CHECK-NEXT: %[[DK:.*]] = nn.constant dense<0.000000e+00>
// CHECK: nn.return %[[DX]], %[[DK]]
nn.func @held_back {
^bb0(%x: !nn.tensor<f32> loc("x"), %k: !nn.tensor<f32> loc("k"), %c: !nn.tensor<f32> loc("c")):
  %kk = nn.mul %k, %k : f32
  %s = nn.stop_gradient %kk : f32
  %y = nn.mul %x, %s : f32
  %dx, %dk = nn.grad %y wrt (%x, %k) [] : f32, (f32, f32) -> (f32, f32), ()
  %e, %dc = nn.grad %y wrt (%x, %c) [] : f32, (f32, f32) -> (f32, f32), ()
  nn.return %dx, %dk, %e, %dc : f32, f32, f32, f32
}
