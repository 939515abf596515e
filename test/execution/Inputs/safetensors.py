# Lists the tensors of a safetensors file: name, type, shape, and the number of elements that its bytes hold.
import json
import struct
import sys

with open(sys.argv[1], "rb") as file:
    data = file.read()
(length,) = struct.unpack("<Q", data[:8])
header = json.loads(data[8 : 8 + length])
bytes_of = {"F32": 4, "F64": 8, "I32": 4, "I64": 8, "BOOL": 1}
header.pop("__metadata__", None)
end = 0
for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
    first, last = entry["data_offsets"]
    assert first == end, "a gap"
    end = last
    print(name, entry["dtype"], entry["shape"], (last - first) // bytes_of[entry["dtype"]])
assert len(data) == 8 + length + end
