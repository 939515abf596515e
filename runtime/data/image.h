//===- image.h - decoding and resizing of image files ---------------------===//
#ifndef NNRT_DATA_IMAGE_H
#define NNRT_DATA_IMAGE_H

#include "runtime/support/support.h"

namespace nnrt {

/// Pixels of `channels` bytes (1: grey, 3: red, green, blue), row by row.
struct Image {
  int64_t width = 0, height = 0, channels = 0;
  Array<uint8_t> pixels;
};

/// Decodes a PNG or JPEG file, of which `size` bytes are given, to 1 or 3 channels. Colours become
/// grey by their luma (ITU-R BT.601), grey becomes three equal colours; transparency is ignored, of
/// 16-bit samples the upper half is taken. Ends the program where the bytes are neither, or
/// damaged.
void decodeImage(const char *location, const char *path, const char *bytes, int64_t size,
                 int64_t channels, Image &image);

/// Writes the image as `channels` planes of height x width. Where its size is another, each pixel
/// is the mean of those around it, weighted by a triangle as wide as a pixel of the coarser image
/// (bilinear interpolation; when reducing, without aliasing).
void resizeImage(const Image &image, int64_t height, int64_t width, uint8_t *planes);

} // namespace nnrt

#endif // NNRT_DATA_IMAGE_H
