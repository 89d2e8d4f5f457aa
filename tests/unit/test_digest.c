/* tests/unit/test_digest.c - XXH3-64 against published values, whole and in pieces.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/digest.h"

#include <string.h>

#include "base/status.h"
#include "runner.h"

#include "faults.h"

static unsigned char bytes[5000];

/* The buffer and values of xxHash's own sanity check, cli/xsum_sanity_check.c, seed 0. */
static void fill(void)
{
    uint64_t generator = 2654435761u;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(generator >> 56);
        generator *= 11400714785074694797u;
    }
}

static const struct {
    size_t count;
    uint64_t digest;
} published[] = {
    {0, 0x2D06800538D394C2}, {1, 0xC44BDFF4074EECDB}, {6, 0x27B56A84CD2D7325},
    {12, 0xA713DAF0DFBB77E7}, {24, 0xA3FE70BF9D3510EB}, {48, 0x397DA259ECBA1F11},
    {80, 0xBCDEFBBB2C47C90A}, {195, 0xCD94217EE362EC3A}, {403, 0xCDEB804D65C6DEA4},
    {512, 0x617E49599013CB6B}, {2048, 0xDD59E2C3A5F038E0}, {2240, 0x6E73A90539CF2948},
    {2367, 0xCB37AEB9E5D361ED},
};

static void gives_the_published_values(void **state)
{
    (void)state;
    fill();
    for (size_t i = 0; i < GR_COUNT(published); i++)
        assert_true(gr_digest_of(bytes, published[i].count) == published[i].digest);
}

static void pieces_make_the_same_digest(void **state)
{
    (void)state;
    fill();
    for (size_t piece = 1; piece < 700; piece += 37) {
        gr_digest *digest;
        assert_int_equal(gr_digest_new(gr_context_or_default(NULL), &digest), GRADUS_OK);
        size_t done = 0;
        for (size_t i = 0; i < GR_COUNT(published); i++) {
            while (done < published[i].count) {
                size_t count = published[i].count - done;
                count = count < piece ? count : piece;
                gr_digest_add(digest, bytes + done, count);
                done += count;
            }
            assert_true(gr_digest_value(digest) == published[i].digest);
        }
        gr_digest_free(digest);
    }
}

static void fails_without_memory(void **state)
{
    (void)state;
    faults fault;
    gradus_context *context = faults_open(&fault);
    faults_arm(&fault, 1, FAULT_MEMORY);
    gr_digest *digest;
    assert_int_equal(gr_digest_new(context, &digest), GRADUS_MEMORY);
    assert_null(digest);
    gr_digest_free(NULL);
    faults_close(&fault, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_published_values),
        cmocka_unit_test(pieces_make_the_same_digest),
        cmocka_unit_test(fails_without_memory),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
