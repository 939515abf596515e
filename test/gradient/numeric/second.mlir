// Gradients of gradients, and the losses that programs use.
// RUN: nn-gradcheck %s

nn.func @shared_exp {
^bb0(%x: !nn.tensor<f64>):
  %square = nn.mul %x, %x : f64
  %e = nn.exp %square : f64
  %y = nn.mul %x, %e : f64
  %g = nn.grad %y wrt (%x) [] : f64, (f64) -> (f64), ()
  %h = nn.grad %g wrt (%x) [] : f64, (f64) -> (f64), ()
  nn.return %g, %h : f64, f64
}

nn.func @functions attributes {range = [0.4, 1.6]} {
^bb0(%x: !nn.tensor<f64[3]>, %z: !nn.tensor<f64[3]>):
  %a = nn.tanh %x : f64[3]
  %b = nn.sigmoid %x : f64[3]
  %c = nn.sin %x : f64[3]
  %d = nn.cos %x : f64[3]
  %e = nn.log %x : f64[3]
  %f = nn.sqrt %x : f64[3]
  %p = nn.pow %x, %z : f64[3]
  %q = nn.div %p, %x : f64[3]
  %m = nn.max %x, %z : f64[3]
  %n = nn.min %x, %z : f64[3]
  %s0 = nn.mul %a, %b : f64[3]
  %s1 = nn.mul %c, %d : f64[3]
  %s2 = nn.mul %e, %f : f64[3]
  %s3 = nn.mul %q, %m : f64[3]
  %t0 = nn.add %s0, %s1 : f64[3]
  %t1 = nn.mul %s2, %n : f64[3]
  %t2 = nn.add %t0, %t1 : f64[3]
  %t3 = nn.add %t2, %s3 : f64[3]
  %y = nn.reduce sum %t3 [0] : f64[3] -> f64
  %g, %h = nn.grad %y wrt (%x, %z) [] : f64, (f64[3], f64[3]) -> (f64[3], f64[3]), ()
  nn.return %g, %h : f64[3], f64[3]
}

nn.func @structure attributes {sizes = [{n = 3}], below = 4} {
^bb0(%x: !nn.tensor<f64[n, 4]>, %w: !nn.tensor<f64[4, 4]>, %labels: !nn.tensor<i32[n]>):
  %y = nn.contract %x, %w batch [], [] contract [1], [1] : f64[n, 4], f64[4, 4] -> f64[n, 4]
  %t = nn.transpose %y [1, 0] : f64[n, 4] -> f64[4, n]
  %c = nn.concat %t, %t along 0 : f64[4, n], f64[4, n] -> f64[8, n]
  %s = nn.slice %c [1, 0] strides [2, 1] : f64[8, n] -> f64[4, n]
  %p = nn.pad %s low [1, 0] high [0, 0] interior [1, 0] : f64[4, n] -> f64[8, n]
  %r = nn.reshape %p : f64[8, n] -> f64[8*n]
  %q = nn.mul %r, %r : f64[8*n]
  %l = nn.gather %y at %labels batch 1 : f64[n, 4], i32[n] -> f64[n]
  %k = nn.mul %l, %l : f64[n]
  %big = nn.reduce max %q [0] : f64[8*n] -> f64
  %a = nn.reduce sum %q [0] : f64[8*n] -> f64
  %b = nn.reduce sum %k [0] : f64[n] -> f64
  %ab = nn.mul %a, %b : f64
  %e = nn.add %ab, %big : f64
  %g, %h = nn.grad %e wrt (%x, %w) [] : f64, (f64[n, 4], f64[4, 4]) -> (f64[n, 4], f64[4, 4]), ()
  nn.return %g, %h : f64[n, 4], f64[4, 4]
}

// Softmax, cross-entropy; the reduction's maximum cancels in the gradient.
nn.func @cross_entropy attributes {sizes = [{n = 1}, {n = 4}], below = 3} {
^bb0(%z: !nn.tensor<f64[n, 3]>, %labels: !nn.tensor<i32[n]>):
  %top = nn.reduce max %z [1] : f64[n, 3] -> f64[n]
  %tops = nn.broadcast %top [0] : f64[n] -> f64[n, 3]
  %shifted = nn.sub %z, %tops : f64[n, 3]
  %e = nn.exp %shifted : f64[n, 3]
  %sum = nn.reduce sum %e [1] : f64[n, 3] -> f64[n]
  %log = nn.log %sum : f64[n]
  %logs = nn.broadcast %log [0] : f64[n] -> f64[n, 3]
  %lp = nn.sub %shifted, %logs : f64[n, 3]
  %chosen = nn.gather %lp at %labels batch 1 : f64[n, 3], i32[n] -> f64[n]
  %total = nn.reduce sum %chosen [0] : f64[n] -> f64
  %count = nn.size n
  %real = nn.convert %count : i64 -> f64
  %mean = nn.div %total, %real : f64
  %loss = nn.neg %mean : f64
  nn.return %loss : f64
}
