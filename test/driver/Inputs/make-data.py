# Writes the files that test/driver/bad-*.test read into the folder given: sound ones, and ones with one mistake each.
import gzip
import json
import os
import struct
import sys

os.makedirs(sys.argv[1], exist_ok=True)
os.chdir(sys.argv[1])


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


# csv: two numbers and a class.
good = b"1,2,0\n3,4,1\n5.5,-6e0,2\n"
write("good.csv", good)
write("crlf.csv", b"\xef\xbb\xbf" + good.replace(b"\n", b"\r\n").rstrip())
write("good.csv.gz", gzip.compress(good))
write("header.csv", b"a,b,class\n" + good)
write("empty.csv", b"")
write("word.csv", b"1,2,0\n3,four,1\n")
write("short.csv", b"1,2,0\n3,4\n")
write("label.csv", b"1,2,0\n3,4,3\n")
write("negative.csv", b"1,2,0\n3,4,-1\n")
write("half.csv", b"1,2,0\n3,4,1.5\n")
write("missing.csv", b"1,2,0\n3,,1\n")
write("binary.csv", bytes(range(256)))
write("truncated.csv.gz", gzip.compress(good * 1000)[:40])
write("corrupt.csv.gz", gzip.compress(good)[:-8] + b"\0" * 8)
write("notgzip.csv.gz", good)

# idx: three items of 2 x 2 bytes, and their labels.
images = struct.pack(">BBBBIII", 0, 0, 8, 3, 3, 2, 2) + bytes([255] * 12)
labels = struct.pack(">BBBBI", 0, 0, 8, 1, 3) + bytes([0, 1, 2])
write("good-images", images)
write("good-labels", labels)
write("good-images.gz", gzip.compress(images))
write("short-images", images[:-1])
write("header-images", images[:9])
write("magic-images", b"\x01" + images[1:])
write("wide-images", struct.pack(">BBBBIII", 0, 0, 8, 3, 3, 2, 3) + bytes([255] * 18))
write("two-labels", struct.pack(">BBBBI", 0, 0, 8, 1, 2) + bytes([0, 1]))
write("large-labels", struct.pack(">BBBBI", 0, 0, 8, 1, 3) + bytes([0, 1, 3]))
write("truncated-images.gz", gzip.compress(images)[:20])


# safetensors: a length, a header, the numbers.
def tensors(entries, data, header=None):
    text = header if header is not None else json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + data


w = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}
b = {"dtype": "F32", "shape": [3], "data_offsets": [24, 36]}
best = {"dtype": "F32", "shape": [], "data_offsets": [36, 40]}
entries = {"layer1.w": w, "layer1.b": b, "best": best}
write("good.safetensors", tensors(entries, bytes(40)))
write("short.safetensors", tensors(entries, bytes(39)))
write("header.safetensors", tensors(entries, bytes(40))[:20])
write("length.safetensors", struct.pack("<Q", 1 << 60) + b"{}")
write("json.safetensors", tensors(None, bytes(40), b'{"layer1.w": '))
write("lacks.safetensors", tensors({"layer1.w": w, "layer1.b": b}, bytes(36)))
write("shape.safetensors", tensors(entries | {"layer1.w": w | {"shape": [3, 2]}}, bytes(40)))
write("type.safetensors", tensors(entries | {"best": best | {"dtype": "I32"}}, bytes(40)))
write("range.safetensors", tensors(entries | {"best": best | {"data_offsets": [4000, 4004]}}, bytes(40)))
write("tiny.safetensors", b"abc")
