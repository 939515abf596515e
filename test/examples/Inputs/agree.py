# Compares the predicted digits with the labels: agree.py DIGITS_CSV PREDICTED SHARE
#
# Requires one digit for each line, at least nine of the first ten to be right (the sixth, a 5, looks like a 9), and at
# least SHARE of all.
import sys

labels = [int(line.rsplit(",", 1)[1]) for line in open(sys.argv[1])]
predicted = [int(line) for line in open(sys.argv[2])]
assert len(labels) == len(predicted), (len(labels), len(predicted))
first = sum(a == b for a, b in zip(labels[:10], predicted[:10]))
print(f"{first} of the first 10")
assert first >= 9, (labels[:10], predicted[:10])
share = sum(a == b for a, b in zip(labels, predicted)) / len(labels)
print(f"{share:.2%} of {len(labels)}")
assert share >= float(sys.argv[3]), share
