#include "base/crypt.h"

#include <sodium.h>

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(moon_hasher),
               "moon_hasher must hold libsodium's state");
_Static_assert(MOON_SEAL_EXTRA ==
                   crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "seal size");

moon_status moon_crypt_start(moon_err *err) {
    if (sodium_init() < 0)
        return moon_fail(err, MOON_E_INTERNAL,
                         "libsodium could not start: the system gives no random numbers");
    return MOON_OK;
}

static crypto_generichash_state *state_of(moon_hasher *hasher) {
    return (crypto_generichash_state *)(void *)hasher->state;
}

void moon_hasher_begin(moon_hasher *hasher) {
    crypto_generichash_init(state_of(hasher), NULL, 0, MOON_HASH_SIZE);
}

void moon_hasher_add(moon_hasher *hasher, moon_str bytes) {
    crypto_generichash_update(state_of(hasher), (const unsigned char *)bytes.ptr, bytes.len);
}

static void length_bytes(size_t len, unsigned char out[8]) {
    for (int i = 0; i < 8; i++) out[i] = (unsigned char)((uint64_t)len >> (8 * i));
}

void moon_hasher_add_sized(moon_hasher *hasher, moon_str bytes) {
    unsigned char length[8];
    length_bytes(bytes.len, length);
    moon_hasher_add(hasher, (moon_str){(const char *)length, sizeof length});
    moon_hasher_add(hasher, bytes);
}

moon_hash moon_hasher_end(moon_hasher *hasher) {
    moon_hash made;
    crypto_generichash_final(state_of(hasher), made.bytes, sizeof made.bytes);
    return made;
}

moon_hash moon_hash_of(moon_str bytes) {
    moon_hash made;
    crypto_generichash(made.bytes, sizeof made.bytes, (const unsigned char *)bytes.ptr, bytes.len, NULL, 0);
    return made;
}

moon_tag moon_tag_of(moon_str first, moon_str second) {
    crypto_generichash_state state;
    unsigned char length[8];
    moon_tag made;
    length_bytes(first.len, length);
    crypto_generichash_init(&state, NULL, 0, MOON_TAG_SIZE);
    crypto_generichash_update(&state, length, sizeof length);
    crypto_generichash_update(&state, (const unsigned char *)first.ptr, first.len);
    crypto_generichash_update(&state, (const unsigned char *)second.ptr, second.len);
    crypto_generichash_final(&state, made.bytes, sizeof made.bytes);
    return made;
}

bool moon_hash_eq(const moon_hash *a, const moon_hash *b) {
    return sodium_memcmp(a->bytes, b->bytes, MOON_HASH_SIZE) == 0;
}
void moon_hash_format(const moon_hash *hash, char out[MOON_HASH_TEXT]) {
    sodium_bin2hex(out, MOON_HASH_TEXT, hash->bytes, MOON_HASH_SIZE);
}

bool moon_hash_parse(moon_str text, moon_hash *out) {
    moon_hash made;
    size_t len = 0;
    if (text.len != 2 * MOON_HASH_SIZE) return false;
    if (sodium_hex2bin(made.bytes, sizeof made.bytes, text.ptr, text.len, NULL, &len, NULL) < 0 ||
        len != MOON_HASH_SIZE)
        return false;
    *out = made;
    return true;
}

void moon_secret_make(moon_secret *secret) { randombytes_buf(secret->bytes, sizeof secret->bytes); }

void moon_seal(const moon_secret *secret, moon_str context, moon_str plain, moon_buf *out) {
    unsigned char nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
    size_t start = out->len;
    randombytes_buf(nonce, sizeof nonce);
    moon_buf_add(out, nonce, sizeof nonce);
    moon_buf_add_repeat(out, 0, plain.len + crypto_aead_xchacha20poly1305_ietf_ABYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        (unsigned char *)out->ptr + start + sizeof nonce, NULL, (const unsigned char *)plain.ptr, plain.len,
        (const unsigned char *)context.ptr, context.len, NULL, nonce, secret->bytes);
}

moon_status moon_unseal(const moon_secret *secret, moon_str context, moon_str sealed, moon_buf *out,
                        moon_err *err) {
    size_t start = out->len, nonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    if (sealed.len < MOON_SEAL_EXTRA)
        return moon_fail(err, MOON_E_CRYPT, "the sealed part is cut short: %zu bytes", sealed.len);
    moon_buf_add_repeat(out, 0, sealed.len - MOON_SEAL_EXTRA);
    int bad = crypto_aead_xchacha20poly1305_ietf_decrypt(
        (unsigned char *)out->ptr + start, NULL, NULL, (const unsigned char *)sealed.ptr + nonce,
        sealed.len - nonce, (const unsigned char *)context.ptr, context.len,
        (const unsigned char *)sealed.ptr, secret->bytes);
    if (!bad) return MOON_OK;
    out->len = start;
    return moon_fail(err, MOON_E_CRYPT,
                     "the personal part of this record does not open with the account's key");
}
