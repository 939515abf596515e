//===- load.cpp - reading checkpoints -------------------------------------===//
//
// The file is read whole, checked, compared with the tensors that are wanted, and only then copied.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/header.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace nnrt;

/// Of several differences the message names so many.
static constexpr int64_t namedDifferences = 4;

static char *readWhole(const char *location, const char *path, int64_t &size) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    fail(location,
         errno == ENOENT ? "there is no file '%s'; save one first, or check the path"
                         : "cannot read '%s': %s; check the file's permissions",
         path, std::strerror(errno));
  struct stat status;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
    fail(location, "cannot load '%s': it is not a regular file", path);
  auto *bytes = static_cast<char *>(allocate(size_t(status.st_size)));
  size = 0;
  while (size < status.st_size) {
    ssize_t got =
        read(file, bytes + size, size_t(std::min<int64_t>(status.st_size - size, 1 << 30)));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      fail(location, "cannot read '%s': %s", path, std::strerror(errno));
    if (got == 0)
      break; // shorter than a moment ago: the checks below find it cut short
    size += got;
  }
  close(file);
  return bytes;
}

static const Entry *find(Array<Entry> &sorted, const char *name) {
  Entry *found =
      std::lower_bound(sorted.begin(), sorted.end(), name, [](const Entry &entry, const char *n) {
        return std::strcmp(entry.name, n) < 0;
      });
  return found != sorted.end() && std::strcmp(found->name, name) == 0 ? found : nullptr;
}

/// Weights of f32 are read into a program that computes with f64 without loss.
static bool isWidened(const Entry &entry, const nn_tensor_info &info) {
  return info.dtype == NN_F64 && std::strcmp(entry.type, "F32") == 0;
}

namespace {
/// The differences between file and program, for one message.
class Differences {
public:
  Text &next() {
    if (++count > namedDifferences)
      return rest;
    return named.append(count > 1 ? "; " : "");
  }
  void report(const char *location, const char *path) {
    if (count == 0)
      return;
    if (count > namedDifferences)
      named.format("; and %" PRId64 " more", count - namedDifferences);
    fail(location, "'%s' does not fit the program: %s; load what the same model saved", path,
         named.c_str());
  }

private:
  int64_t count = 0;
  Text named, rest; // what goes to `rest` is only counted
};
} // namespace

extern "C" void nn_load(const char *location, const char *path, int64_t count,
                        const nn_tensor_info *infos, void *const *data) {
  At at(location);
  int64_t scope = nn_scope_enter(), size;
  char *bytes = readWhole(location, path, size);
  Array<Entry> entries;
  readHeader(location, path, {bytes, size_t(size)}, entries);
  const char *values = bytes + lengthBytes;
  int64_t headerLength;
  std::memcpy(&headerLength, bytes, sizeof headerLength);
  values += headerLength;
  std::sort(entries.begin(), entries.end(),
            [](const Entry &a, const Entry &b) { return std::strcmp(a.name, b.name) < 0; });

  Differences differences;
  Array<const Entry *> sources;
  for (int64_t i = 0; i < count; ++i) {
    const nn_tensor_info &info = infos[i];
    const Entry *entry = find(entries, info.name);
    sources.push(entry);
    if (!entry) {
      appendType(differences.next().format("it lacks '%s', which is ", info.name),
                 fileTypeOf(info.dtype), info.rank, info.dims);
      continue;
    }
    bool same =
        (std::strcmp(entry->type, fileTypeOf(info.dtype)) == 0 || isWidened(*entry, info)) &&
        entry->rank == info.rank && std::equal(entry->dims, entry->dims + info.rank, info.dims);
    if (!same) {
      Text &text = differences.next().format("it holds '%s' as ", info.name);
      appendType(text, entry->type, entry->rank, entry->dims);
      text.append(", which must be ");
      appendType(text, fileTypeOf(info.dtype), info.rank, info.dims);
    } else if (info.dtype == NN_BOOL && std::any_of(values + entry->begin, values + entry->end,
                                                    [](char c) { return c != 0 && c != 1; })) {
      differences.next().format("'%s' holds bytes that are neither true nor false", info.name);
    }
  }
  for (const Entry &entry : entries) {
    bool wanted = std::any_of(infos, infos + count, [&](const nn_tensor_info &info) {
      return std::strcmp(info.name, entry.name) == 0;
    });
    if (!wanted)
      appendType(
          differences.next().format("it holds '%s', which the program does not have: ", entry.name),
          entry.type, entry.rank, entry.dims);
  }
  differences.report(location, path);

  for (int64_t i = 0; i < count; ++i) {
    const char *from = values + sources[i]->begin;
    int64_t length = sources[i]->end - sources[i]->begin;
    if (!isWidened(*sources[i], infos[i])) {
      std::memcpy(data[i], from, size_t(length));
      continue;
    }
    for (int64_t k = 0; k < length / 4; ++k) {
      float element;
      std::memcpy(&element, from + 4 * k, sizeof element);
      static_cast<double *>(data[i])[k] = element;
    }
  }
  std::free(bytes);
  nn_scope_leave(scope);
}
