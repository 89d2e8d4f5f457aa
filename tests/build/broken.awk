# tests/build/broken.awk - applies the edits of one file: awk -v name=FILE EDITS FILE
# LINE in the text to be found is a line end with the blanks behind it.
# SPDX-License-Identifier: MIT

FNR == NR {
    if (/^#/ || !/ @ /) next
    split($0, part, / @ /)
    if (part[1] == name) { old[++edits] = part[2]; new[edits] = part[3] }
    next
}
{ text = text $0 "\n" }

END {
    for (i = 1; i <= edits; i++) {
        # a pattern in which only letters mean themselves
        pattern = old[i]
        gsub(/[][\\.*+?(){}|^$\/]/, "[&]", pattern)
        gsub(/\[\^\]/, "\\^", pattern)
        gsub(/\[\\\]/, "\\\\", pattern)
        gsub(/LINE/, "[ ]*\n[ ]*", pattern)
        if (!match(text, pattern)) { print name ": not there: " old[i] > "/dev/stderr"; bad = 1; continue }
        rest = substr(text, RSTART + RLENGTH)
        if (match(rest, pattern)) { print name ": there twice: " old[i] > "/dev/stderr"; bad = 1; continue }
        match(text, pattern)
        text = substr(text, 1, RSTART - 1) new[i] rest
    }
    printf "%s", text
    exit bad
}
