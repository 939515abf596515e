//===- images.cpp - folders of images -------------------------------------===//
//
// A folder for each class, or, where no field is a class, images in the folder itself or in folders
// below it. All files are decoded when the data set is made, several at a time, so that damaged
// ones are found before anything is trained; unless they would take more than `nn_images_kept`
// bytes: then each is decoded when a batch needs it, the next batch's while one is worked on.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/dataset.h"
#include "runtime/data/image.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <dirent.h>
#include <new>
#include <sys/stat.h>

using namespace nnrt;

namespace {
struct File {
  char *path;
  int32_t folder;
};

/// A field's images, decoded when they are needed.
struct Images : Lazy {
  const char *location;
  nn_field pixels;
  Array<char *> paths; // owned
};

/// What the decoding threads share.
struct Work {
  const Images *images;
  uint8_t *out;
};
} // namespace

extern "C" int64_t nn_images_kept = int64_t(2) << 30;

/// The names in a folder that do not begin with a point, in ascending order; for std::free.
static void listFolder(const char *location, const char *path, Array<char *> &names) {
  DIR *folder = opendir(path);
  if (!folder)
    fail(location,
         errno == ENOENT ? "there is no folder '%s'; check the path, which starts at the working "
                           "directory"
         : errno == ENOTDIR
             ? "'%s' is not a folder; images are read from a folder with a folder for each class"
             : "cannot read the folder '%s'; check its permissions",
         path);
  while (dirent *entry = readdir(folder))
    if (entry->d_name[0] != '.')
      names.push(strdup(entry->d_name));
  closedir(folder);
  std::sort(names.begin(), names.end(),
            [](const char *a, const char *b) { return std::strcmp(a, b) < 0; });
}

static char *join(const char *folder, const char *name) {
  Text text;
  text.append(folder).append('/').append(name);
  return strdup(text.c_str());
}

static bool isFolder(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/// Adds the files of a folder; those of class folders have the number of the folder.
static void addFiles(const char *location, const char *path, int32_t folder, Array<File> &files) {
  Array<char *> names;
  listFolder(location, path, names);
  for (char *name : names) {
    char *file = join(path, name);
    if (isFolder(file))
      fail(location, "'%s' is a folder within a class's folder, where only images belong", file);
    files.push({file, folder});
    std::free(name);
  }
}

static void makeImage(const Lazy *lazy, int64_t row, uint8_t *out) {
  const Images &images = *static_cast<const Images *>(lazy);
  int64_t size;
  char *bytes = readFile(images.location, images.paths[row], size);
  Image image;
  decodeImage(images.location, images.paths[row], bytes, size, images.pixels.dims[0], image);
  resizeImage(image, images.pixels.dims[1], images.pixels.dims[2], out);
  std::free(bytes);
}

static void releaseImages(Lazy *lazy) {
  auto *images = static_cast<Images *>(lazy);
  for (char *path : images->paths)
    std::free(path);
  images->~Images();
  std::free(images);
}

static void decode(void *context, int64_t begin, int64_t end) {
  const Work &work = *static_cast<const Work *>(context);
  for (int64_t i = begin; i < end; ++i)
    makeImage(work.images, i, work.out + i * work.images->pixels.column_count);
}

extern "C" nn_dataset *nn_images(const char *location, int64_t, const char *const *paths,
                                 const int64_t *, int64_t field_count, const nn_field *fields) {
  At at(location);
  const char *root = paths[0];
  const nn_field *label = nullptr;
  for (int64_t f = 0; f < field_count; ++f)
    if (fields[f].first_column == 1)
      label = &fields[f];

  Array<char *> names;
  Array<File> files;
  listFolder(location, root, names);
  Text classes;
  int32_t classCount = 0;
  for (char *name : names) {
    char *path = join(root, name);
    if (isFolder(path)) {
      int64_t before = files.size();
      addFiles(location, path, classCount++, files);
      if (label && files.size() == before)
        fail(location, "the folder '%s' has no images; add some or remove it", path);
      classes.append(classes.size() ? ", " : "").append(name);
      std::free(path);
    } else if (!label) {
      files.push({path, 0});
    } else {
      std::free(path);
    }
    std::free(name);
  }
  if (label && classCount != label->classes)
    fail(location,
         "'%s' has %d folders of classes%s%s, but the field '%s' is declared class[%" PRId64 "]",
         root, classCount, classCount ? ": " : "", classes.c_str(), label->name, label->classes);
  if (files.empty())
    fail(location, "there are no images in '%s'", root);

  Storage *storage = newStorage();
  storage->rows = files.size();
  for (int64_t f = 0; f < field_count; ++f) {
    const nn_field &field = fields[f];
    if (&field == label) {
      auto *values = static_cast<int32_t *>(allocate(size_t(files.size()) * sizeof(int32_t)));
      for (int64_t i = 0; i < files.size(); ++i)
        values[i] = files[i].folder;
      storage->buffers.push(values);
      addColumn(storage, field, Raw::i32, values);
      continue;
    }
    auto *images =
        new (allocate(sizeof(Images))) Images{{makeImage, releaseImages}, location, field, {}};
    for (const File &file : files)
      images->paths.push(strdup(file.path));
    if (files.size() * field.column_count > nn_images_kept) {
      addLazyColumn(storage, field, images);
      continue;
    }
    auto *values = static_cast<uint8_t *>(allocate(size_t(files.size() * field.column_count)));
    Work work{images, values};
    nn_parallel_for(decode, &work, files.size(), 8);
    storage->buffers.push(values);
    addColumn(storage, field, Raw::u8, values);
    releaseImages(images);
  }
  for (const File &file : files)
    std::free(file.path);
  return wholeDataset(storage);
}
