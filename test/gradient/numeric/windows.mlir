// Sliding windows, their transpose, and padding by other numbers than 0.
// RUN: nn-gradcheck %s

nn.func @patches attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%x: !nn.tensor<f64[n, 2, 9]>):
  %plain = nn.patches %x kernel [3] strides [1] dilations [1] : f64[n, 2, 9] -> f64[n, 2, 3, 7]
  %apart = nn.patches %x kernel [2] strides [3] dilations [2] : f64[n, 2, 9] -> f64[n, 2, 2, 3]
  nn.return %plain, %apart : f64[n, 2, 3, 7], f64[n, 2, 2, 3]
}

nn.func @patches_of_images attributes {sizes = [{h = 4, w = 5}]} {
^bb0(%x: !nn.tensor<f64[2, h, w]>):
  %y = nn.patches %x kernel [2, 3] strides [1, 1] dilations [1, 2] : f64[2, h, w] -> f64[2, 2, 3, h - 1, w - 4]
  nn.return %y : f64[2, 2, 3, h - 1, w - 4]
}

nn.func @fold attributes {sizes = [{n = 1}, {n = 3}]} {
^bb0(%x: !nn.tensor<f64[n, 3, 4]>):
  %tight = nn.fold %x kernel [3] strides [2] dilations [1] : f64[n, 3, 4] -> f64[n, 9]
  %loose = nn.fold %x kernel [3] strides [1] dilations [2] : f64[n, 3, 4] -> f64[n, 10]
  nn.return %tight, %loose : f64[n, 9], f64[n, 10]
}

nn.func @fold_of_images {
^bb0(%x: !nn.tensor<f64[2, 3, 2, 2]>):
  %y = nn.fold %x kernel [2, 3] strides [1, 2] dilations [1, 1] : f64[2, 3, 2, 2] -> f64[3, 6]
  nn.return %y : f64[3, 6]
}

// The largest of each window: a max-pooling.
nn.func @max_pool attributes {sizes = [{n = 2}]} {
^bb0(%x: !nn.tensor<f64[n, 4, 5]>):
  %padded = nn.pad %x low [0, 0, 1] high [0, 0, 0] interior [0, 0, 0] {value = -1.000000e+06 : f64} : f64[n, 4, 5] -> f64[n, 4, 6]
  %windows = nn.patches %padded kernel [2, 2] strides [2, 2] dilations [1, 1] : f64[n, 4, 6] -> f64[n, 2, 2, 2, 3]
  %y = nn.reduce max %windows [1, 2] : f64[n, 2, 2, 2, 3] -> f64[n, 2, 3]
  nn.return %y : f64[n, 2, 3]
}

nn.func @reverse attributes {sizes = [{n = 1}, {n = 4}]} {
^bb0(%x: !nn.tensor<f64[n, 3, 2]>):
  %y = nn.reverse %x [0, 2] : f64[n, 3, 2]
  nn.return %y : f64[n, 3, 2]
}
