//===- NNDialect.cpp - registration, types and shared syntax of the nn dialect ----===//

#include "compiler/ir/NN.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nnc::ir;

#include "compiler/ir/NNDialect.cpp.inc"
#include "compiler/ir/NNEnums.cpp.inc"
#include "compiler/ir/NNInterfaces.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "compiler/ir/NNTypes.cpp.inc"

void NNDialect::initialize() {
  registerTypes();
  registerAttributes();
  registerOperations();
}

void NNDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "compiler/ir/NNTypes.cpp.inc"
      >();
}

//===-- Types ---------------------------------------------------------------===//

NNTensorType NNTensorType::get(llvm::ArrayRef<Dim> shape, Type elementType) {
  llvm::SmallVector<Attribute> dims;
  for (Dim dim : shape)
    dims.push_back(dim.toAttribute());
  return get(elementType.getContext(), dims, elementType);
}

llvm::SmallVector<Dim> NNTensorType::getShape() const {
  llvm::SmallVector<Dim> shape;
  for (Attribute dim : getDimAttrs())
    shape.push_back(Dim(dim));
  return shape;
}

bool NNTensorType::hasStaticShape() const {
  return llvm::all_of(getShape(), [](Dim dim) { return dim.isStatic(); });
}

NNTensorType NNTensorType::withShape(llvm::ArrayRef<Dim> shape) const {
  return get(shape, getElementType());
}

std::string NNTensorType::str() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (isBool())
    os << "bool";
  else
    os << getElementType();
  if (isScalar())
    return text;
  os << "[";
  llvm::interleaveComma(getShape(), os, [&](Dim dim) { os << dim.str(); });
  os << "]";
  return text;
}

// The dimensions, if any, that follow an element type: f32[n, 64].
static FailureOr<NNTensorType> parseShape(AsmParser &parser, Type elementType) {
  llvm::SmallVector<Dim> shape;
  auto parseDim = [&]() -> ParseResult {
    FailureOr<Dim> dim = Dim::parse(parser);
    if (failed(dim))
      return failure();
    shape.push_back(*dim);
    return success();
  };
  if (succeeded(parser.parseOptionalLSquare()))
    if (parser.parseCommaSeparatedList(parseDim) || parser.parseRSquare())
      return failure();
  return NNTensorType::get(shape, elementType);
}

static void printShort(AsmPrinter &printer, NNTensorType type) {
  printer << type.getElementType();
  if (type.isScalar())
    return;
  printer << "[";
  llvm::interleaveComma(type.getShape(), printer, [&](Dim dim) { dim.print(printer); });
  printer << "]";
}

Type NNTensorType::parse(AsmParser &parser) {
  if (parser.parseLess())
    return {};
  Type elementType;
  if (parser.parseType(elementType))
    return {};
  FailureOr<NNTensorType> type = parseShape(parser, elementType);
  if (failed(type) || parser.parseGreater())
    return {};
  return *type;
}

void NNTensorType::print(AsmPrinter &printer) const {
  printer << "<";
  printShort(printer, *this);
  printer << ">";
}

Type DatasetType::parse(AsmParser &parser) {
  std::string rows;
  if (parser.parseLess() || parser.parseKeywordOrString(&rows) || parser.parseGreater())
    return {};
  return get(parser.getContext(), StringAttr::get(parser.getContext(), rows));
}

void DatasetType::print(AsmPrinter &printer) const {
  printer << "<";
  printer.printKeywordOrString(getRows());
  printer << ">";
}

//===-- Helpers ----------------------------------------------------------------===//

llvm::SmallVector<Dim> nnc::ir::getDims(ArrayAttr dims) {
  llvm::SmallVector<Dim> result;
  for (Attribute dim : dims)
    result.push_back(Dim(dim));
  return result;
}

ArrayAttr nnc::ir::getDimsAttr(MLIRContext *context, llvm::ArrayRef<Dim> dims) {
  llvm::SmallVector<Attribute> attributes;
  for (Dim dim : dims)
    attributes.push_back(dim.toAttribute());
  return ArrayAttr::get(context, attributes);
}

NNTensorType nnc::ir::getScalarType(Type elementType) {
  return NNTensorType::getScalar(elementType);
}

