/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/hash.h"
#include "firmware/base/text.h"

#include <string.h>

/* FIPS 180-4 examples. */
static void test_sha256(void **state) {
    (void)state;
    char text[HASH_TEXT_SIZE];
    hash_sha256_text("abc", 3, text);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hash_sha256_text("", 0, text);
    assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void test_streaming_is_the_same(void **state) {
    (void)state;
    uint8_t bytes[10000];
    uint8_t whole[HASH_SIZE];
    uint8_t pieces[HASH_SIZE];
    struct hash *h = NULL;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7);
    hash_sha256(bytes, sizeof bytes, whole);
    assert_int_equal(hash_create(&h), 0);
    for (size_t at = 0, step = 1; at < sizeof bytes; at += step, step = step * 2 + 1) {
        if (step > sizeof bytes - at) step = sizeof bytes - at;
        hash_update(h, bytes + at, step);
    }
    hash_update(h, NULL, 0);
    hash_final(h, pieces);
    assert_memory_equal(whole, pieces, HASH_SIZE);
    assert_int_equal(hash_create(&h), 0);
    hash_destroy(h);
    hash_destroy(NULL);
}

/* RFC 8032, section 7.1, test 2. */
static void test_ed25519_known_answer(void **state) {
    (void)state;
    uint8_t secret[32];
    uint8_t public_key[32];
    uint8_t expected[64];
    uint8_t signature[64];
    assert_int_equal(text_unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", secret, 32), 0);
    assert_int_equal(text_unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", public_key, 32), 0);
    assert_int_equal(text_unhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f36"
                                "13d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
                                expected, 64),
                     0);
    assert_int_equal(sign_make(secret, "\x72", 1, signature), 0);
    assert_memory_equal(signature, expected, 64);
    assert_true(sign_check(public_key, "\x72", 1, signature));
}

static void test_sign_and_check(void **state) {
    (void)state;
    uint8_t secret[32];
    uint8_t public_key[32];
    uint8_t other_secret[32];
    uint8_t other_public[32];
    uint8_t signature[64];
    assert_int_equal(sign_make_key(secret, public_key), 0);
    assert_int_equal(sign_make_key(other_secret, other_public), 0);
    assert_memory_not_equal(secret, other_secret, 32);
    assert_int_equal(sign_make(secret, "event", 5, signature), 0);
    assert_true(sign_check(public_key, "event", 5, signature));
    assert_false(sign_check(public_key, "evenT", 5, signature));
    assert_false(sign_check(public_key, "event", 4, signature));
    assert_false(sign_check(other_public, "event", 5, signature));
    signature[40] ^= 1;
    assert_false(sign_check(public_key, "event", 5, signature));
}

static void test_pin(void **state) {
    (void)state;
    char a[PIN_VERIFIER_SIZE];
    char b[PIN_VERIFIER_SIZE];
    assert_int_equal(pin_make("2468", a), 0);
    assert_int_equal(pin_make("2468", b), 0);
    assert_string_not_equal(a, b); /* salted */
    assert_true(text_starts(a, "scrypt$15$8$1$"));
    assert_null(strstr(a, "2468$"));
    assert_true(pin_check("2468", a));
    assert_true(pin_check("2468", b));
    assert_false(pin_check("2469", a));
    assert_false(pin_check("", a));
    assert_false(pin_check("24680", a));
}

/* The key was computed by
 * `openssl kdf -keylen 32 -kdfopt pass:2468 -kdfopt hexsalt:000102030405060708090a0b0c0d0e0f -kdfopt n:1024 -kdfopt r:8 -kdfopt p:1 SCRYPT`. */
static void test_pin_reads_other_costs(void **state) {
    (void)state;
    static const char verifier[] = "scrypt$10$8$1$000102030405060708090a0b0c0d0e0f$"
                                   "5d6d95c68eedd3b20297da485fe42f358d9d78d0f38180252e2127d645664caf";
    assert_true(pin_check("2468", verifier));
    assert_false(pin_check("2467", verifier));
}

static void test_bad_verifiers_match_nothing(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "scrypt",
        "2468",
        "scrypt$10$8$1$00$00",
        "bcrypt$10$8$1$000102030405060708090a0b0c0d0e0f$"
        "5d6d95c68eedd3b20297da485fe42f358d9d78d0f38180252e2127d645664caf",
        "scrypt$10$8$1$000102030405060708090a0b0c0d0e0f$"
        "5d6d95c68eedd3b20297da485fe42f358d9d78d0f38180252e2127d645664caf0",
        "scrypt$99$8$1$000102030405060708090a0b0c0d0e0f$"
        "5d6d95c68eedd3b20297da485fe42f358d9d78d0f38180252e2127d645664caf",
        "scrypt$0$8$1$000102030405060708090a0b0c0d0e0f$"
        "5d6d95c68eedd3b20297da485fe42f358d9d78d0f38180252e2127d645664caf",
        "scrypt$20$32$1$000102030405060708090a0b0c0d0e0f$"
        "5d6d95c68eedd3b20297da485fe42f358d9d78d0f38180252e2127d645664caf",
        "scrypt$10$8$0$000102030405060708090a0b0c0d0e0f$"
        "5d6d95c68eedd3b20297da485fe42f358d9d78d0f38180252e2127d645664caf",
        "scrypt$10$8$1$000102030405060708090a0b0c0d0e0f$",
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++) assert_false(pin_check("2468", bad[i]));
}

/* RFC 4231, test cases 2 and 6 (a key above the block size); and nothing at all, as another program has it. */
static void test_hmac(void **state) {
    static const char long_text[] = "Test Using Larger Than Block-Size Key - Hash Key First";
    uint8_t key[131], mac[HASH_SIZE];
    char text[HASH_TEXT_SIZE];
    (void)state;
    hash_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, mac);
    text_hex(mac, sizeof mac, text);
    assert_string_equal(text, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    hash_hmac_sha256(key, sizeof key, long_text, strlen(long_text), mac);
    text_hex(mac, sizeof mac, text);
    assert_string_equal(text, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    hash_hmac_sha256(NULL, 0, NULL, 0, mac);
    text_hex(mac, sizeof mac, text);
    assert_string_equal(text, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_streaming_is_the_same),
        cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_ed25519_known_answer),
        cmocka_unit_test(test_sign_and_check),
        cmocka_unit_test(test_pin),
        cmocka_unit_test(test_pin_reads_other_costs),
        cmocka_unit_test(test_bad_verifiers_match_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
