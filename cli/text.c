/*
 * cli/text.c - numbers and names as people read them
 *
 * SPDX-License-Identifier: MIT
 */
#include "text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gradus.h"

enum { ROOM = 256 };

static char *next_room(void)
{
    static char rooms[TEXT_ROOMS][ROOM];
    static size_t next;

    next = (next + 1) % TEXT_ROOMS;
    return rooms[next];
}

/* Puts a comma between each three digits before the decimal point. */
static char *group_digits(const char *digits)
{
    char *room = next_room(), *to = room;
    size_t whole;

    if (*digits == '-')
        *to++ = *digits++;
    whole = strspn(digits, "0123456789");
    for (size_t i = 0; digits[i] && to < room + ROOM - 2; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = 0;
    return room;
}

const char *text_count(uint64_t number)
{
    char digits[32];

    snprintf(digits, sizeof digits, "%" PRIu64, number);
    return group_digits(digits);
}

const char *text_share(double share, int digits)
{
    char *room = next_room();

    snprintf(room, ROOM, "%.*f %%", digits, 100 * share);
    return room;
}

static char *fixed(double number, int digits)
{
    char text[64];
    double size = fabs(number);
    int before, after;

    if (!isfinite(number) || size >= 1e12 || (size < 1e-4 && size > 0)) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        return group_digits(text);
    }
    /* Digits before the point; of 0.0123 it is -1, for a zero behind it. */
    before = size > 0 ? (int)floor(log10(size)) + 1 : 1;
    after = digits > before ? digits - before : 0;
    snprintf(text, sizeof text, "%.*f", after, number);
    return group_digits(text);
}

const char *text_number(double number, int digits)
{
    char text[GRADUS_NUMBER_LENGTH], *room, *end;

    if (digits == 0) {
        gradus_number_write(number, text);
        return group_digits(text);
    }
    room = fixed(number, digits);
    if (strchr(room, '.') && !strchr(room, 'e')) {
        end = room + strlen(room);
        while (end[-1] == '0')
            *--end = 0;
        if (end[-1] == '.')
            *--end = 0;
    }
    return room;
}

const char *text_fixed(double number, int digits)
{
    return fixed(number, digits);
}

const char *text_bytes(uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KB", "MB", "GB", "TB"};
    char *room = next_room();
    double size = (double)bytes;
    size_t unit = 0;

    while (size >= 999.5 && unit < 4) {
        size /= 1000;
        unit++;
    }
    snprintf(room, ROOM, "%.*f %s", size < 9.95 && unit > 0 ? 1 : 0, size, units[unit]);
    return room;
}

const char *text_seconds(double seconds)
{
    char *room = next_room();

    snprintf(room, ROOM, "%.*f s", seconds < 0.1 ? 3 : seconds < 10 ? 2 : 1, seconds);
    return room;
}

const char *text_clock(double seconds)
{
    char *room = next_room();
    uint64_t whole = seconds > 0 && seconds < 1e9 ? (uint64_t)(seconds + 0.5) : 0;

    if (whole >= 3600)
        snprintf(room, ROOM, "%" PRIu64 ":%02u:%02u", whole / 3600,
                 (unsigned)(whole / 60 % 60), (unsigned)(whole % 60));
    else
        snprintf(room, ROOM, "%" PRIu64 ":%02u", whole / 60, (unsigned)(whole % 60));
    return room;
}

const char *text_digest(uint64_t digest)
{
    char *room = next_room();

    snprintf(room, ROOM, "%04x-%04x-%04x-%04x", (unsigned)(digest >> 48 & 0xffff),
             (unsigned)(digest >> 32 & 0xffff), (unsigned)(digest >> 16 & 0xffff),
             (unsigned)(digest & 0xffff));
    return room;
}

const char *text_digest_plain(uint64_t digest)
{
    char *room = next_room();

    snprintf(room, ROOM, "%016" PRIx64, digest);
    return room;
}

size_t text_utf8(const char *text, size_t length)
{
    const unsigned char *b = (const unsigned char *)text;
    size_t need;

    if (length == 0)
        return 0;
    if (b[0] < 0x80)
        return 1;
    need = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
    if (b[0] < 0xc2 || b[0] > 0xf4 || need > length)
        return 0;
    for (size_t i = 1; i < need; i++)
        if ((b[i] & 0xc0) != 0x80)
            return 0;
    /* overlong forms, surrogates, beyond U+10FFFF */
    if ((b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] > 0x9f) ||
        (b[0] == 0xf0 && b[1] < 0x90) || (b[0] == 0xf4 && b[1] > 0x8f))
        return 0;
    return need;
}

