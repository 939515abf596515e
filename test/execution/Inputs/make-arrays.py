# Writes the arrays and images that test/execution/arrays.test and images.test read into the folder given, with the
# standard library alone: npy, npz, PNG files by hand; a small JPEG from its text.
import base64
import os
import pathlib
import struct
import sys
import zipfile
import zlib

os.makedirs(sys.argv[1], exist_ok=True)
os.chdir(sys.argv[1])


def npy(descr, shape, data):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


x = npy("<f8", "(4, 3)", struct.pack("<12d", *range(12)))
y = npy("<i8", "(4,)", struct.pack("<4q", 0, 1, 2, 1))
images = npy("|u1", "(4, 1, 3)", bytes(range(12)))
open("x.npy", "wb").write(x)
open("y.npy", "wb").write(y)
for name, method in [("stored.npz", zipfile.ZIP_STORED), ("packed.npz", zipfile.ZIP_DEFLATED)]:
    with zipfile.ZipFile(name, "w", method) as archive:
        for entry, bytes_of in [("x_train", x), ("y", y), ("images", images)]:
            with archive.open(entry + ".npy", "w", force_zip64=True) as file:  # as NumPy does
                file.write(bytes_of)
packed = open("packed.npz", "rb").read()
open("short.npz", "wb").write(packed[:-40])
at = packed.index(b"x_train.npy") + 11 + 20  # within the packed array
open("damaged.npz", "wb").write(packed[: at + 5] + b"\x55\xaa\x55" + packed[at + 8 :])
open("other.npz", "wb").write(b"not a zip archive" * 10)


def png(width, height, kind, rows, palette=None, depth=8):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    body = b"".join(b"\0" + bytes(row) for row in rows)
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    extra = chunk(b"PLTE", bytes(palette)) if palette else b""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


red, blue = [255, 0, 0], [0, 0, 255]
folder = pathlib.Path("pictures")
for name in ["cat", "dog"]:
    (folder / name).mkdir(parents=True, exist_ok=True)
(folder / "notes.txt").write_text("not an image")
(folder / "cat" / ".hidden").write_text("not an image")
(folder / "cat" / "grey.png").write_bytes(png(2, 2, 0, [[0, 50], [100, 200]]))
(folder / "cat" / "colour.png").write_bytes(png(2, 2, 2, [red + blue, blue + red]))
(folder / "dog" / "palette.png").write_bytes(png(2, 2, 3, [[0, 1], [1, 1]], red + blue))
(folder / "dog" / "wide.png").write_bytes(png(4, 2, 0, [[10, 20, 30, 50], [10, 20, 30, 50]]))
(folder / "dog" / "deep.png").write_bytes(png(2, 2, 4, [[100, 7] * 2, [100, 9] * 2]))
pathlib.Path("jpeg/only").mkdir(parents=True, exist_ok=True)
jpeg = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYU"
    "GBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAAIABAD"
    "ASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAYH/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/EABQBAQAAAAAAAAAAAAAAAAAAAAX/xAAaEQAB"
    "BQEAAAAAAAAAAAAAAAAABAdBRYPD/9oADAMBAAIRAxEAPwDH1aABRAm/9XtyP//Z"
)
pathlib.Path("jpeg/only/two.jpg").write_bytes(jpeg)  # 16 x 8: left (200, 40, 80), right (20, 160, 80)
for name, data in [
    ("cut-png", (folder / "cat" / "colour.png").read_bytes()[:-20]),
    ("crc-png", (folder / "cat" / "colour.png").read_bytes().replace(b"IDAT", b"IDAU")),
    ("cut-jpeg", jpeg[:280]),
    ("text", b"hello"),
    ("empty", b""),
]:
    pathlib.Path(name, "a").mkdir(parents=True, exist_ok=True)
    pathlib.Path(name, "a", "image").write_bytes(data)
pathlib.Path("hollow/a").mkdir(parents=True, exist_ok=True)
