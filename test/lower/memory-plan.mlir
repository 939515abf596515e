// That memory is used again, and what is shared. (That no two values that are needed at the same time overlap is checked
// in each compilation; verify-plan.mlir shows that it is.)
// RUN: nn-opt %s --nn-print-memory-plan --split-input-file -o /dev/null 2>&1 | FileCheck %s

// Two temporaries of the same lifetime need room for both; one that begins when another has ended takes its place.
nn.command @lifetimes doc "" flags [] {
  // CHECK: remark: memory: 768 B, of which 256 B for variables
  nn.variable param @w : f32[8, 8]
  // CHECK: remark: at [[W:static \+ [0-9]+]]{{$}}
  %w = nn.read @w : f32[8, 8]
  // CHECK: remark: result 0 at [[W]]{{$}}
  %a = nn.contract %w, %w batch [], [] contract [1], [0] : f32[8, 8], f32[8, 8] -> f32[8, 8]
  // CHECK: remark: result 0 at [[A:static \+ [0-9]+]]{{$}}
  %b = nn.contract %a, %w batch [], [] contract [1], [0] : f32[8, 8], f32[8, 8] -> f32[8, 8]
  // CHECK: remark: result 0 at static
  %c = nn.contract %b, %w batch [], [] contract [1], [0] : f32[8, 8], f32[8, 8] -> f32[8, 8]
  // CHECK: remark: result 0 at [[A]]{{$}}
  %s = nn.format ["", ""] [""] (%c) : f32[8, 8]
  nn.print %s
  nn.end
}

// -----

// What a loop uses but did not make is needed for all its turns: what the body makes needs room of its own.
nn.command @loop doc "" flags [] {
  // CHECK: remark: memory: 512 B, of which 0 B for variables
  %lo = nn.constant dense<0> : tensor<i64>
  %hi = nn.constant dense<9> : tensor<i64>
  %a = nn.random normal %lo place 1 : f32[8, 8]
  nn.for %lo to %hi {
  ^bb0(%i: !nn.tensor<i64>):
    %s = nn.format ["", ""] [""] (%a) : f32[8, 8]
    nn.print %s
    %b = nn.random normal %i place 2 : f32[8, 8]
    %t = nn.format ["", ""] [""] (%b) : f32[8, 8]
    nn.print %t
    nn.end
  }
  nn.end
}

// -----

// One region for the multiples of n, one for those of n*t, one for a sum.
nn.command @regions doc "" flags [] {
  // CHECK: remark: memory: 0 B + 48 B * n + 8 B * n*t + 4 B * (n + 1)
  %n = nn.constant dense<5> : tensor<i64>
  nn.bind_size "n" = %n
  nn.bind_size "t" = %n
  %a = nn.random normal %n place 1 : f32[n, 10]
  // CHECK: remark: result 0 at n + {{[0-9]+}} * n{{$}}
  %b = nn.random normal %n place 2 : f64[n]
  // CHECK: remark: result 0 at n + {{[0-9]+}} * n{{$}}
  %c = nn.random normal %n place 3 : f32[n, 2, t]
  // CHECK: remark: result 0 at n*t + 0 * n*t{{$}}
  %d = nn.random normal %n place 4 : f32[n + 1]
  // CHECK: remark: result 0 at n + 1 + 0 * n + 1{{$}}
  %s = nn.format ["", "", "", "", ""] ["", "", "", ""] (%a, %b, %c, %d) : f32[n, 10], f64[n], f32[n, 2, t], f32[n + 1]
  nn.print %s
  nn.end
}

// -----

// A reshape is the same memory; a group may overwrite what it is the last to read.
nn.command @sharing doc "" flags [] {
  // CHECK: remark: memory: 256 B
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[8, 8]
  // CHECK: remark: result 0 at [[S:static \+ [0-9]+]]{{$}}
  %r = nn.reshape %a : f32[8, 8] -> f32[64]
  // CHECK: remark: result 0 at [[S]]{{$}}
  %e = nn.fused(%r) : (f32[64]) -> (f32[64]) {
  ^bb0(%i: !nn.tensor<f32[64]>):
    %x = nn.exp %i : f32[64]
    nn.yield %x : f32[64]
  }
  // CHECK: remark: result 0 at [[S]]{{$}}
  %s = nn.format ["", ""] [""] (%e) : f32[64]
  nn.print %s
  nn.end
}

// -----

// Not where the group reads it at other indices.
nn.command @not_shared doc "" flags [] {
  // CHECK: remark: memory: 512 B
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[8, 8]
  %e = nn.fused(%a) : (f32[8, 8]) -> (f32[8, 8]) {
  ^bb0(%i: !nn.tensor<f32[8, 8]>):
    %x = nn.transpose %i [1, 0] : f32[8, 8] -> f32[8, 8]
    nn.yield %x : f32[8, 8]
  }
  %s = nn.format ["", ""] [""] (%e) : f32[8, 8]
  nn.print %s
  nn.end
}

// -----

// Running sums and sorted indices are computed right in the variable that they are assigned to.
nn.command @in_place doc "" flags [] {
  // CHECK: remark: memory: 128 B, of which 128 B for variables
  nn.variable var @s : f32[16]
  // CHECK: remark: at [[S:static \+ [0-9]+]]{{$}}
  nn.variable var @i : i32[16]
  // CHECK: remark: at [[I:static \+ [0-9]+]]{{$}}
  %x = nn.constant dense<[1.0, 3.0, 2.0, 0.0, 1.0, 3.0, 2.0, 0.0, 1.0, 3.0, 2.0, 0.0, 1.0, 3.0, 2.0, 0.0]> : tensor<16xf32>
  %c = nn.cumsum %x along 0 : f32[16]
  // CHECK: remark: result 0 at [[S]]{{$}}
  nn.assign @s, %c : f32[16]
  // CHECK: remark: in place
  %a = nn.argsort %x : f32[16] -> i32[16]
  // CHECK: remark: result 0 at [[I]]{{$}}
  nn.assign @i, %a : i32[16]
  // CHECK: remark: in place
  nn.end
}
