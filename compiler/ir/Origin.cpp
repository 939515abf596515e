//===- Origin.cpp - where an operation comes from -------------------------------===//

#include "compiler/ir/Origin.h"
#include "compiler/support/Source.h"

using namespace mlir;

namespace nnc::ir {

//===-- The attribute ---------------------------------------------------------------===//

void NNDialect::reserveOriginId(int64_t id) {
  int64_t last = lastOriginId;
  while (last < id && !lastOriginId.compare_exchange_weak(last, id))
    ;
}

Attribute OriginAttr::parse(AsmParser &parser, Type) {
  int64_t id = 0, of = 0;
  OriginKind kind = OriginKind::Forward;
  if (parser.parseLess() || parser.parseInteger(id))
    return {};
  if (succeeded(parser.parseOptionalComma())) {
    llvm::StringRef word;
    llvm::SMLoc at = parser.getCurrentLocation();
    if (parser.parseKeyword(&word))
      return {};
    std::optional<OriginKind> named = symbolizeOriginKind(word);
    if (!named) {
      parser.emitError(at, "unknown kind of origin");
      return {};
    }
    kind = *named;
    if (succeeded(parser.parseOptionalKeyword("of")) && parser.parseInteger(of))
      return {};
  }
  if (parser.parseGreater())
    return {};
  MLIRContext *context = parser.getContext();
  context->getLoadedDialect<NNDialect>()->reserveOriginId(std::max(id, of));
  return get(context, id, kind, of);
}

void OriginAttr::print(AsmPrinter &printer) const {
  printer << "<" << getId();
  if (getKind() != OriginKind::Forward)
    printer << ", " << stringifyOriginKind(getKind());
  if (getOf() != 0)
    printer << " of " << getOf();
  printer << ">";
}

//===-- In locations ------------------------------------------------------------------===//

static OriginAttr makeOrigin(MLIRContext *context, OriginKind kind, int64_t of) {
  return OriginAttr::get(context, context->getLoadedDialect<NNDialect>()->makeOriginId(), kind, of);
}

OriginAttr getOrigin(Location location) {
  auto fused = llvm::dyn_cast<FusedLoc>(location);
  return fused ? llvm::dyn_cast_if_present<OriginAttr>(fused.getMetadata()) : OriginAttr();
}

Location withOrigin(Location location, OriginAttr origin) {
  if (getOrigin(location))
    return FusedLoc::get(llvm::cast<FusedLoc>(location).getLocations(), origin,
                         origin.getContext());
  return FusedLoc::get(location, origin, origin.getContext());
}

OriginAttr ensureOrigin(Operation *op) {
  if (OriginAttr origin = getOrigin(op->getLoc()))
    return origin;
  OriginAttr origin = makeOrigin(op->getContext(), OriginKind::Forward, 0);
  op->setLoc(withOrigin(op->getLoc(), origin));
  return origin;
}

//===-- Derived operations --------------------------------------------------------------===//

static Location nameGradient(Operation *forward, Location place) {
  auto name =
      StringAttr::get(forward->getContext(), "gradient of " + forward->getName().stripDialect());
  return NameLoc::get(name, place);
}

Location getGradientLocation(Operation *forward, Location place) {
  int64_t of = ensureOrigin(forward).getId();
  return withOrigin(nameGradient(forward, place),
                    makeOrigin(forward->getContext(), OriginKind::Gradient, of));
}

Location getGradientLocation(Operation *forward) {
  ensureOrigin(forward);
  return getGradientLocation(forward, forward->getLoc());
}

Location getScheduleLocation(Operation *op) {
  int64_t of = ensureOrigin(op).getId();
  return withOrigin(op->getLoc(), makeOrigin(op->getContext(), OriginKind::Schedule, of));
}

Location getGroupLocation(llvm::ArrayRef<Location> parts) {
  MLIRContext *context = parts.front().getContext();
  return FusedLoc::get(parts, makeOrigin(context, OriginKind::Schedule, 0), context);
}

OriginListener::Source OriginListener::gradientOf(Operation *forward, LocationAttr place) {
  int64_t of = ensureOrigin(forward).getId();
  if (!place)
    place = nameGradient(forward, forward->getLoc());
  return {OriginKind::Gradient, of, place};
}

OriginListener::Source OriginListener::updateOf(VariableOp variable) {
  return {OriginKind::Update, ensureOrigin(variable).getId(), {}};
}

void OriginListener::notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) {
  // A copy that stays where it was stands for the same operation.
  if (!source.place && getOrigin(op->getLoc()))
    return;
  Location place = source.place ? Location(source.place) : op->getLoc();
  OriginAttr origin = makeOrigin(op->getContext(), source.kind, source.of);
  op->setLoc(withOrigin(place, origin));
}

