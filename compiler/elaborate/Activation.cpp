//===- Activation.cpp - entering and leaving what is called ------------------------===//

#include "compiler/elaborate/Activation.h"
#include "compiler/elaborate/Interpreter.h"

using namespace nnc;
using namespace nnc::elaborate;

Activation::Activation(Interpreter &interpreter, std::string what, Span callSite, Module &module,
                       Scope &scope)
    : interpreter(interpreter), position(interpreter), control(interpreter) {
  frame.callSite = callSite;
  frame.site = interpreter.getLoc(callSite);
  frame.statement = interpreter.statement;
  frame.parent = interpreter.frame;
  frame.depth = interpreter.frame ? interpreter.frame->depth + 1 : 1;
  enter(std::move(what), module, scope);
}

Activation::Activation(Interpreter &interpreter, std::string what, Module &module, Scope &scope)
    : interpreter(interpreter), position(interpreter), control(interpreter) {
  static_cast<Position &>(interpreter) = Position();
  static_cast<Control &>(interpreter) = Control();
  enter(std::move(what), module, scope);
}

void Activation::enter(std::string what, Module &module, Scope &scope) {
  frame.what = std::move(what);
  frame.inLibrary = module.isLibrary;
  runtimeDepth = interpreter.runtimeDepth;
  interpreter.frame = &frame;
  interpreter.statement = nullptr;
  interpreter.activation = this;
  interpreter.scope = &scope;
  interpreter.currentModule = &module;
  interpreter.blockEnded = false;
  // Loops of the caller are not its own: its `break` cannot leave them.
  interpreter.loop = Control::Loop::None;
  interpreter.recurrence = nullptr;
}

void Activation::closeExits() {
  interpreter.raised = control.raised;
  interpreter.blockEnded = false;
  returned = false;
}

Activation::~Activation() {
  static_cast<Position &>(interpreter) = std::move(position);
  static_cast<Control &>(interpreter) = std::move(control);
}
