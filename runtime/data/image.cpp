//===- image.cpp - decoding and resizing of image files -------------------===//
//
// PNG through libpng, JPEG through libjpeg-turbo. Their errors end the program, so neither needs to
// jump out of what it is doing.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/image.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <cstdio> // jpeglib.h needs it

#include <jpeglib.h>
#include <png.h>

using namespace nnrt;

namespace {
/// What is being decoded, as the libraries' callbacks see it.
struct Source {
  const char *location, *path, *bytes;
  int64_t size, at;

  [[noreturn]] void damaged(const char *what) const {
    fail(location, "'%s' is damaged: %s; fetch or copy the file again, or remove it", path, what);
  }
};

/// libjpeg hands its own structure over; the source stands behind it.
struct JpegErrors {
  jpeg_error_mgr manager;
  const Source *source;
};
} // namespace

/// Makes room for the pixels.
static void resize(const Source &source, Image &image, int64_t width, int64_t height,
                   int64_t channels) {
  constexpr int64_t most = int64_t(1) << 30; // bytes
  if (width < 1 || height < 1 || width > most || height > most / width / channels)
    source.damaged("its size is beyond all images");
  image.width = width;
  image.height = height;
  image.channels = channels;
  image.pixels.resize(width * height * channels);
}

//===-- PNG ----------------------------------------------------------------===//

[[noreturn]] static void onPngError(png_structp png, png_const_charp message) {
  static_cast<const Source *>(png_get_error_ptr(png))->damaged(message);
}
static void onPngWarning(png_structp, png_const_charp) {}

static void readPng(png_structp png, png_bytep out, size_t count) {
  auto *source = static_cast<Source *>(png_get_io_ptr(png));
  if (int64_t(count) > source->size - source->at)
    source->damaged("it is cut short");
  std::memcpy(out, source->bytes + source->at, count);
  source->at += int64_t(count);
}

static void decodePng(Source &source, int64_t channels, Image &image) {
  png_structp png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, onPngError, onPngWarning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  if (!info)
    fail(source.location, "out of memory while reading '%s'", source.path);
  png_set_read_fn(png, &source, readPng);
  png_read_info(png, info);
  png_set_expand(png);   // palettes to colours, fewer bits to 8, transparency to a channel
  png_set_strip_16(png); // 16 bits to 8
  png_set_strip_alpha(png);
  bool isGrey = (png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR) == 0;
  if (channels == 3)
    png_set_gray_to_rgb(png);
  int64_t stored = channels == 1 && isGrey ? 1 : 3;
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  resize(source, image, png_get_image_width(png, info), png_get_image_height(png, info), stored);
  if (int64_t(png_get_rowbytes(png, info)) != image.width * stored)
    source.damaged("its pixels have an unknown form");
  Array<png_bytep> rows;
  for (int64_t y = 0; y < image.height; ++y)
    rows.push(image.pixels.data() + y * image.width * stored);
  png_read_image(png, rows.data());
  png_read_end(png, nullptr);
  png_destroy_read_struct(&png, &info, nullptr);
  if (stored == channels)
    return;
  for (int64_t i = 0; i < image.width * image.height; ++i) {
    const uint8_t *colour = image.pixels.data() + 3 * i;
    // 0.299 r + 0.587 g + 0.114 b, in units of 2^-16
    image.pixels[i] =
        uint8_t((19595u * colour[0] + 38470u * colour[1] + 7471u * colour[2] + 0x8000u) >> 16);
  }
  image.channels = 1;
}

//===-- JPEG ---------------------------------------------------------------===//

[[noreturn]] static void onJpegError(j_common_ptr jpeg) {
  char message[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, message);
  reinterpret_cast<JpegErrors *>(jpeg->err)->source->damaged(message);
}
/// Level -1 is a warning: the data are corrupt, but something can be made of them.
static void onJpegMessage(j_common_ptr jpeg, int level) {
  if (level < 0)
    onJpegError(jpeg);
}

