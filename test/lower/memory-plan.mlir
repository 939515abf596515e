// Where tensors lie: fixed places of variables, temporaries by lifetime, regions by size symbol.
// RUN: nn-opt %s --nn-print-memory-plan --split-input-file --verify-diagnostics -o /dev/null

// Two temporaries of the same lifetime lie side by side; one that begins when another has ended takes its place.
// expected-remark @+1 {{memory: 768 B, of which 256 B for variables}}
nn.command @lifetimes doc "" flags [] {
  nn.variable param @w : f32[8, 8] // expected-remark {{at static + 0}}
  %w = nn.read @w : f32[8, 8] // expected-remark {{result 0 at static + 0}}
  // expected-remark @+1 {{result 0 at static + 256}}
  %a = nn.contract %w, %w batch [], [] contract [1], [0] : f32[8, 8], f32[8, 8] -> f32[8, 8]
  // expected-remark @+1 {{result 0 at static + 512}}
  %b = nn.contract %a, %w batch [], [] contract [1], [0] : f32[8, 8], f32[8, 8] -> f32[8, 8]
  // expected-remark @+1 {{result 0 at static + 256}}
  %c = nn.contract %b, %w batch [], [] contract [1], [0] : f32[8, 8], f32[8, 8] -> f32[8, 8]
  %s = nn.format ["", ""] [""] (%c) : f32[8, 8]
  nn.print %s
  nn.end
}

// -----

// What a loop uses but did not make is needed for all its turns.
// expected-remark @+1 {{memory: 512 B, of which 0 B for variables}}
nn.command @loop doc "" flags [] {
  %lo = nn.constant dense<0> : tensor<i64>
  %hi = nn.constant dense<9> : tensor<i64>
  // expected-remark @+1 {{result 0 at static + 0}}
  %a = nn.random normal %lo place 1 : f32[8, 8]
  nn.for %lo to %hi {
  ^bb0(%i: !nn.tensor<i64>):
    %s = nn.format ["", ""] [""] (%a) : f32[8, 8]
    nn.print %s
    // expected-remark @+1 {{result 0 at static + 256}}
    %b = nn.random normal %i place 2 : f32[8, 8]
    %t = nn.format ["", ""] [""] (%b) : f32[8, 8]
    nn.print %t
    nn.end
  }
  nn.end
}

// -----

// One region for the multiples of n, one for those of n*t, one for a sum.
// expected-remark @+1 {{memory: 0 B + 48 B * n + 8 B * n*t + 4 B * (n + 1)}}
nn.command @regions doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  nn.bind_size "n" = %n
  nn.bind_size "t" = %n
  %a = nn.random normal %n place 1 : f32[n, 10] // expected-remark {{result 0 at n + 0 * n}}
  %b = nn.random normal %n place 2 : f64[n] // expected-remark {{result 0 at n + 40 * n}}
  %c = nn.random normal %n place 3 : f32[n, 2, t] // expected-remark {{result 0 at n*t + 0 * n*t}}
  %d = nn.random normal %n place 4 : f32[n + 1] // expected-remark {{result 0 at n + 1 + 0 * n + 1}}
  %s = nn.format ["", "", "", "", ""] ["", "", "", ""] (%a, %b, %c, %d) : f32[n, 10], f64[n], f32[n, 2, t], f32[n + 1]
  nn.print %s
  nn.end
}

// -----

// A reshape is the same memory; a group may overwrite what it is the last to read.
// expected-remark @+1 {{memory: 256 B}}
nn.command @sharing doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[8, 8] // expected-remark {{result 0 at static + 0}}
  %r = nn.reshape %a : f32[8, 8] -> f32[64] // expected-remark {{result 0 at static + 0}}
  // expected-remark @+1 {{result 0 at static + 0}}
  %e = nn.fused(%r) : (f32[64]) -> (f32[64]) {
  ^bb0(%i: !nn.tensor<f32[64]>):
    %x = nn.exp %i : f32[64]
    nn.yield %x : f32[64]
  }
  %s = nn.format ["", ""] [""] (%e) : f32[64]
  nn.print %s
  nn.end
}

// -----

// Not where the group reads it at other indices.
// expected-remark @+1 {{memory: 512 B}}
nn.command @not_shared doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[8, 8] // expected-remark {{result 0 at static + 0}}
  // expected-remark @+1 {{result 0 at static + 256}}
  %e = nn.fused(%a) : (f32[8, 8]) -> (f32[8, 8]) {
  ^bb0(%i: !nn.tensor<f32[8, 8]>):
    %x = nn.transpose %i [1, 0] : f32[8, 8] -> f32[8, 8]
    nn.yield %x : f32[8, 8]
  }
  %s = nn.format ["", ""] [""] (%e) : f32[8, 8]
  nn.print %s
  nn.end
}
