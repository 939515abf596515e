//===- Describe.cpp - values in the words of messages ------------------------------------===//

#include "compiler/elaborate/Emitter.h"
#include "compiler/support/Text.h"

using namespace nnc;
using namespace nnc::elaborate;

std::string elaborate::describe(const Value &value) {
  switch (value.getKind()) {
  case Value::Poison:
    return "an error";
  case Value::Unit:
    return "nothing";
  case Value::Bool:
    return value.getBool() ? "true" : "false";
  case Value::Int:
    return std::to_string(value.getInt());
  case Value::Float:
    return formatNumber(value.getFloat());
  case Value::Str:
    return "\"" + value.getString() + "\"";
  case Value::Size:
    return "the size " + value.getSize().str();
  case Value::Runtime:
    return value.isTensor() ? value.getTensorType().str() : "text";
  case Value::Tuple:
    return "a tuple of " + std::to_string(value.getElements().size());
  case Value::List:
    return "a list";
  case Value::RangeKind:
    return "a range";
  case Value::Function: {
    const Callable &callable = *value.getCallable();
    if (callable.kind == Callable::Class)
      return "the layer " + callable.layer->name.name;
    return "a function";
  }
  case Value::Object:
    return "an instance of " + value.getInstance()->item->name.name;
  case Value::Data:
    return "a data set";
  case Value::BatchesKind:
    return "batches of a data set";
  case Value::EnumeratedKind:
    return describe(value.getEnumerated()) + " with numbers";
  case Value::WeightsKind:
    return "the weights or gradients of a layer";
  case Value::ModuleKind:
    return "the file " + value.getModule().file->source->getPath().str();
  }
  llvm_unreachable("every kind is described");
}
