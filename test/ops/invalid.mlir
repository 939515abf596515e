// What the shape rules and verifiers refuse.
// RUN: nn-opt --split-input-file --verify-diagnostics %s

nn.func @f {
^bb0(%c: !nn.tensor<i1[n]>, %a: !nn.tensor<f32[m]>):
  // expected-error@+1 {{condition and values differ in shape}}
  %y = nn.select %c, %a, %a : i1[n], f32[m]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[m]>):
  // expected-error@+1 {{operand and result differ in shape}}
  %y = nn.convert %a : f32[m] -> f64[n]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[m]>):
  // expected-error@+2 {{inferred type(s) '!nn.tensor<i1[m]>' are incompatible with return type(s) of operation '!nn.tensor<i1[n]>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %y = "nn.eq"(%a, %a) : (!nn.tensor<f32[m]>, !nn.tensor<f32[m]>) -> !nn.tensor<i1[n]>
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<i32[m]>):
  // expected-error@+1 {{must be tensor of floating-point numbers}}
  %y = nn.exp %a : i32[m]
  nn.return
}

// -----

nn.func @f {
  // expected-error@+1 {{counts along an axis that does not exist}}
  %y = nn.iota 1 : i32[n]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[m]>):
  // expected-error@+1 {{changes the element type}}
  %y = nn.broadcast %a [0] : f32[m] -> f64[m]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[m]>):
  // expected-error@+1 {{needs one axis for each axis of the operand}}
  %y = nn.broadcast %a [] : f32[m] -> f32[m]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[m, 2]>):
  // expected-error@+1 {{axes must increase and be axes of the result}}
  %y = nn.broadcast %a [1, 0] : f32[m, 2] -> f32[2, m]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[m]>):
  // expected-error@+1 {{axis 0 of the operand has size m, axis 0 of the result n}}
  %y = nn.broadcast %a [0] : f32[m] -> f32[n]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[m, 2]>):
  // expected-error@+1 {{from 2*m elements to 3*m}}
  %y = nn.reshape %a : f32[m, 2] -> f32[3*m]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[m]>):
  // expected-error@+1 {{changes the element type}}
  %y = nn.reshape %a : f32[m] -> f64[m]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[m, 2]>):
  // expected-error@+1 {{needs a permutation of the operand's axes}}
  %y = nn.transpose %a [0, 0] : f32[m, 2] -> f32[m, m]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[m, 2]>):
  // expected-error@+1 {{needs an offset, a stride and a size for each axis}}
  %y = nn.slice %a [0] strides [1] : f32[m, 2] -> f32[m]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[m]>):
  // expected-error@+1 {{changes the element type}}
  %y = nn.slice %a [0] strides [1] : f32[m] -> i32[m]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[8]>):
  // expected-error@+1 {{needs strides of at least 1}}
  %y = nn.slice %a [0] strides [0] : f32[8] -> f32[2]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n]>):
  // expected-error@+1 {{reads before axis 0}}
  %y = nn.slice %a [-1] strides [1] : f32[n] -> f32[n]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n]>):
  // expected-error@+1 {{reads beyond axis 0}}
  %y = nn.slice %a [1] strides [1] : f32[n] -> f32[n]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n]>):
  // expected-error@+1 {{needs low, high and interior for each axis}}
  %y = nn.pad %a low [] high [0] interior [0] : f32[n] -> f32[n]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n]>):
  // expected-error@+1 {{needs interior padding of at least 0}}
  %y = nn.pad %a low [0] high [0] interior [-1] : f32[n] -> f32[1]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n, 2]>, %b: !nn.tensor<f32[n, 3]>):
  // expected-error@+2 {{nn.concat of tensors that differ in axis 1}}
  // expected-error@+1 {{failed to infer returned types}}
  %y = nn.concat %a, %b along 0 : f32[n, 2], f32[n, 3] -> f32[2*n, 2]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n]>):
  // expected-error@+2 {{nn.concat along an axis that does not exist}}
  // expected-error@+1 {{failed to infer returned types}}
  %y = nn.concat %a, %a along 1 : f32[n], f32[n] -> f32[2*n]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n]>, %b: !nn.tensor<i32[n]>):
  // expected-error@+2 {{nn.concat of tensors of different rank or element type}}
  // expected-error@+1 {{failed to infer returned types}}
  %y = nn.concat %a, %b along 0 : f32[n], i32[n] -> f32[2*n]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n, 2]>, %i: !nn.tensor<i32[m]>):
  // expected-error@+2 {{nn.gather: the paired axes do not fit}}
  // expected-error@+1 {{failed to infer returned types}}
  %y = nn.gather %a at %i batch 1 : f32[n, 2], i32[m] -> f32[n]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n, 2]>, %i: !nn.tensor<i32[n]>):
  // expected-error@+1 {{the operand must have the type that gathering from the result gives}}
  %y = nn.scatter_add %a at %i batch 0 : f32[n, 2], i32[n] -> f32[7, 3]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n, 2]>):
  // expected-error@+2 {{nn.reduce needs increasing axes of its operand}}
  // expected-error@+1 {{failed to infer returned types}}
  %y = nn.reduce sum %a [1, 0] : f32[n, 2] -> f32
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n, 2]>):
  // expected-error@+1 {{and, or reduce bools; sum, max, min reduce numbers}}
  %y = nn.reduce or %a [1] : f32[n, 2] -> f32[n]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n]>):
  // expected-error@+2 {{nn.argmax needs an axis of its operand}}
  // expected-error@+1 {{failed to infer returned types}}
  %y = nn.argmax %a along 1 : f32[n] -> i32[n]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n, 784]>, %b: !nn.tensor<f32[128, 10]>):
  // expected-error@+2 {{nn.contract: axis 1 of the left operand has size 784, axis 0 of the right one 128}}
  // expected-error@+1 {{failed to infer returned types}}
  %y = nn.contract %a, %b batch [], [] contract [1], [0] : f32[n, 784], f32[128, 10] -> f32[n, 10]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n]>, %b: !nn.tensor<f64[n]>):
  // expected-error@+2 {{nn.contract: axes or element types do not pair up}}
  // expected-error@+1 {{failed to infer returned types}}
  %y = nn.contract %a, %b batch [], [] contract [0], [0] : f32[n], f64[n] -> f32
  nn.return
}

