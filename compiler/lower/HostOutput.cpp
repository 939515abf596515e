//===- HostOutput.cpp - strings, printing, progress ----------------------------------===//

#include "compiler/ir/ScalarExpr.h"
#include "compiler/lower/Host.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::ir;
using namespace nnc::lower;

/// A scalar in another type, by the rules of nn.convert.
static Value convertTo(Host &host, Location loc, Value scalar, Type type) {
  return convert(Scalar(host.getBuilder(), loc, scalar), type).getValue();
}

static LogicalResult lowerString(StringOp op, Host &host) {
  host.set(op.getResult(), host.getString(op.getLoc(), op.getValue()));
  return success();
}

/// Emits the piece of a string that shows a value.
static void formatValue(Host &host, Location loc, Value value, llvm::StringRef spec) {
  OpBuilder &builder = host.getBuilder();
  Value form = host.getString(loc, spec);
  auto type = llvm::dyn_cast<NNTensorType>(value.getType());
  if (!type) {
    host.call(loc, NN_RUNTIME(nn_format_str), {host.get(value), form});
    return;
  }
  if (type.isScalar()) {
    Value scalar = host.get(value);
    if (type.isFloat())
      host.call(loc, NN_RUNTIME(nn_format_f64),
                {convertTo(host, loc, scalar, builder.getF64Type()), form});
    else
      host.call(loc, type.isBool() ? NN_RUNTIME(nn_format_bool) : NN_RUNTIME(nn_format_i64),
                {convertTo(host, loc, scalar, builder.getI64Type()), form});
    return;
  }
  llvm::SmallVector<Value> dims;
  for (Dim dim : type.getShape())
    dims.push_back(host.getDim(loc, dim));
  host.call(loc, NN_RUNTIME(nn_format_tensor),
            {host.getAddress(value), host.getI64(loc, getDType(type.getElementType())),
             host.getI64(loc, type.getRank()), host.createStackArray(loc, dims), form});
}

static LogicalResult lowerFormat(FormatOp op, Host &host) {
  Location loc = op.getLoc();
  auto text = llvm::to_vector(op.getText().getAsValueRange<StringAttr>());
  auto specs = llvm::to_vector(op.getSpecs().getAsValueRange<StringAttr>());
  if (text.size() != op.getValues().size() + 1 || specs.size() != op.getValues().size())
    return op.emitOpError("needs a text before, between and after its values, and a spec for each");
  host.call(loc, NN_RUNTIME(nn_format_begin), {});
  auto append = [&](llvm::StringRef piece) {
    if (!piece.empty())
      host.call(loc, NN_RUNTIME(nn_format_text), host.getString(loc, piece));
  };
  append(text[0]);
  for (auto [i, value] : llvm::enumerate(op.getValues())) {
    formatValue(host, loc, value, specs[i]);
    append(text[i + 1]);
  }
  host.set(op.getResult(), host.call(loc, NN_RUNTIME(nn_format_end), {}));
  return success();
}

static LogicalResult lowerStringEqual(StringEqualOp op, Host &host) {
  Location loc = op.getLoc();
  Value equal =
      host.call(loc, NN_RUNTIME(nn_string_equal), {host.get(op.getA()), host.get(op.getB())});
  host.set(op.getResult(), arith::CmpIOp::create(host.getBuilder(), loc, arith::CmpIPredicate::ne,
                                                 equal, host.getI64(loc, 0)));
  return success();
}

static LogicalResult lowerPrint(PrintOp op, Host &host) {
  host.call(op.getLoc(), op.getNoNewline() ? NN_RUNTIME(nn_write) : NN_RUNTIME(nn_print),
            host.get(op.getText()));
  return success();
}

static LogicalResult lowerClock(ClockOp op, Host &host) {
  Type element = llvm::cast<NNTensorType>(op.getResult().getType()).getElementType();
  Value seconds = host.call(op.getLoc(), NN_RUNTIME(nn_clock), {});
  host.set(op.getResult(), convertTo(host, op.getLoc(), seconds, element));
  return success();
}

static LogicalResult lowerReport(ReportOp op, Host &host) {
  Location loc = op.getLoc();
  OpBuilder &builder = host.getBuilder();
  abi::ConstantTable &constants = host.getConstants();
  llvm::SmallVector<StringAttr> names;
  for (llvm::StringRef name : op.getNames().getAsValueRange<StringAttr>())
    names.push_back(constants.getStringName(name));
  llvm::SmallVector<Value> values;
  llvm::SmallVector<int64_t> integer;
  for (Value value : op.getValues()) {
    values.push_back(convertTo(host, loc, host.get(value), builder.getF64Type()));
    integer.push_back(!llvm::cast<NNTensorType>(value.getType()).isFloat());
  }
  abi::Table<nn_report_site> site(1);
  site.set(0, &nn_report_site::column_count, values.size());
  site.set(0, &nn_report_site::names, constants.define(loc, "names", names));
  site.set(0, &nn_report_site::integer, constants.define(loc, "integer", integer));
  host.call(loc, op.getTable() ? NN_RUNTIME(nn_table) : NN_RUNTIME(nn_report),
            {constants.getAddress(builder, loc, constants.define(loc, "report", site)),
             host.createStackArray(loc, values)});
  return success();
}

static LogicalResult lowerKeepGoing(KeepGoingOp op, Host &host) {
  host.call(op.getLoc(), NN_RUNTIME(nn_keep_going), {});
  return success();
}

void nnc::lower::attachOutput(MLIRContext *context) {
  StringOp::attachInterface<LowerModel<StringOp, lowerString>>(*context);
  FormatOp::attachInterface<LowerModel<FormatOp, lowerFormat>>(*context);
  StringEqualOp::attachInterface<LowerModel<StringEqualOp, lowerStringEqual>>(*context);
  PrintOp::attachInterface<LowerModel<PrintOp, lowerPrint>>(*context);
  ClockOp::attachInterface<LowerModel<ClockOp, lowerClock>>(*context);
  ReportOp::attachInterface<LowerModel<ReportOp, lowerReport>>(*context);
  KeepGoingOp::attachInterface<LowerModel<KeepGoingOp, lowerKeepGoing>>(*context);
}
