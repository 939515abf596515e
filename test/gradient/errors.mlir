// RUN: nn-opt --nn-expand-gradients --split-input-file --verify-diagnostics %s

// Not computed from it at all: says what there is instead.
nn.func @unreached {
^bb0(%x: !nn.tensor<f32> loc("x"), %z: !nn.tensor<f32> loc("z")):
  nn.variable param @w : f32
  %w = nn.read @w : f32
  // expected-note@+1 {{it is computed from 'w', 'x'}}
  %y = nn.mul %x, %w : f32
  // expected-error@+1 {{no gradient with respect to 'z': the value to differentiate is not computed from it}}
  %g = nn.grad %y wrt (%z) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// -----

nn.func @constants_alone {
^bb0(%x: !nn.tensor<f32>):
  // expected-note@+1 {{it is computed from constants alone}}
  %y = nn.constant dense<1.0> : tensor<f32>
  // expected-error@+1 {{no gradient with respect to argument 0}}
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// -----

// Cut by an operation without gradient.
nn.func @cut {
^bb0(%x: !nn.tensor<f32> loc("x"), %z: !nn.tensor<f32> loc("z")):
  %e = nn.exp %x : f32
  // expected-note@+1 {{no gradient passes through 'floor', which lies between them}}
  %f = nn.floor %e : f32
  // expected-note@+1 {{it is computed from 'z'}}
  %y = nn.mul %f, %z : f32
  // expected-error@+1 {{no gradient with respect to 'x'}}
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// -----

// Cut on the way through integers.
nn.func @cut_by_integers {
^bb0(%x: !nn.tensor<f32> loc("x")):
  %i = nn.convert %x : f32 -> i32
  // expected-note@+2 {{no gradient passes through 'convert'}}
  // expected-note@+1 {{it is computed from constants alone}}
  %y = nn.convert %i : i32 -> f32
  // expected-error@+1 {{no gradient with respect to 'x'}}
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// -----

// Nothing could be trained.
nn.func @minimize_unreached {
^bb0(%x: !nn.tensor<f32>):
  nn.variable param @w : f32
  nn.variable param @b : f32 loc("bias")
  %w = nn.read @w : f32
  // expected-note@+1 {{it is computed from 'w'}}
  %y = nn.mul %x, %w : f32
  // expected-error@+2 {{cannot minimize over 'bias': the value to differentiate is not computed from its current value}}
  // expected-note@+1 {{leave it out of 'over', or use it in the loss}}
  nn.minimize %y over [@b] : f32 {
  ^bb0(%h: !nn.tensor<f32>):
    nn.end
  }
  nn.return
}

// -----

// Beside one that is reached, one that is only compared: no update of it could be right.
nn.func @minimize_compared {
^bb0(%x: !nn.tensor<f32>):
  nn.variable param @w : f32
  nn.variable param @limit : f32 loc("limit")
  %w = nn.read @w : f32
  %limit = nn.read @limit : f32
  %c = nn.gt %x, %limit : f32 -> i1
  // expected-note@+1 {{no gradient passes through 'select', which lies between them}}
  %s = nn.select %c, %x, %w : i1, f32
  // expected-note@+1 {{it is computed from 'w'}}
  %y = nn.mul %s, %w : f32
  // expected-error@+2 {{cannot minimize over 'limit'}}
  // expected-note@+1 {{leave it out of 'over', or use it in the loss}}
  nn.minimize %y over [@w, @limit] : f32 {
  ^bb0(%g: !nn.tensor<f32>, %h: !nn.tensor<f32>):
    nn.end
  }
  nn.return
}

// -----

// A derivative of something else is no derivative of this.
nn.func @derivative_of_another {
^bb0(%x: !nn.tensor<f32> loc("x"), %z: !nn.tensor<f32> loc("z")):
  %y = nn.mul %x, %x : f32
  // expected-note@+1 {{it is computed from 'x'}}
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  // expected-error@+1 {{no gradient with respect to 'z'}}
  %h = nn.grad %g wrt (%z) [] : f32, (f32) -> (f32), ()
  nn.return %h : f32
}

// -----

nn.func @assigned_since {
^bb0(%x: !nn.tensor<f32>):
  nn.variable param @w : f32
  // expected-note@+1 {{read here; use stop_gradient if this older value is meant as a constant}}
  %w = nn.read @w : f32
  %y = nn.mul %x, %w : f32
  // expected-note@+1 {{assigned here}}
  nn.assign @w, %y : f32
  // expected-error@+1 {{no gradient with respect to 'w': it has been assigned since}}
  %g = nn.grad %y wrt () [@w] : f32, () -> (), (f32)
  nn.return %g : f32
}

// -----

// Assigned in the last turn of the loop around it.
nn.func @assigned_in_loop {
^bb0(%n: !nn.tensor<i64>):
  nn.variable param @w : f32
  // expected-note@+1 {{read here}}
  %w = nn.read @w : f32
  %y = nn.exp %w : f32
  nn.for %n to %n {
  ^bb0(%i: !nn.tensor<i64>):
    // expected-error@+1 {{cannot minimize over 'w'}}
    nn.minimize %y over [@w] : f32 {
    ^bb0(%g: !nn.tensor<f32>):
      // expected-note@+1 {{assigned here}}
      nn.assign @w, %g : f32
      nn.end
    }
    nn.end
  }
  nn.return
}

// -----

// A loop without known end.
nn.func @loop {
^bb0(%x: !nn.tensor<f32> loc("x"), %limit: !nn.tensor<f32>):
  nn.variable var @total : f32
  %start = nn.constant dense<0.0> : tensor<f32>
  nn.assign @total, %start : f32
  // expected-note@+1 {{here}}
  nn.while {
    %now = nn.read @total : f32
    %more = nn.lt %now, %limit : f32 -> i1
    nn.yield %more : i1
  } do {
    %old = nn.read @total : f32
    %sum = nn.add %old, %x : f32
    nn.assign @total, %sum : f32
    nn.end
  }
  %y = nn.read @total : f32
  // expected-error@+1 {{no gradient with respect to 'x': a `while` loop lies between it and the value to differentiate}}
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}

// -----

// Through a parameter read in the loop, with a direct path beside it: an error, not half a gradient.
nn.func @loop_reads_parameter {
^bb0(%n: !nn.tensor<i64>, %d: !nn.dataset<rows>):
  nn.variable param @w : f32
  nn.variable var @h : f32
  // expected-note@+1 {{here}}
  nn.batches %d, %n rows "r" fields [] : !nn.dataset<rows> {
    %h = nn.read @h : f32
    %w = nn.read @w : f32
    %next = nn.mul %h, %w : f32
    nn.assign @h, %next : f32
    nn.end
  }
  %end = nn.read @h : f32
  %w1 = nn.read @w : f32
  %y = nn.mul %end, %w1 : f32
  // expected-error@+1 {{no gradient with respect to 'w'}}
  %g = nn.grad %y wrt () [@w] : f32, () -> (), (f32)
  nn.return %g : f32
}

// -----

nn.func @branch {
^bb0(%x: !nn.tensor<f32> loc("x"), %c: !nn.tensor<i1>):
  nn.variable var @y : f32
  // expected-note@+1 {{in this branch, through which the gradient passes into}}
  nn.if %c {
    %path = nn.string "file"
    // expected-note@+1 {{here}}
    nn.load %path [@y] as ["y"]
    %old = nn.read @y : f32
    %e = nn.mul %x, %old : f32
    nn.assign @y, %e : f32
    nn.end
  } else {
    nn.assign @y, %x : f32
    nn.end
  }
  %y = nn.read @y : f32
  // expected-error@+1 {{no gradient with respect to 'x': `load` lies between}}
  %g = nn.grad %y wrt (%x) [] : f32, (f32) -> (f32), ()
  nn.return %g : f32
}
