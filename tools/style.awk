# tools/style.awk - one pass over all sources; prints file:line: what, exits 1 if anything.
# SPDX-License-Identifier: MIT

BEGIN {
    WIDTH = 96; FILE = 500; FUNCTION = 60
    calls = "malloc calloc realloc free printf fprintf vprintf vfprintf puts fputs putchar " \
        "exit _exit abort getenv rand srand strcpy strcat sprintf vsprintf atoi atol atof " \
        "strtok strtod strtof setlocale"
    split(calls, list, " ")
    for (i in list) banned[list[i]] = 1
    calls = "exp exp2 expm1 log log2 log10 log1p pow sin cos tan asin acos atan atan2 sinh " \
        "cosh tanh asinh acosh atanh cbrt hypot erf erfc tgamma lgamma round lround llround " \
        "trunc fmod remainder fmin fmax fdim copysign nearbyint lrint modf scalbn logb ilogb"
    split(calls, list, " ")
    for (i in list) inexact[list[i]] = inexact[list[i] "f"] = 1
}

function complain(what) {
    print FILENAME ":" FNR ": " what
    bad = 1
}

# The line without comments, and without what stands in quotes.
function code_of(line,    code, rest) {
    code = ""
    while (line != "") {
        if (in_comment) {
            if (!match(line, /\*\//)) return code
            in_comment = 0
            line = substr(line, RSTART + 2)
        } else if (match(line, /"([^"\\]|\\.)*"|'([^'\\]|\\.)*'|\/\*|\/\//)) {
            rest = substr(line, RSTART, RLENGTH)
            code = code substr(line, 1, RSTART - 1)
            if (rest == "//") return code
            in_comment = rest == "/*"
            if (!in_comment) {
                code = code "\"\""
                strings = strings " " rest
            }
            line = substr(line, RSTART + RLENGTH)
        } else {
            return code line
        }
    }
    return code
}

function end_of_file() {
    if (name == "") return
    if (!named) complain_at(name, 1, "the head must open with \"" short " - purpose\"")
    if (!licensed) complain_at(name, 1, "no SPDX-License-Identifier: MIT in the head")
    if (is_c && lines > FILE && short != "gradus.h")
        complain_at(name, lines, lines " lines: at most " FILE)
}

function complain_at(file, line, what) {
    print file ":" line ": " what
    bad = 1
}

FNR == 1 {
    end_of_file()
    name = FILENAME
    short = name
    sub(/^(src|include)\//, "", short)
    is_c = name ~ /\.(c|h|inc|def)$/
    is_text = name ~ /\.md$/
    named = licensed = is_text
    in_comment = in_function = 0
}

{ lines = FNR }

FNR <= 5 && (index($0, short " - ") || index($0, name " - ") ||
    index($0, short " [") || index($0, short " BUILD")) { named = 1 }
FNR <= 50 && /SPDX-License-Identifier: MIT/ { licensed = 1 }

/\t/ && name !~ /Makefile/ { complain("a tab: use blanks") }
/[ \t]$/ { complain("blanks at the end of the line") }
/\r$/ { complain("a carriage return") }

# Bytes 0x80-0xbf continue a UTF-8 character.
!is_text {
    wide = $0
    gsub(/[\200-\277]/, "", wide)
    if (length(wide) > WIDTH) complain(length(wide) " characters wide: at most " WIDTH)
}
!is_text && name !~ /^tools\/style/ && name !~ /^tests\/tools\/style/ &&
    /TODO|FIXME|XXX[^X]/ && !/-XXX|XXXXXX/ { complain("unfinished: do it or file it") }

is_c {
    strings = ""
    code = code_of($0)
    if (code ~ /^\{/) in_function = FNR
    if (code ~ /^\}/ && in_function) {
        if (FNR - in_function > FUNCTION)
            complain("a function of " FNR - in_function " lines: at most " FUNCTION)
        in_function = 0
    }
    if (name ~ /^src\//) {
        below = name ~ /^src\/base\//
        while (match(code, /[A-Za-z_][A-Za-z_0-9]*[ ]*\(/)) {
            word = substr(code, RSTART, RLENGTH - 1)
            sub(/ +$/, "", word)
            before = RSTART > 1 ? substr(code, RSTART - 1, 1) : ""
            if (before !~ /[.>]/) {
                if (word in banned && !below) complain(word "() is banned above src/base")
                if (word in inexact) complain(word "() of libm is not exact")
            }
            code = substr(code, RSTART + RLENGTH)
        }
        if (strings ~ /%[-+#0-9.*]*l?[aefgAEFG]/)
            complain("a number printed by printf depends on the locale")
    }
}

END {
    end_of_file()
    exit bad
}
