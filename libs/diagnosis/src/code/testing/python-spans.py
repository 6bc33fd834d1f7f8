# Where Python's own tokenize sees strings ('s') and comments ('c'): character offsets of each file named on stdin, one JSON a line.
# Runs on 2.7 and 3.6 and newer.
from __future__ import print_function

import io
import json
import sys
import tokenize

try:
    from tokenize import detect_encoding
except ImportError:
    from lib2to3.pgen2.tokenize import detect_encoding

TEMPLATE_START = [getattr(tokenize, name, -1) for name in ("FSTRING_START", "TSTRING_START")]
TEMPLATE_END = [getattr(tokenize, name, -1) for name in ("FSTRING_END", "TSTRING_END")]


def spans_of(path):
    with open(path, "rb") as source:
        encoding = detect_encoding(source.readline)[0]
    with io.open(path, encoding=encoding, newline="") as source:
        lines = io.StringIO(source.read(), newline="").readlines()
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    rest = iter(lines)
    depth = first = 0
    spans = []
    for token in tokenize.generate_tokens(lambda: next(rest, u"")):
        kind = token[0]
        start, end = [starts[row - 1] + column for row, column in token[2:4]]
        if kind in TEMPLATE_START:
            first = start if depth == 0 else first
            depth += 1
        elif kind in TEMPLATE_END:
            depth -= 1
            if depth == 0:
                spans.append(["s", first, end])
        elif depth == 0 and kind in (tokenize.STRING, tokenize.COMMENT):
            spans.append(["s" if kind == tokenize.STRING else "c", start, end])
    return spans


for path in sys.stdin.read().splitlines():
    try:
        print(json.dumps({"path": path, "spans": spans_of(path)}))
    except Exception as error:
        # What this Python cannot tokenize either: its own test data.
        print(json.dumps({"path": path, "error": repr(error)}))