// -----

nn.func @f {
  // expected-error@+1 {{names @w, which is no variable}}
  %y = nn.read @w : f32
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32[n]>):
  nn.variable param @w : f32
  // expected-error@+1 {{uses @w as '!nn.tensor<f32[n]>', but it is '!nn.tensor<f32>'}}
  nn.assign @w, %a : f32[n]
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32>):
  // expected-error@+1 {{needs one gradient of each value's type}}
  %g = nn.grad %a wrt (%a) [] : f32, (f32) -> (f32[3]), ()
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32>):
  nn.variable param @w : f32
  // expected-error@+1 {{gives '!nn.tensor<f64>' for @w, which is '!nn.tensor<f32>'}}
  %g = nn.grad %a wrt () [@w] : f32, () -> (), (f64)
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32>):
  nn.variable param @w : f32
  // expected-error@+1 {{has 1 variables, but 0 gradients}}
  nn.minimize %a over [@w] : f32 {
    nn.end
  }
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32>):
  nn.variable state @count : i64
  // expected-error@+1 {{differentiates with respect to @count}}
  nn.minimize %a over [@count] : f32 {
  ^bb0(%g: !nn.tensor<i64>):
    nn.end
  }
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32>):
  nn.variable param @w : f32
  nn.variable slot @steps : i64
  // expected-error@+1 {{needs a counter for each variable, and an argument that is one, i64}}
  nn.minimize %a over [@w] counted by [@steps] : f32 {
  ^bb0(%g: !nn.tensor<f32>):
    nn.end
  }
  nn.return
}

// -----

nn.func @f {
^bb0(%a: !nn.tensor<f32>):
  nn.variable param @w : f32
  // expected-error@+1 {{uses @w as}}
  nn.minimize %a over [@w] counted by [@w] : f32 {
  ^bb0(%g: !nn.tensor<f32>, %step: !nn.tensor<i64>):
    nn.end
  }
  nn.return
}

// -----

nn.func @f {
^bb0(%path: !nn.str):
  nn.variable param @w : f32
  // expected-error@+1 {{needs one name for each variable}}
  nn.save %path [@w] as []
  nn.return
}

// -----

nn.func @f {
^bb0(%path: !nn.str):
  // expected-error@+1 {{names @w, which is no variable}}
  nn.load %path [@w] as ["w"]
  nn.return
}

// -----

nn.func @f {
^bb0(%n: !nn.tensor<i64>):
  // expected-error@+1 {{needs one argument of its body, an i64 scalar}}
  nn.for %n to %n {
    nn.end
  }
  nn.return
}

// -----

nn.func @f {
  // expected-error@+1 {{needs a condition that yields one bool scalar}}
  nn.while {
    nn.yield
  } do {
    nn.end
  }
  nn.return
}

