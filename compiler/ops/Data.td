//===- Data.td - data sets: sources, views, batches, texts and their characters --*- tablegen -*-===//
//
// A data set is a handle of the runtime whose type names the size symbol of its rows. A source reads files whole; a view
// selects and orders rows, and copies none. Raw fields are numbered; what the user declared of them is elaborated where rows
// are taken (nn.rows, nn.batches).
//
//===----------------------------------------------------------------------===//
#ifndef NNC_OPS_DATA
#define NNC_OPS_DATA

include "compiler/ops/Program.td"

//===-- Sources ------------------------------------------------------------------------===//

def NN_FieldsAttr : TypedArrayAttrBase<NN_FieldAttr, "fields">;

def NN_SourceOp : NN_Op<"source", [AttrSizedOperandSegments]> {
  let summary = "reads files into a data set";
  let description = [{
    `options`: csv: lines to skip, whether a header follows, the delimiter's code.
  }];
  let arguments = (ins NN_SourceFormatAttr:$format, Variadic<NN_Str>:$paths, Variadic<NN_IntScalar>:$options, NN_FieldsAttr:$fields);
  let results = (outs NN_Dataset:$result);
  let assemblyFormat = "$format $paths (`options` $options^)? `fields` $fields attr-dict `:` type($result)";
}
def NN_TextOp : NN_Op<"text"> {
  let summary = "the characters of a text file as a data set of one field: their numbers (in `characters`; without, its bytes)";
  let arguments = (ins NN_Str:$path, Optional<NN_IntTensor>:$characters);
  let results = (outs NN_Dataset:$result);
  let assemblyFormat = "$path (`in` $characters^ `:` custom<NNType>(type($characters)))? attr-dict `:` type($result)";
}
def NN_InMemoryOp : NN_Op<"in_memory"> {
  let summary = "a data set of tensors, which are copied; fields as for nn.source";
  let arguments = (ins Variadic<NN_Tensor>:$tensors, NN_FieldsAttr:$fields);
  let results = (outs NN_Dataset:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$tensors `fields` $fields attr-dict `:` custom<NNTypes>(type($tensors)) `->` type($result)";
}

//===-- Views ------------------------------------------------------------------------------===//

def NN_ShuffledOp : NN_Op<"shuffled"> {
  let summary = "a view in random order";
  let arguments = (ins NN_Dataset:$data, NN_IntScalar:$stream, I64Attr:$place);
  let results = (outs NN_Dataset:$result);
  let assemblyFormat = "$data `,` $stream `place` $place attr-dict `:` type($data) `->` type($result)";
}
def NN_SplitOp : NN_Op<"split"> {
  let summary = "the first rows and the rest";
  let arguments = (ins NN_Dataset:$data, NN_F64Scalar:$fraction);
  let results = (outs NN_Dataset:$first, NN_Dataset:$rest);
  let assemblyFormat = "$data `,` $fraction attr-dict `:` type($data) `->` type($first) `,` type($rest)";
}
def NN_KFoldOp : NN_Op<"k_fold"> {
  let summary = "part `index` of `count` parts as equal as possible (`test`), and all other rows (`train`)";
  let arguments = (ins NN_Dataset:$data, NN_IntScalar:$index, NN_IntScalar:$count);
  let results = (outs NN_Dataset:$train, NN_Dataset:$test);
  let assemblyFormat = "$data `,` $index `of` $count attr-dict `:` type($data) `->` type($train) `,` type($test)";
}
def NN_TakeOp : NN_Op<"take"> {
  let summary = "the first rows, at most `count`";
  let arguments = (ins NN_Dataset:$data, NN_IntScalar:$count);
  let results = (outs NN_Dataset:$result);
  let assemblyFormat = "$data `,` $count attr-dict `:` type($data) `->` type($result)";
}
def NN_WindowsOp : NN_Op<"windows"> {
  let summary = "each `steps` rows that follow each other as one row, `stride` rows apart";
  let description = [{
    Raw field f becomes `shifts` fields, f * shifts + s being the window that begins s rows later.
  }];
  let arguments = (ins NN_Dataset:$data, NN_IntScalar:$steps, NN_IntScalar:$stride, I64Attr:$shifts);
  let results = (outs NN_Dataset:$result);
  let assemblyFormat = "$data `,` $steps `stride` $stride `shifts` $shifts attr-dict `:` type($data) `->` type($result)";
}
def NN_SampledOp : NN_Op<"sampled"> {
  let summary = "`size` times `steps` rows, drawn at random with replacement";
  let arguments = (ins NN_Dataset:$data, NN_IntScalar:$size, NN_IntScalar:$steps, NN_IntScalar:$stream, I64Attr:$place);
  let results = (outs NN_Dataset:$result);
  let assemblyFormat = "$data `,` $size `,` $steps `,` $stream `place` $place attr-dict `:` type($data) `->` type($result)";
}

//===-- Rows -----------------------------------------------------------------------------------===//

def NN_RowsOp : NN_Op<"rows", [ComputesIntoDestination]> {
  let summary = "a field of all rows, as one tensor [rows, ...]";
  let arguments = (ins NN_Dataset:$data, I64Attr:$field);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$data `field` $field attr-dict `:` type($data) `->` custom<NNType>(type($result))";
}
def NN_BatchesOp : NN_Body<"batches", [LoopOpInterface, SizeOpInterface]> {
  let summary = "for each batch of at most `size` rows; the last may be short";
  let description = [{
    The block's arguments are the fields numbered `fields`, with a first dimension that is the symbol `rows`, bound anew for each batch;
    with `counted` the first argument is the number of the batch, from 0.
  }];
  let arguments = (ins NN_Dataset:$data, NN_IntScalar:$size, StrAttr:$rows, DenseI64ArrayAttr:$fields, UnitAttr:$counted);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $data `,` $size `rows` $rows `fields` $fields (`counted` $counted^)? attr-dict-with-keyword `:` type($data) $body
  }];
  let extraClassDeclaration = "::llvm::SmallVector<::mlir::StringAttr> getBoundSymbols() { return {getRowsAttr()}; }";
}

