nn.func @f {
  nn.return loc(fused<#nn.origin<3, backward of 2>>["net.nn":3:7])
}