static void decodeJpeg(Source &source, int64_t channels, Image &image) {
  jpeg_decompress_struct jpeg;
  JpegErrors errors;
  jpeg.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = onJpegError;
  errors.manager.emit_message = onJpegMessage;
  errors.source = &source;
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char *>(source.bytes),
               static_cast<unsigned long>(source.size));
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_start_decompress(&jpeg);
  resize(source, image, jpeg.output_width, jpeg.output_height, channels);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = image.pixels.data() + int64_t(jpeg.output_scanline) * image.width * channels;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
}

void nnrt::decodeImage(const char *location, const char *path, const char *bytes, int64_t size,
                       int64_t channels, Image &image) {
  Source source{location, path, bytes, size, 0};
  auto begins = [&](std::string_view magic) {
    return size >= int64_t(magic.size()) && std::memcmp(bytes, magic.data(), magic.size()) == 0;
  };
  if (begins("\x89PNG\r\n\x1A\n"))
    return decodePng(source, channels, image);
  if (begins("\xFF\xD8\xFF"))
    return decodeJpeg(source, channels, image);
  fail(location, "'%s' is neither a PNG nor a JPEG file; convert or remove it", path);
}

//===-- Size ---------------------------------------------------------------===//

namespace {
/// The source pixels that a pixel of the result is made of, along one axis.
struct Taps {
  int64_t first, count;
  const float *weights;
};
} // namespace

/// Fills `taps` for an axis that goes from `from` to `to` pixels; `weights` keeps their weights.
static void makeTaps(int64_t from, int64_t to, Array<Taps> &taps, Array<float> &weights) {
  double scale = double(from) / double(to), reach = std::max(scale, 1.0);
  int64_t most = int64_t(std::ceil(reach)) * 2 + 1;
  weights.resize(to * most);
  for (int64_t i = 0; i < to; ++i) {
    double centre = (double(i) + 0.5) * scale;
    int64_t first = std::max<int64_t>(int64_t(centre - reach + 0.5), 0);
    int64_t end = std::min<int64_t>(int64_t(centre + reach + 0.5), from);
    float *w = weights.data() + i * most;
    double sum = 0;
    for (int64_t j = first; j < end; ++j)
      sum += std::max(0.0, 1 - std::fabs((double(j) + 0.5 - centre) / reach));
    for (int64_t j = first; j < end; ++j)
      w[j - first] = float(std::max(0.0, 1 - std::fabs((double(j) + 0.5 - centre) / reach)) / sum);
    taps.push({first, end - first, w});
  }
}

void nnrt::resizeImage(const Image &image, int64_t height, int64_t width, uint8_t *planes) {
  int64_t channels = image.channels;
  if (height == image.height && width == image.width) {
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t i = 0; i < height * width; ++i)
        *planes++ = image.pixels[i * channels + c];
    return;
  }
  Array<Taps> across, down;
  Array<float> acrossWeights, downWeights;
  makeTaps(image.width, width, across, acrossWeights);
  makeTaps(image.height, height, down, downWeights);
  Array<float> narrow; // of one channel: image.height x width
  narrow.resize(image.height * width);
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t y = 0; y < image.height; ++y) {
      const uint8_t *row = image.pixels.data() + y * image.width * channels + c;
      for (int64_t x = 0; x < width; ++x) {
        float sum = 0;
        for (int64_t k = 0; k < across[x].count; ++k)
          sum += across[x].weights[k] * float(row[(across[x].first + k) * channels]);
        narrow[y * width + x] = sum;
      }
    }
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x) {
        float sum = 0;
        for (int64_t k = 0; k < down[y].count; ++k)
          sum += down[y].weights[k] * narrow[(down[y].first + k) * width + x];
        *planes++ = uint8_t(std::clamp(sum + 0.5f, 0.0f, 255.0f));
      }
  }
}
