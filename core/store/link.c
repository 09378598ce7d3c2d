/* The audit chain: one link a commit, each holding the hash of the one before. */
#include "store/internal.h"

#include "base/file.h"
#include "base/limits.h"
#include "store/key.h"

void moon_seq_write(uint64_t seq, char out[MOON_SEQ_SIZE]) {
    for (int i = 0; i < MOON_SEQ_SIZE; i++)
        out[i] = (char)(unsigned char)(seq >> (8 * (MOON_SEQ_SIZE - 1 - i)));
}

uint64_t moon_seq_read(const char *bytes) {
    uint64_t seq = 0;
    for (int i = 0; i < MOON_SEQ_SIZE; i++) seq = seq << 8 | (unsigned char)bytes[i];
    return seq;
}

void moon_link_key(uint64_t seq, char out[9]) {
    out[0] = MOON_KEY_LINK;
    moon_seq_write(seq, out + 1);
}

bool moon_link_seq(moon_str key, uint64_t *seq) {
    if (key.len != 9 || key.ptr[0] != MOON_KEY_LINK) return false;
    *seq = moon_seq_read(key.ptr + 1);
    return true;
}

void moon_link_encode(const moon_link *link, moon_buf *out) {
    moon_buf_add(out, link->previous.bytes, MOON_HASH_SIZE);
    moon_buf_add_varint(out, link->note.len);
    moon_buf_add_str(out, link->note);
    moon_buf_add_varint(out, link->created_count);
    moon_buf_add(out, link->created, link->created_count * sizeof(moon_tag));
    moon_buf_add_varint(out, link->consumed_count);
    moon_buf_add(out, link->consumed, link->consumed_count * sizeof(moon_tag));
}

static bool decode_tags(moon_str *rest, const moon_tag **tags, size_t *count) {
    uint64_t n;
    if (!moon_varint_read(rest, &n) || n > rest->len / sizeof(moon_tag)) return false;
    *tags = (const moon_tag *)(const void *)rest->ptr;
    *count = n;
    *rest = moon_str_sub(*rest, n * sizeof(moon_tag), rest->len);
    return true;
}

static bool decode(moon_str bytes, moon_link *link) {
    uint64_t len;
    if (bytes.len < MOON_HASH_SIZE) return false;
    memcpy(link->previous.bytes, bytes.ptr, MOON_HASH_SIZE);
    bytes = moon_str_sub(bytes, MOON_HASH_SIZE, bytes.len);
    if (!moon_varint_read(&bytes, &len) || len > bytes.len) return false;
    link->note = moon_str_sub(bytes, 0, len);
    bytes = moon_str_sub(bytes, len, bytes.len);
    return decode_tags(&bytes, &link->created, &link->created_count) &&
           decode_tags(&bytes, &link->consumed, &link->consumed_count) && bytes.len == 0;
}

moon_hash moon_link_hash(uint64_t seq, moon_str bytes) {
    char number[MOON_SEQ_SIZE];
    moon_hasher hasher;
    moon_seq_write(seq, number);
    moon_hasher_begin(&hasher);
    moon_hasher_add(&hasher, (moon_str){number, sizeof number});
    moon_hasher_add(&hasher, bytes);
    return moon_hasher_end(&hasher);
}

moon_status moon_link_get(moon_change *change, uint64_t seq, moon_link *link, moon_err *err) {
    char key[9];
    moon_link made = {.seq = seq};
    MDB_val value;
    moon_link_key(seq, key);
    MDB_val name = {sizeof key, key};
    int code = mdb_get(change->txn, change->store->dbi, &name, &value);
    if (code == MDB_NOTFOUND)
        return moon_fail(err, MOON_E_NOT_FOUND, "there is no commit %llu", (unsigned long long)seq);
    if (code) return moon_lmdb_fail(err, code, "cannot read the audit chain");
    if (!decode(moon_mdb_str(value), &made))
        return moon_fail(err, MOON_E_CHAIN_BROKEN, "link %llu of the audit chain is malformed",
                         (unsigned long long)seq);
    made.hash = moon_link_hash(seq, moon_mdb_str(value));
    *link = made;
    return MOON_OK;
}

moon_status moon_link_last(MDB_txn *txn, MDB_dbi dbi, uint64_t *seq, moon_hash *hash, moon_err *err) {
    MDB_cursor *cursor;
    char after[1] = {MOON_KEY_LINK + 1};
    MDB_val key = {sizeof after, after}, value;
    *seq = 0;
    memset(hash, 0, sizeof *hash);
    int code = mdb_cursor_open(txn, dbi, &cursor);
    if (code) return moon_lmdb_fail(err, code, "cannot read the audit chain");
    code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    if (code == MDB_NOTFOUND)
        code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
    else if (code == 0)
        code = mdb_cursor_get(cursor, &key, &value, MDB_PREV);
    if (code == 0 && moon_link_seq(moon_mdb_str(key), seq)) *hash = moon_link_hash(*seq, moon_mdb_str(value));
    mdb_cursor_close(cursor);
    return code && code != MDB_NOTFOUND ? moon_lmdb_fail(err, code, "cannot read the audit chain") : MOON_OK;
}

/* ---- the head beside the store ---- */

moon_status moon_head_write(const moon_store *store, uint64_t seq, const moon_hash *hash, moon_err *err) {
    char path[4096], text[MOON_HASH_TEXT], line[128];
    moon_hash_format(hash, text);
    snprintf(path, sizeof path, "%s/head", store->folder);
    int len = snprintf(line, sizeof line, "%llu %s\n", (unsigned long long)seq, text);
    return moon_file_write(path, (moon_str){line, (size_t)len}, 0664, err);
}

void moon_store_lodged_head(const moon_store *store, uint64_t *seq, moon_hash *hash) {
    char path[4096];
    moon_arena scratch = MOON_ARENA_EMPTY;
    moon_err ignored;
    moon_str text, number;
    *seq = 0;
    snprintf(path, sizeof path, "%s/head", store->folder);
    if (moon_file_read(path, 256, &scratch, &text, &ignored) == MOON_OK) {
        moon_str rest = moon_str_trim(text);
        uint64_t made = 0;
        bool good = moon_str_cut(&rest, ' ', &number) && number.len > 0 && number.len < 20;
        for (size_t i = 0; good && i < number.len; i++) {
            good = number.ptr[i] >= '0' && number.ptr[i] <= '9';
            made = made * 10 + (uint64_t)(number.ptr[i] - '0');
        }
        if (good && rest.ptr && moon_hash_parse(rest, hash)) *seq = made;
    }
    moon_arena_free(&scratch);
}

moon_tag moon_record_tag(moon_str key, uint64_t seq, moon_str bytes) {
    char head[MOON_SEQ_SIZE + MOON_KEY_MAX];
    moon_seq_write(seq, head);
    memcpy(head + MOON_SEQ_SIZE, key.ptr, key.len);
    return moon_tag_of((moon_str){head, MOON_SEQ_SIZE + key.len}, bytes);
}
