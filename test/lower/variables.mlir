// Variables: computed in place where no one sees it, copied where the old value is still needed.
// RUN: nn-opt %s --nn-print-memory-plan --split-input-file --verify-diagnostics -o /dev/null

// An update reads the old value element by element: it is computed right in the variable.
nn.command @update doc "" flags [] { // expected-remark {{memory: 64 B}}
  nn.variable param @w : f32[4] // expected-remark {{at static + 0}}
  %w = nn.read @w : f32[4] // expected-remark {{result 0 at static + 0}}
  // expected-remark @+1 {{result 0 at static + 0}}
  %n = nn.fused(%w) : (f32[4]) -> (f32[4]) {
  ^bb0(%i: !nn.tensor<f32[4]>):
    %x = nn.exp %i : f32[4]
    nn.yield %x : f32[4]
  }
  nn.assign @w, %n : f32[4] // expected-remark {{in place}}
  nn.end
}

// -----

// Not where it reads other elements of it.
nn.command @transposed doc "" flags [] { // expected-remark {{memory}}
  nn.variable param @w : f32[4, 4] // expected-remark {{at static + 0}}
  %w = nn.read @w : f32[4, 4] // expected-remark {{result 0 at static + 0}}
  // expected-remark @+1 {{result 0 at static + 64}}
  %n = nn.fused(%w) : (f32[4, 4]) -> (f32[4, 4]) {
  ^bb0(%i: !nn.tensor<f32[4, 4]>):
    %x = nn.transpose %i [1, 0] : f32[4, 4] -> f32[4, 4]
    nn.yield %x : f32[4, 4]
  }
  nn.assign @w, %n : f32[4, 4] // expected-remark {{copied}}
  nn.end
}

// -----

// Where the old value is needed afterwards, that is a copy.
nn.command @old_needed doc "" flags [] { // expected-remark {{memory}}
  nn.variable param @w : f32[4] // expected-remark {{at static + 0}}
  // expected-remark @+2 {{copied}}
  // expected-remark @+1 {{result 0 at static + 64}}
  %w = nn.read @w : f32[4]
  // expected-remark @+1 {{result 0 at static + 0}}
  %n = nn.fused(%w) : (f32[4]) -> (f32[4]) {
  ^bb0(%i: !nn.tensor<f32[4]>):
    %x = nn.exp %i : f32[4]
    nn.yield %x : f32[4]
  }
  nn.assign @w, %n : f32[4] // expected-remark {{in place}}
  %s = nn.format ["", ""] [""] (%w) : f32[4]
  nn.print %s
  nn.end
}

// -----

// Exchange of two variables: one of the two old values must be a copy.
nn.command @swap doc "" flags [] { // expected-remark {{memory}}
  nn.variable var @a : f32[4] // expected-remark {{at static + 0}}
  nn.variable var @b : f32[4] // expected-remark {{at static + 64}}
  // expected-remark @+2 {{copied}}
  // expected-remark @+1 {{result 0 at static + 128}}
  %a = nn.read @a : f32[4]
  %b = nn.read @b : f32[4] // expected-remark {{result 0 at static + 64}}
  nn.assign @a, %b : f32[4] // expected-remark {{copied}}
  nn.assign @b, %a : f32[4] // expected-remark {{copied}}
  nn.end
}

// -----

// A loop that assigns the variable makes what was read before it, and is read inside, a copy.
nn.command @loop doc "" flags [] { // expected-remark {{memory}}
  nn.variable var @a : f32[4] // expected-remark {{at static + 0}}
  %lo = nn.constant dense<0> : tensor<i64>
  // expected-remark @+2 {{copied}}
  // expected-remark @+1 {{result 0 at static + 64}}
  %a = nn.read @a : f32[4]
  nn.for %lo to %lo {
  ^bb0(%i: !nn.tensor<i64>):
    %s = nn.format ["", ""] [""] (%a) : f32[4]
    nn.print %s
    // expected-remark @+1 {{result 0 at static + 0}}
    %r = nn.random normal %i place 1 : f32[4]
    nn.assign @a, %r : f32[4] // expected-remark {{in place}}
    nn.end
  }
  nn.end
}

// -----

// Control that may leave before the assignment: the variable must not change early.
nn.command @leaves doc "" flags [] { // expected-remark {{memory}}
  nn.variable var @a : f32[4] // expected-remark {{at static + 0}}
  %lo = nn.constant dense<0> : tensor<i64>
  nn.for %lo to %lo {
  ^bb0(%i: !nn.tensor<i64>):
    // expected-remark @+1 {{result 0 at static + 64}}
    %r = nn.random normal %i place 1 : f32[4]
    %c = nn.eq %i, %lo : i64 -> i1
    nn.if %c {
      nn.break
    } else {
      nn.end
    }
    nn.assign @a, %r : f32[4] // expected-remark {{copied}}
    nn.end
  }
  nn.end
}