//===-- Characters ----------------------------------------------------------------------------===//

def NN_CharactersOp : NN_Op<"characters", [ComputesIntoDestination]> {
  let summary = "`known` (code points; -1: free) and, in the free places, the other characters of a text file in ascending order";
  let arguments = (ins NN_Str:$path, NN_IntTensor:$known);
  let results = (outs NN_IntTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$path `,` $known attr-dict `:` custom<NNType>(type($known)) `->` custom<NNType>(type($result))";
}
def NN_TextSizeOp : NN_Op<"text_size"> {
  let summary = "the number of characters of a text, or of bytes";
  let arguments = (ins NN_Str:$text, UnitAttr:$bytes);
  let results = (outs NN_IntScalar:$result);
  let assemblyFormat = "$text (`bytes` $bytes^)? attr-dict";
}
def NN_EncodeOp : NN_Op<"encode", [ComputesIntoDestination]> {
  let summary = "the numbers of a text's characters (in `characters`; without, its bytes), as [1, nn.text_size of it]";
  let arguments = (ins NN_Str:$text, Optional<NN_IntTensor>:$characters);
  let results = (outs NN_IntTensor:$result);
  let assemblyFormat = [{
    $text (`in` $characters^ `:` custom<NNType>(type($characters)))? attr-dict `->` custom<NNType>(type($result))
  }];
}
def NN_DecodeOp : NN_Op<"decode"> {
  let summary = "the text of which `ids` are the characters' numbers";
  let arguments = (ins NN_IntTensor:$ids, Optional<NN_IntTensor>:$characters);
  let results = (outs NN_Str:$result);
  let assemblyFormat = [{
    $ids `:` custom<NNType>(type($ids)) (`in` $characters^ `:` custom<NNType>(type($characters)))? attr-dict
  }];
}

//===-- Files of arrays -------------------------------------------------------------------------===//

def NN_SaveArrayOp : NN_Op<"save_array", [FileWriterOpInterface]> {
  let summary = "writes a tensor to an npy file";
  let arguments = (ins NN_Str:$path, NN_Tensor:$array);
  let assemblyFormat = "$path `,` $array attr-dict `:` custom<NNType>(type($array))";
}

#endif // NNC_OPS_DATA
