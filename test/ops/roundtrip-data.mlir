// Every operation on data sets, texts and files of arrays is printed as it is read.
// RUN: nn-opt %s | nn-opt | FileCheck %s

nn.command @data doc "" flags [#nn.flag<name = "path", type = str>, #nn.flag<name = "fraction", type = float>] {
^bb0(%path: !nn.str, %fraction: !nn.tensor<f64>):
  // CHECK: ^bb0(%[[PATH:.*]]: !nn.str, %[[FRACTION:.*]]: !nn.tensor<f64>):
  %n = nn.constant dense<3> : tensor<i64>
  // CHECK: nn.source csv %[[PATH]] options %{{.*}}, %{{.*}}, %{{.*}} fields [#nn.field<name = "x", type = <f32[64]>>] : <rows>
  %all = nn.source csv %path options %n, %n, %n fields [#nn.field<name = "x", type = !nn.tensor<f32[64]>>] : !nn.dataset<rows>
  // CHECK: nn.source idx %[[PATH]], %[[PATH]] fields [] : <images>
  %images = nn.source idx %path, %path fields [] : !nn.dataset<images>
  // CHECK: nn.source npz %[[PATH]] fields [#nn.field<name = "x", type = <f32>, columns = ["a"]>] : <arrays>
  %arrays = nn.source npz %path fields [#nn.field<name = "x", type = !nn.tensor<f32>, columns = ["a"]>] : !nn.dataset<arrays>
  // CHECK: %[[KNOWN:.*]] = nn.constant dense<-1> : tensor<5xi32>
  %known = nn.constant dense<-1> : tensor<5xi32>
  // CHECK: nn.text %[[PATH]] : <bytes>
  %bytes = nn.text %path : !nn.dataset<bytes>
  // CHECK: nn.text %[[PATH]] in %[[KNOWN]] : i32[5] : <text>
  %text = nn.text %path in %known : i32[5] : !nn.dataset<text>
  // CHECK: nn.in_memory %[[KNOWN]] fields [#nn.field<name = "x", type = <i32>>] : i32[5] -> <five>
  %five = nn.in_memory %known fields [#nn.field<name = "x", type = !nn.tensor<i32>>] : i32[5] -> !nn.dataset<five>
  // CHECK: nn.shuffled %{{.*}}, %{{.*}} place 3 : <rows> -> <rows>
  %shuffled = nn.shuffled %all, %n place 3 : !nn.dataset<rows> -> !nn.dataset<rows>
  // CHECK: nn.split %{{.*}}, %[[FRACTION]] : <rows> -> <first>, <rest>
  %first, %rest = nn.split %shuffled, %fraction : !nn.dataset<rows> -> !nn.dataset<first>, !nn.dataset<rest>
  // CHECK: nn.k_fold %{{.*}}, %{{.*}} of %{{.*}} : <rows> -> <train>, <test>
  %train, %test = nn.k_fold %shuffled, %n of %n : !nn.dataset<rows> -> !nn.dataset<train>, !nn.dataset<test>
  // CHECK: nn.take %{{.*}}, %{{.*}} : <first> -> <few>
  %few = nn.take %first, %n : !nn.dataset<first> -> !nn.dataset<few>
  // CHECK: nn.windows %{{.*}}, %{{.*}} stride %{{.*}} shifts 2 : <text> -> <windows>
  %windows = nn.windows %text, %n stride %n shifts 2 : !nn.dataset<text> -> !nn.dataset<windows>
  // CHECK: nn.sampled %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} place 4 : <windows> -> <samples>
  %samples = nn.sampled %windows, %n, %n, %n place 4 : !nn.dataset<windows> -> !nn.dataset<samples>
  // CHECK: nn.rows %{{.*}} field 0 : <few> -> f32[few, 64]
  %x = nn.rows %few field 0 : !nn.dataset<few> -> f32[few, 64]
  // CHECK: nn.batches %{{.*}}, %{{.*}} rows "n" fields [0] counted : <few> {
  // CHECK-NEXT: ^bb0(%{{.*}}: !nn.tensor<i64>, %{{.*}}: !nn.tensor<f32[n, 64]>):
  nn.batches %few, %n rows "n" fields [0] counted : !nn.dataset<few> {
  ^bb0(%number: !nn.tensor<i64>, %batch: !nn.tensor<f32[n, 64]>):
    nn.end
  }
  // CHECK: nn.characters %[[PATH]], %[[KNOWN]] : i32[5] -> i32[5]
  %characters = nn.characters %path, %known : i32[5] -> i32[5]
  // CHECK: nn.text_size %[[PATH]]
  %size = nn.text_size %path
  // CHECK: nn.text_size %[[PATH]] bytes
  %length = nn.text_size %path bytes
  nn.bind_size "t" = %size
  // CHECK: nn.encode %[[PATH]] in %{{.*}} : i32[5] -> i32[1, t]
  %ids = nn.encode %path in %characters : i32[5] -> i32[1, t]
  // CHECK: nn.decode %{{.*}} : i32[1, t]{{$}}
  %plain = nn.decode %ids : i32[1, t]
  // CHECK: nn.decode %{{.*}} : i32[1, t] in %{{.*}} : i32[5]
  %decoded = nn.decode %ids : i32[1, t] in %characters : i32[5]
  // CHECK: nn.save_array %[[PATH]], %{{.*}} : i32[1, t]
  nn.save_array %path, %ids : i32[1, t]
  nn.end
}
