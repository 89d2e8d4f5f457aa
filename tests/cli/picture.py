# tests/cli/picture.py - a picture is well-formed, complete, and has the numbers of --json
#
# picture.py FILE JSON: every number of the tables is that of the JSON, digit by digit.
# SPDX-License-Identifier: MIT
import json
import re
import sys
import xml.etree.ElementTree as tree

SVG = "{http://www.w3.org/2000/svg}"
PAGE = "{http://www.w3.org/1999/xhtml}"


def complain(what):
    sys.exit(f"{sys.argv[1]}: {what}")


def texts(node, name):
    return [text for text in node.iter(SVG + "text") if text.get("class") == name]


def numbers_of(charts):
    """The table cells that the charts of --json ask for, in their order."""
    for chart in charts:
        names = {axis: chart[axis].get("names") for axis in "xy"}

        def place(axis, at):
            return names[axis][int(float(at))] if names[axis] else at

        for series in chart["series"]:
            keys = ["x", "low", "high"] if series["kind"] == "band" else ["x", "y"]
            for row in zip(*(series[key] for key in keys)):
                yield [place("x", row[0]), *row[1:]]
        if "grid" in chart:
            grid = chart["grid"]
            yield [place("x", at) for at in grid["x"]]
            for at, row in reversed(list(zip(grid["y"], grid["values"]))):
                yield [place("y", at), *("" if cell is None else cell for cell in row)]
        for mark in chart["marks"]:
            yield [mark["name"], mark.get("x", mark.get("y"))]


def rows_of(root):
    for row in root.iter(PAGE + "tr"):
        cells = ["".join(cell.itertext()) for cell in row]
        kinds = {cell.tag for cell in row}
        if kinds == {PAGE + "th"} and row[0].text and len(cells) > 1:
            # the head of a series has words only; that of a grid its x behind the first
            if row in heads(root):
                yield cells[1:]
        elif kinds == {PAGE + "td"} or cells:
            marked = len(row) == 3 and row[1].tag == PAGE + "th"
            yield [cells[0], cells[2]] if marked else cells


def heads(root):
    """First rows of tables that have a head column too: grids."""
    return [table.find(PAGE + "tr") for table in root.iter(PAGE + "table")
            if len(table.findall(PAGE + "tr")) > 1
            and all(row[0].tag == PAGE + "th" for row in table.findall(PAGE + "tr"))]


root = tree.parse(sys.argv[1]).getroot()
with open(sys.argv[2]) as file:
    charts = json.load(file, parse_float=str, parse_int=str)["charts"]

drawing = root if root.tag == SVG + "svg" else next(root.iter(SVG + "svg"))
if drawing.get("role") != "img" or not drawing.findtext(SVG + "title"):
    complain("no image with a title")
if not drawing.findtext(SVG + "desc"):
    complain("no description")
if len(texts(drawing, "x-label")) != len(charts):
    complain("not as many charts as in the JSON")
for chart, x, y in zip(charts, texts(drawing, "x-label"), texts(drawing, "y-label")):
    for axis, label in ((chart["x"], x), (chart["y"], y)):
        unit = "" if axis["unit"] == "1" else f" ({axis['unit']})"
        if not axis["label"] or label.text != axis["label"] + unit:
            complain(f"axis {label.text!r}, in the JSON {axis}")
want = [[str(cell) for cell in row] for row in numbers_of(charts)]
details = root.find(f".//{PAGE}details")
have = list(rows_of(root if details is None else details))
if want != have:
    for one, other in zip(want, have):
        if one != other:
            complain(f"a row of the table is {other}, of the JSON {one}")
    complain(f"{len(have)} rows in the tables, {len(want)} in the JSON")
if not want:
    complain("no numbers")
for node in root.iter():
    for name, value in node.attrib.items():
        if "href" in name or "src" in name or re.search("url|nan|inf", value):
            complain(f"{name}={value}")