Value nnc::ir::createUniform(OpBuilder &builder, Location loc, Value scalar, NNTensorType like) {
  if (like.isScalar())
    return scalar;
  NNTensorType type =
      like.withElementType(llvm::cast<NNTensorType>(scalar.getType()).getElementType());
  return BroadcastOp::create(builder, loc, type, scalar, llvm::ArrayRef<int64_t>());
}

Value nnc::ir::createFilled(OpBuilder &builder, Location loc, NNTensorType type, double value) {
  Type elementType = type.getElementType();
  Attribute element = llvm::isa<FloatType>(elementType)
                          ? Attribute(builder.getFloatAttr(elementType, value))
                          : builder.getIntegerAttr(elementType, static_cast<int64_t>(value));
  auto scalar = DenseElementsAttr::get(RankedTensorType::get({}, elementType), element);
  Value constant = ConstantOp::create(builder, loc, scalar);
  if (type.isScalar())
    return constant;
  return BroadcastOp::create(builder, loc, type, constant, llvm::ArrayRef<int64_t>{});
}

//===-- Syntax that operations share ----------------------------------------------===//

// Tensor types are written short, all others as MLIR writes them.
static OptionalParseResult parseOptionalNNType(OpAsmParser &parser, Type &type) {
  OptionalParseResult any = parser.parseOptionalType(type);
  if (!any.has_value() || failed(*any) || !llvm::isa<FloatType, IntegerType>(type))
    return any;
  FailureOr<NNTensorType> tensor = parseShape(parser, type);
  if (failed(tensor))
    return failure();
  type = *tensor;
  return success();
}
static ParseResult parseNNType(OpAsmParser &parser, Type &type) {
  OptionalParseResult any = parseOptionalNNType(parser, type);
  if (!any.has_value())
    return parser.emitError(parser.getCurrentLocation(), "expected a type");
  return *any;
}
static void printNNType(OpAsmPrinter &printer, Operation *, Type type) {
  if (auto tensor = llvm::dyn_cast<NNTensorType>(type))
    printShort(printer, tensor);
  else
    printer << type;
}
static ParseResult parseNNTypes(OpAsmParser &parser, llvm::SmallVectorImpl<Type> &types) {
  Type type;
  OptionalParseResult any = parseOptionalNNType(parser, type);
  if (!any.has_value())
    return success();
  if (failed(*any))
    return failure();
  types.push_back(type);
  while (succeeded(parser.parseOptionalComma()))
    if (parseNNType(parser, types.emplace_back()))
      return failure();
  return success();
}
static void printNNTypes(OpAsmPrinter &printer, Operation *op, TypeRange types) {
  llvm::interleaveComma(types, printer, [&](Type type) { printNNType(printer, op, type); });
}
static ParseResult parseNNTypeAttr(OpAsmParser &parser, TypeAttr &attribute) {
  Type type;
  if (parseNNType(parser, type))
    return failure();
  attribute = TypeAttr::get(type);
  return success();
}
static void printNNTypeAttr(OpAsmPrinter &printer, Operation *op, TypeAttr type) {
  printNNType(printer, op, type.getValue());
}
static ParseResult parseOneDim(OpAsmParser &parser, Attribute &dim) {
  FailureOr<Dim> parsed = Dim::parse(parser);
  if (failed(parsed))
    return failure();
  dim = parsed->toAttribute();
  return success();
}
static void printOneDim(OpAsmPrinter &printer, Operation *, Attribute dim) {
  Dim(dim).print(printer);
}
static ParseResult parseDims(OpAsmParser &parser, ArrayAttr &dims) {
  llvm::SmallVector<Attribute> parsed;
  auto parseOne = [&]() -> ParseResult {
    Attribute dim;
    if (parseOneDim(parser, dim))
      return failure();
    parsed.push_back(dim);
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseOne))
    return failure();
  dims = ArrayAttr::get(parser.getContext(), parsed);
  return success();
}
static void printDims(OpAsmPrinter &printer, Operation *op, ArrayAttr dims) {
  printer << "[";
  llvm::interleaveComma(dims, printer, [&](Attribute dim) { printOneDim(printer, op, dim); });
  printer << "]";
}

#include "compiler/ir/ScalarPrimitives.h"
#include "compiler/ir/TensorExpr.h"
#include <cmath>

#define GET_OP_CLASSES
#include "compiler/ir/NNOps.cpp.inc"

void NNDialect::registerOperations() {
  addOperations<
#define GET_OP_LIST
#include "compiler/ir/NNOps.cpp.inc"
      >();
}