//===-- Names -------------------------------------------------------------------------------===//

llvm::StringRef getName(Location location) {
  if (auto name = llvm::dyn_cast<NameLoc>(location))
    return name.getName();
  auto fused = llvm::dyn_cast<FusedLoc>(location);
  if (!fused)
    return "";
  OriginAttr origin = getOrigin(location);
  bool isGradient = origin && origin.getKind() == OriginKind::Gradient;
  for (Location part : fused.getLocations()) {
    // A gradient's own name comes first; behind it that of what it was derived from.
    if (auto named = llvm::dyn_cast<NameLoc>(part); named && isGradient)
      part = named.getChildLoc();
    if (llvm::StringRef name = getName(part); !name.empty())
      return name;
  }
  return "";
}

Location withName(Location location, llvm::StringRef name) {
  if (!getName(location).empty())
    return location;
  auto attribute = StringAttr::get(location.getContext(), name);
  OriginAttr origin = getOrigin(location);
  if (!origin)
    return NameLoc::get(attribute, location);
  Location place =
      FusedLoc::get(location.getContext(), llvm::cast<FusedLoc>(location).getLocations());
  return withOrigin(NameLoc::get(attribute, place), origin);
}

llvm::StringRef getGradientName(Location location) {
  OriginAttr origin = getOrigin(location);
  if (!origin || origin.getKind() != OriginKind::Gradient)
    return "";
  auto name = llvm::dyn_cast<NameLoc>(llvm::cast<FusedLoc>(location).getLocations().front());
  return name ? name.getName().strref() : "gradient";
}

//===-- Places -------------------------------------------------------------------------------===//

static void collectPlaces(Location location, llvm::SmallVectorImpl<FileLineColRange> &places) {
  if (auto place = llvm::dyn_cast<FileLineColRange>(location)) {
    places.push_back(place);
  } else if (auto named = llvm::dyn_cast<NameLoc>(location)) {
    collectPlaces(named.getChildLoc(), places);
  } else if (auto call = llvm::dyn_cast<CallSiteLoc>(location)) {
    collectPlaces(call.getCallee(), places);
    collectPlaces(call.getCaller(), places);
  } else if (auto fused = llvm::dyn_cast<FusedLoc>(location)) {
    for (Location part : fused.getLocations())
      collectPlaces(part, places);
  }
}

llvm::SmallVector<FileLineColRange> getPlaces(Location location) {
  llvm::SmallVector<FileLineColRange> places;
  collectPlaces(location, places);
  return places;
}

/// The innermost place; with `own` of those in the user's files.
static FileLineColRange findPlace(Location location, bool own) {
  if (auto place = llvm::dyn_cast<FileLineColRange>(location))
    return own && isLibraryPath(place.getFilename()) ? FileLineColRange() : place;
  if (auto named = llvm::dyn_cast<NameLoc>(location))
    return findPlace(named.getChildLoc(), own);
  if (auto call = llvm::dyn_cast<CallSiteLoc>(location)) {
    FileLineColRange callee = findPlace(call.getCallee(), own);
    return callee ? callee : findPlace(call.getCaller(), own);
  }
  if (auto fused = llvm::dyn_cast<FusedLoc>(location))
    for (Location part : llvm::reverse(fused.getLocations()))
      if (FileLineColRange place = findPlace(part, own))
        return place;
  return {};
}

FileLineColRange getUserPlace(Location location) {
  FileLineColRange place = findPlace(location, /*own=*/true);
  return place ? place : findPlace(location, /*own=*/false);
}

} // namespace nnc::ir
