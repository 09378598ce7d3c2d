/* base/crypt: hashes and sealed bytes, through libsodium.                   Floor 0, the only one with sodium.h. */
#ifndef MOON_BASE_CRYPT_H
#define MOON_BASE_CRYPT_H

#include <stdint.h>

#include "base/buf.h"

#define MOON_HASH_SIZE 32 /* BLAKE2b-256 (RFC 7693) */
#define MOON_TAG_SIZE 16  /* BLAKE2b-128, for lists of record tags */
#define MOON_SECRET_SIZE 32
#define MOON_SEAL_EXTRA 40 /* bytes that sealing adds: nonce 24, authenticator 16 */
#define MOON_HASH_TEXT (2 * MOON_HASH_SIZE + 1)

typedef struct moon_hash {
    uint8_t bytes[MOON_HASH_SIZE];
} moon_hash;
typedef struct moon_tag {
    uint8_t bytes[MOON_TAG_SIZE];
} moon_tag;
typedef struct moon_secret {
    uint8_t bytes[MOON_SECRET_SIZE];
} moon_secret;

/* A hash taken piece by piece: begin, add, end. The state is opaque and holds no resources. */
typedef struct moon_hasher {
    _Alignas(64) unsigned char state[384];
} moon_hasher;

/* Once at the start of the process. Fails only where the system has no random numbers. */
MOON_CHECK moon_status moon_crypt_start(moon_err *err);

void moon_hasher_begin(moon_hasher *hasher);
void moon_hasher_add(moon_hasher *hasher, moon_str bytes);
/* Adds the length too, so that ("ab","c") and ("a","bc") differ. */
void moon_hasher_add_sized(moon_hasher *hasher, moon_str bytes);
moon_hash moon_hasher_end(moon_hasher *hasher);
moon_hash moon_hash_of(moon_str bytes);
/* The tag of a pair, lengths included. */
moon_tag moon_tag_of(moon_str first, moon_str second);
bool moon_hash_eq(const moon_hash *a, const moon_hash *b);
void moon_hash_format(const moon_hash *hash, char out[MOON_HASH_TEXT]);
/* From 64 hexadecimal digits; false otherwise. */
bool moon_hash_parse(moon_str text, moon_hash *out);

void moon_secret_make(moon_secret *secret);
/* Append XChaCha20-Poly1305(nonce, plain) with `context` authenticated beside it; sizes: plain.len +
 * MOON_SEAL_EXTRA. */
void moon_seal(const moon_secret *secret, moon_str context, moon_str plain, moon_buf *out);
/* Append what was sealed. Returns MOON_E_CRYPT if key, context or bytes do not fit together. */
MOON_CHECK moon_status moon_unseal(const moon_secret *secret, moon_str context, moon_str sealed,
                                   moon_buf *out, moon_err *err);

#endif
