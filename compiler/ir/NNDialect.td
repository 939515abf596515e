//===- NNDialect.td - the nn dialect and its types -----------------*- tablegen -*-===//
//
// The dialect in which a program lives from elaboration to lowering. Its tensors have an element type
// and a shape of Dims (numbers and expressions over run-time sizes); scalars are tensors of rank 0.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_NN_DIALECT
#define NNC_IR_NN_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def NN_Dialect : Dialect {
  let name = "nn";
  let cppNamespace = "::nnc::ir";
  let summary = "Neural networks: tensor operations, gradients, training programs";
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    void registerTypes();
    void registerAttributes();
    void registerOperations();

    /// An id for an operation's origin (#nn.origin) that no other operation of this context has.
    int64_t makeOriginId() { return ++lastOriginId; }
    /// Says that an id is in use, so that it will not be made again.
    void reserveOriginId(int64_t id);

  private:
    ::std::atomic<int64_t> lastOriginId = 0;

  public:
  }];
}

class NN_Type<string name, string typeMnemonic> : TypeDef<NN_Dialect, name> {
  let mnemonic = typeMnemonic;
}

def NN_TensorTypeDef : NN_Type<"NNTensor", "tensor"> {
  let summary = "dense tensor";
  let description = [{
    `!nn.tensor<f32[n, 64]>`: a dense, row-major tensor; operations of the dialect print it as
    `f32[n, 64]`, and a scalar as `f32`. Dimensions are Dims.
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::Attribute">:$dimAttrs, "::mlir::Type":$elementType);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    static NNTensorType get(::llvm::ArrayRef<Dim> shape, ::mlir::Type elementType);
    /// A scalar.
    static NNTensorType getScalar(::mlir::Type elementType) {
      return get(elementType.getContext(), {}, elementType);
    }
    ::llvm::SmallVector<Dim> getShape() const;
    Dim getDim(int64_t axis) const { return Dim(getDimAttrs()[axis]); }
    int64_t getRank() const { return getDimAttrs().size(); }
    bool isScalar() const { return getRank() == 0; }
    bool hasStaticShape() const;
    bool isFloat() const { return ::llvm::isa<::mlir::FloatType>(getElementType()); }
    bool isBool() const { return getElementType().isInteger(1); }
    bool isInteger() const { return getElementType().isInteger() && !isBool(); }
    /// The number of elements.
    Dim getCount() const { return getProduct(getContext(), getShape()); }
    NNTensorType withElementType(::mlir::Type type) const { return get(getContext(), getDimAttrs(), type); }
    NNTensorType withShape(::llvm::ArrayRef<Dim> shape) const;
    /// As the language writes it: f32[n, 64].
    std::string str() const;
  }];
}

def NN_StrType : NN_Type<"Str", "str"> { let summary = "run-time string"; }

def NN_DatasetType : NN_Type<"Dataset", "dataset"> {
  let summary = "handle of a data set";
  let description = [{ `!nn.dataset<rows>`: `rows` is the size symbol that its row count binds. }];
  let parameters = (ins "::mlir::StringAttr":$rows);
  let hasCustomAssemblyFormat = 1;
}

def NN_Tensor : Type<CPred<"::llvm::isa<::nnc::ir::NNTensorType>($_self)">, "tensor", "::nnc::ir::NNTensorType">;
class NN_TensorWhere<string predicate, string text>
    : Type<And<[NN_Tensor.predicate, CPred<"::llvm::cast<::nnc::ir::NNTensorType>($_self)." # predicate>]>, text,
           "::nnc::ir::NNTensorType">;
def NN_FloatTensor : NN_TensorWhere<"isFloat()", "tensor of floating-point numbers">;
def NN_BoolTensor : NN_TensorWhere<"isBool()", "tensor of bool">;
def NN_IntTensor : NN_TensorWhere<"isInteger()", "tensor of integers">;
def NN_NumberTensor : Type<And<[NN_Tensor.predicate, Neg<NN_BoolTensor.predicate>]>, "tensor of numbers",
                           "::nnc::ir::NNTensorType">;
// Scalars of one type can be left out of an operation's syntax.
class NN_ScalarOf<string elementType, string text>
    : NN_TensorWhere<"isScalar() && ::llvm::cast<::nnc::ir::NNTensorType>($_self).getElementType() == "
                     "::mlir::Builder($_self.getContext())." # elementType, text>,
      BuildableType<"::nnc::ir::NNTensorType::getScalar($_builder." # elementType # ")">;
def NN_IntScalar : NN_ScalarOf<"getI64Type()", "i64 scalar">;
def NN_F64Scalar : NN_ScalarOf<"getF64Type()", "f64 scalar">;
def NN_BoolScalar : NN_ScalarOf<"getI1Type()", "bool scalar">;
def NN_Scalar : NN_TensorWhere<"isScalar()", "scalar">;
def NN_FloatScalar : NN_TensorWhere<"isScalar() && ::llvm::cast<::nnc::ir::NNTensorType>($_self).isFloat()",
                                    "floating-point scalar">;
def NN_Str : Type<CPred<"::llvm::isa<::nnc::ir::StrType>($_self)">, "string", "::nnc::ir::StrType">,
             BuildableType<"$_builder.getType<::nnc::ir::StrType>()">;
def NN_Dataset : Type<CPred<"::llvm::isa<::nnc::ir::DatasetType>($_self)">, "data set", "::nnc::ir::DatasetType">;

class NN_Attr<string name, string attrMnemonic> : AttrDef<NN_Dialect, name> { let mnemonic = attrMnemonic; }

def NN_OriginKind : I32EnumAttr<"OriginKind", "which part of a program an operation belongs to", [
    I32EnumAttrCase<"Forward", 0, "forward">,    // what the program says
    I32EnumAttrCase<"Gradient", 1, "gradient">,  // what a gradient rule made of that
    I32EnumAttrCase<"Update", 2, "update">,      // what an optimizer does to a variable
    I32EnumAttrCase<"Schedule", 3, "schedule">]> { // what the optimiser arranged
  let cppNamespace = "::nnc::ir";
}

def NN_OriginAttr : NN_Attr<"Origin", "origin"> {
  let summary = "where an operation comes from";
  let description = [{
    `#nn.origin<7>`, `#nn.origin<9, gradient of 7>`, `#nn.origin<12, update of 3>`: the metadata of the fused location that
    every operation of a program has (ir/Origin.h). `id` is the operation's own; `of` is the id of the operation that it was
    derived from, which is for a gradient the one whose rule emitted it and for an update the updated variable's nn.variable,
    or 0. Copies of an operation share its id.
  }];
  let parameters = (ins "int64_t":$id, "OriginKind":$kind, "int64_t":$of);
  let hasCustomAssemblyFormat = 1;
}

/// An array of Dims, printed [n, 2*t, 4].
def NN_DimsAttr : Attr<CPred<"::llvm::isa<::mlir::ArrayAttr>($_self)">, "dimensions"> {
  let storageType = "::mlir::ArrayAttr";
  let returnType = "::mlir::ArrayAttr";
  let convertFromStorage = "$_self";
}

#endif // NNC_IR_NN_DIALECT
