#!/usr/bin/env python3
# tools/links.py [ROOT] - what documents point to is there: files, headings, source files.
# SPDX-License-Identifier: MIT
import re
import sys
import unicodedata
from pathlib import Path

HEADING = re.compile(r"^#+ +(.*?) *#*$")
LINK = re.compile(r"\]\(([^()\s]+)\)")
NAME = re.compile(r"`([^`]+)`")
SOURCE = re.compile(r"(src|cli|tests|tools|docs|examples|include|bench)/[\w./-]+\.\w+")


def prose(path):
    """Its lines with their numbers, without those of code."""
    inside = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            inside = not inside
        elif not inside and not line.startswith("    "):
            yield number, line


def anchor(heading):
    """The name that a page of the text gives to a heading."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
    kept = [c for c in text if c in " -_" or unicodedata.category(c)[0] in "LM"
            or unicodedata.category(c) == "Nd"]
    return "".join(kept).replace(" ", "-")


def anchors(path, known={}):
    if path not in known:
        names = set()
        for _, line in prose(path):
            match = HEADING.match(line)
            if match:
                name, copies = anchor(match[1]), 0
                while name + (f"-{copies}" if copies else "") in names:
                    copies += 1
                names.add(name + (f"-{copies}" if copies else ""))
        known[path] = names
    return known[path]


def wrong(root, page, target):
    """Why a link leads nowhere, or None."""
    if re.match(r"[a-z]+:", target):
        return None
    file, _, name = target.partition("#")
    path = (page.parent / file).resolve() if file else page
    if not path.exists() or root not in [path, *path.parents]:
        return f"no file {file}"
    if name and (path.suffix != ".md" or name not in anchors(path)):
        return f"no heading #{name} in {path.relative_to(root)}"
    return None


def main(root):
    pages = sorted(p for p in root.rglob("*.md")
                   if not {"build", ".git"} & set(p.relative_to(root).parts))
    found = []
    for page in pages:
        for number, line in prose(page):
            reasons = [wrong(root, page, target) for target in LINK.findall(line)]
            reasons += [f"no file {name}" for name in NAME.findall(line)
                        if SOURCE.fullmatch(name) and not (root / name).exists()]
            found += [f"{page.relative_to(root)}:{number}: {why}" for why in reasons if why]
    print("\n".join(found) if found else f"links: {len(pages)} documents, none is broken")
    return 1 if found else 0


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / ".."
    sys.exit(main(Path(chosen).resolve()))