// -----

nn.func @f {
^bb0(%d: !nn.dataset<rows>, %n: !nn.tensor<i64>):
  // expected-error@+1 {{needs one argument of its body for each field}}
  nn.batches %d, %n rows "n" fields [0] : !nn.dataset<rows> {
    nn.end
  }
  nn.return
}

// -----

nn.func @f {
^bb0(%d: !nn.dataset<rows>, %n: !nn.tensor<i64>):
  // expected-error@+1 {{needs tensors with first dimension n as arguments of its body}}
  nn.batches %d, %n rows "n" fields [0] : !nn.dataset<rows> {
  ^bb0(%x: !nn.tensor<f32[m, 2]>):
    nn.end
  }
  nn.return
}

// -----

nn.func @f {
^bb0(%n: !nn.tensor<i64>):
  // expected-error@+1 {{needs a specification for each value, and text before, between and after}}
  %s = nn.format ["n = "] ["d"] (%n) : i64
  nn.return
}

// -----

nn.func @f {
^bb0(%n: !nn.tensor<i64>):
  // expected-error@+1 {{needs a name for each value, and at least one}}
  nn.report ["epoch", "loss"] (%n) : i64
  nn.return
}

// -----

nn.func @f {
^bb0(%c: !nn.tensor<i1>):
  // expected-error@+1 {{needs a message that yields one string}}
  nn.assert %c {
    nn.yield %c : i1
  }
  nn.return
}

// -----

nn.func @f {
  // expected-error@+1 {{expects parent op 'builtin.module'}}
  nn.func @g {
    nn.return
  }
  nn.return
}

// -----

nn.func @f {
  // expected-note@+1 {{see existing symbol definition here}}
  nn.variable param @w : f32
  // expected-error@+1 {{redefinition of symbol named 'w'}}
  nn.variable param @w : f32
  nn.return
}

// -----

nn.func @patches_beyond {
^bb0(%x: !nn.tensor<f32[n, 5]>):
  // expected-error@+1 {{has windows that reach beyond axis 1}}
  %y = nn.patches %x kernel [3] strides [2] dilations [1] : f32[n, 5] -> f32[n, 3, 3]
  nn.return
}

// -----

nn.func @patches_kernel {
^bb0(%x: !nn.tensor<f32[n, 5]>):
  // expected-error@+1 {{needs the kernel's size 3 as axis 1 of the windows}}
  %y = nn.patches %x kernel [3] strides [1] dilations [1] : f32[n, 5] -> f32[n, 2, 3]
  nn.return
}

// -----

nn.func @patches_stride {
^bb0(%x: !nn.tensor<f32[n, 5]>):
  // expected-error@+1 {{needs sizes, strides and dilations of at least 1}}
  %y = nn.patches %x kernel [3] strides [0] dilations [1] : f32[n, 5] -> f32[n, 3, 3]
  nn.return
}

// -----

nn.func @patches_axes {
^bb0(%x: !nn.tensor<f32[n, 5]>):
  // expected-error@+1 {{needs a size, a stride and a dilation for each of the last axes}}
  %y = nn.patches %x kernel [3] strides [1, 1] dilations [1] : f32[n, 5] -> f32[n, 3, 3]
  nn.return
}

// -----

nn.func @fold_beyond {
^bb0(%x: !nn.tensor<f32[n, 3, 3]>):
  // expected-error@+1 {{has windows that reach beyond axis 1}}
  %y = nn.fold %x kernel [3] strides [1] dilations [1] : f32[n, 3, 3] -> f32[n, 4]
  nn.return
}

// -----

nn.func @fold_axis {
^bb0(%x: !nn.tensor<f32[n, 3, 3]>):
  // expected-error@+1 {{changes axis 0}}
  %y = nn.fold %x kernel [3] strides [1] dilations [1] : f32[n, 3, 3] -> f32[4, 5]
  nn.return
}

// -----

nn.func @reverse_axis {
^bb0(%x: !nn.tensor<f32[n, 3]>):
  // expected-error@+1 {{needs increasing axes of its operand}}
  %y = nn.reverse %x [1, 0] : f32[n, 3]
  nn.return
}

// -----

nn.func @contract_lacking {
^bb0(%x: !nn.tensor<f32[n, 3]>):
  // expected-error@+2 {{axes or element types do not pair up}}
  // expected-error@+1 {{failed to infer returned types}}
  %y = nn.contract %x, %x batch [-1], [-1] contract [1], [1] : f32[n, 3], f32[n, 3] -> f32[n]
  nn.return
}
