// The check of memory plans: the plan that is made passes; one where all temporaries begin at the same place does not, and the
// error stands where a value is read, or computed, that is not there.
// RUN: nn-opt %s --nn-print-memory-plan=places=false --split-input-file -o /dev/null
// RUN: nn-opt %s --nn-print-memory-plan="places=false overlay" --split-input-file --verify-diagnostics -o /dev/null

// A value that is needed after another one was computed.
nn.command @straight doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[8]
  %b = nn.random normal %n place 2 : f32[8]
  // expected-error @+1 {{memory plan: a value that is read here has been overwritten}}
  %s = nn.format ["", "", ""] ["", ""] (%a, %b) : f32[8], f32[8]
  nn.print %s
  nn.end
}

// -----

// A result where an operand lies: a product reads that again and again.
nn.command @operand doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[8, 8]
  // expected-error @+1 {{memory plan: a result overwrites an operand}}
  %b = nn.contract %a, %a batch [], [] contract [1], [0] : f32[8, 8], f32[8, 8] -> f32[8, 8]
  %s = nn.format ["", ""] [""] (%b) : f32[8, 8]
  nn.print %s
  nn.end
}

// -----

// A group may take its operand's place where it reads each element before it stores there, not otherwise.
nn.command @groups doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[8, 8]
  %e = nn.fused(%a) : (f32[8, 8]) -> (f32[8, 8]) {
  ^bb0(%i: !nn.tensor<f32[8, 8]>):
    %x = nn.exp %i : f32[8, 8]
    nn.yield %x : f32[8, 8]
  }
  // expected-error @+1 {{memory plan: a result overwrites an operand}}
  %t = nn.fused(%e) : (f32[8, 8]) -> (f32[8, 8]) {
  ^bb0(%i: !nn.tensor<f32[8, 8]>):
    %x = nn.transpose %i [1, 0] : f32[8, 8] -> f32[8, 8]
    nn.yield %x : f32[8, 8]
  }
  %s = nn.format ["", ""] [""] (%t) : f32[8, 8]
  nn.print %s
  nn.end
}

// -----

// The first turn overwrites what the second one reads.
nn.command @second_turn doc "" flags [] {
  %lo = nn.constant dense<0> : tensor<i64>
  %hi = nn.constant dense<9> : tensor<i64>
  %a = nn.random normal %lo place 1 : f32[8, 8]
  nn.for %lo to %hi {
  ^bb0(%i: !nn.tensor<i64>):
    // expected-error @+1 {{memory plan: a value that is read here has been overwritten}}
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

// One branch overwrites what is read after both.
nn.command @branch doc "" flags [#nn.flag<name = "c", type = bool>] {
^bb0(%c: !nn.tensor<i1>):
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[8]
  nn.if %c {
    %b = nn.random normal %n place 2 : f32[8]
    %t = nn.format ["", ""] [""] (%b) : f32[8]
    nn.print %t
    nn.end
  } else {
    nn.end
  }
  // expected-error @+1 {{memory plan: a value that is read here has been overwritten}}
  %s = nn.format ["", ""] [""] (%a) : f32[8]
  nn.print %s
  nn.end
}

// -----

// The carried value of a scan lies where its source does, of which each turn reads a row.
nn.command @scan doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %x = nn.random normal %n place 1 : f32[4, 8]
  %zero = nn.constant dense<0.0> : tensor<8xf32>
  %sum = nn.scan length 4 over (%x) from (%zero) with () : (f32[4, 8]), (f32[8]), () -> (f32[8]), () {
  ^bb0(%i: !nn.tensor<i64>, %row: !nn.tensor<f32[8]>, %c: !nn.tensor<f32[8]>):
    // expected-error @+1 {{memory plan: a value that is read here has been overwritten}}
    %y = nn.fused(%row, %c) : (f32[8], f32[8]) -> (f32[8]) {
    ^bb0(%u: !nn.tensor<f32[8]>, %v: !nn.tensor<f32[8]>):
      %s = nn.add %u, %v : f32[8]
      nn.yield %s : f32[8]
    }
    nn.yield %y : f32[8]
  }
  %s = nn.format ["", ""] [""] (%sum) : f32[8]
  nn.print %s
  nn.end
}