/* C0, DEL and C1, and the marks that turn the direction of writing around. */
static bool moves_terminal(const char *text, size_t bytes)
{
    const unsigned char *b = (const unsigned char *)text;

    if (bytes == 1)
        return b[0] < 0x20 || b[0] == 0x7f;
    if (bytes == 2)
        return b[0] == 0xc2 && b[1] < 0xa0;
    return bytes == 3 && b[0] == 0xe2 &&
           ((b[1] == 0x80 && b[2] >= 0xaa && b[2] <= 0xae) ||
            (b[1] == 0x81 && b[2] >= 0xa6 && b[2] <= 0xa9));
}

void text_escape(const char *text, char *safe, size_t room, const char *but)
{
    size_t length = strlen(text), used = 0;

    while (length > 0) {
        size_t bytes = text_utf8(text, length);
        bool plain = bytes > 0 &&
                     (!moves_terminal(text, bytes) || (bytes == 1 && strchr(but, *text)));

        bytes = bytes ? bytes : 1;
        if (used + (plain ? bytes : 4 * bytes) >= room)
            break;
        for (size_t i = 0; i < bytes; i++) {
            if (plain)
                safe[used++] = text[i];
            else
                used += (size_t)snprintf(safe + used, 5, "\\x%02x",
                                         (unsigned)(unsigned char)text[i]);
        }
        text += bytes;
        length -= bytes;
    }
    safe[used] = 0;
}

void text_word(const char *text, char *word, size_t room)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_.,:/=+@%";
    char safe[1024];
    size_t used = 0;

    text_escape(text, safe, sizeof safe, "");
    if (*safe && strspn(safe, plain) == strlen(safe)) {
        snprintf(word, room, "%s", safe);
        return;
    }
    word[used++] = '\'';
    for (const char *c = safe; *c && used + 6 < room; c++)
        if (*c == '\'')
            used += (size_t)snprintf(word + used, room - used, "'\\''");
        else
            word[used++] = *c;
    word[used++] = '\'';
    word[used] = 0;
}

const char *text_name(const char *name)
{
    char *room = next_room();

    text_escape(name, room, ROOM - 8, "");
    if (strlen(room) > 60) {
        size_t end = 57;
        while (end > 0 && ((unsigned char)room[end] & 0xc0) == 0x80)
            end--;
        memcpy(room + end, "...", 4);
    }
    return room;
}

/* Bytes of the first `columns` characters, and how many there are. */
static size_t bytes_of(const char *text, size_t columns, size_t *count)
{
    size_t bytes = 0;

    for (*count = 0; text[bytes]; ++*count) {
        size_t next = bytes + 1;
        while (((unsigned char)text[next] & 0xc0) == 0x80)
            next++;
        if (*count == columns)
            break;
        bytes = next;
    }
    return bytes;
}

const char *text_cut(const char *name, size_t columns)
{
    char *room = next_room();
    char safe[ROOM / 2];
    size_t count, bytes;

    snprintf(safe, sizeof safe, "%s", text_name(name));
    bytes = bytes_of(safe, columns, &count);

    if (safe[bytes]) {
        bytes = bytes_of(safe, columns - 2, &count);
        snprintf(room, ROOM, "%.*s..", (int)bytes, safe);
    } else {
        snprintf(room, ROOM, "%s%*s", safe, (int)(columns - count), "");
    }
    return room;
}

cli_nearest nearest_start(const char *wanted)
{
    return (cli_nearest){.wanted = wanted, .distance = strlen(wanted) / 3 + 2};
}

/* Edits that make one name the other: characters put in, left out, changed, swapped. */
static size_t edits(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    size_t row[3][LONGEST + 1];
    size_t n = strlen(a), m = strlen(b);

    if (n > LONGEST || m > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[n % 3][m];
}

void nearest_try(cli_nearest *search, const char *name)
{
    size_t distance = edits(search->wanted, name);
    size_t length = strlen(search->wanted);

    /* "learn" for "learning-rate": a beginning counts as near. */
    if (length >= 3 && strncmp(search->wanted, name, length) == 0)
        distance = 1;
    if (distance < search->distance) {
        search->distance = distance;
        search->best = name;
    }
}

size_t words_get(const char *words, size_t index, const char **word)
{
    for (; words && *words; index--) {
        size_t length = strcspn(words, "|");
        if (index == 0) {
            *word = words;
            return length;
        }
        words += length + (words[length] == '|');
    }
    return 0;
}

int words_find(const char *words, const char *word)
{
    const char *found;
    size_t length;

    for (size_t i = 0; (length = words_get(words, i, &found)) > 0; i++)
        if (strlen(word) == length && memcmp(word, found, length) == 0)
            return (int)i;
    return -1;
}
