#!/usr/bin/env python3
# tools/golden_csv.py - what Python's csv module reads, to measure our tokenizer by
#
# SPDX-License-Identifier: MIT
"""
Writes tests/golden/csv/python.txt, which tests/unit/test_csv_token.c compares with. Half
of the texts are written by csv.writer from random tables, half are random soups of the
characters that matter, many of them malformed (strict mode refuses those).

    in DELIMITER TEXT       a file; \\n \\r \\t \\\\ and \\xHH are escapes
    row CELL<tab>CELL       its records, blank lines left out
    ok | bad                accepted or refused
"""
import csv
import io
import pathlib
import random

TARGET = pathlib.Path(__file__).parent.parent / "tests/golden/csv/python.txt"
PIECES = ["a", "b", "12", "", '"', '""', ",", ";", "\n", "\r\n", "x y", "é", "'", "|", "\t"]


def escape(text):
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}
    return "".join(named.get(c, c if c >= " " else f"\\x{ord(c):02x}") for c in text)


def read(text, delimiter):
    """The records, or None where strict reading fails."""
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return [row for row in rows if row]
    except csv.Error:
        return None


def written(draw):
    """A file made by csv.writer in some dialect."""
    delimiter = draw.choice(",;\t|")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter,
                        lineterminator=draw.choice(["\n", "\r\n"]),
                        quoting=draw.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL,
                                             csv.QUOTE_NONNUMERIC]))
    columns = draw.randint(1, 5)
    for _ in range(draw.randint(1, 6)):
        writer.writerow(["".join(draw.choices(PIECES, k=draw.randint(0, 3))).strip(" \t")
                         for _ in range(columns)])
    text = out.getvalue()
    return (text.rstrip("\r\n") if draw.random() < 0.3 else text), delimiter


def soup(draw):
    """Characters that matter, in any order; no blanks, which we drop and Python keeps."""
    return "".join(draw.choices('ab"",,,\n\r', k=draw.randint(1, 14))), ","


def main():
    draw = random.Random(1)
    lines = []
    for i in range(400):
        text, delimiter = (written if i % 2 else soup)(draw)
        rows = read(text, delimiter)
        lines.append(f"in {escape(delimiter)} {escape(text)}")
        lines += ["row " + "\t".join(map(escape, row)) for row in rows or []]
        lines.append("bad" if rows is None else "ok")
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
