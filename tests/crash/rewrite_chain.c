/* What a forger with a copy of moonbill's source would do: rewrite_chain DATA_FOLDER changes the bytes of one
 * record of a past commit, then makes the whole audit chain anew so that nothing inside the book contradicts
 * the rest. Plain `verify` cannot see that; `verify --expect HEAD` with a head lodged before can.
 *
 *   rewrite_chain FOLDER TYPE FROM TO   in the first record of type number TYPE that holds the text FROM, make
 *                                       it TO (same length)
 *
 * Tells the commit on standard error. */
#include <stdio.h>
#include <stdlib.h>

#include "store/internal.h"
#include "store/key.h"

static _Noreturn void stop(const char *what) {
    fprintf(stderr, "rewrite_chain: %s\n", what);
    exit(1);
}
static void lmdb(int code, const char *what) {
    if (code) stop(code == MDB_NOTFOUND ? what : mdb_strerror(code));
}

typedef struct {
    MDB_txn *txn;
    MDB_dbi dbi;
    uint64_t seq; /* commit of the record that was changed */
    moon_tag was, is;
} forgery;

/* Change the record in place, and remember its tag before and after. */
static void change_record(forgery *f, int type, const char *from, const char *to) {
    MDB_cursor *cursor;
    char prefix[1] = {(char)type};
    MDB_val key = {1, prefix}, value;
    lmdb(mdb_cursor_open(f->txn, f->dbi, &cursor), "cursor");
    int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    for (; code == 0 && *(char *)key.mv_data == prefix[0];
         code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
        const char *at = memmem(value.mv_data, value.mv_size, from, strlen(from));
        if (!at) continue;
        moon_str stored = moon_mdb_str(value);
        char *copy = malloc(stored.len);
        memcpy(copy, stored.ptr, stored.len);
        memcpy(copy + (at - stored.ptr), to, strlen(to));
        f->seq = moon_seq_read(stored.ptr);
        moon_str name = moon_mdb_str(key), old = moon_str_sub(stored, MOON_SEQ_SIZE, stored.len);
        f->was = moon_record_tag(name, f->seq, old);
        f->is = moon_record_tag(name, f->seq, (moon_str){copy + MOON_SEQ_SIZE, old.len});
        MDB_val changed = {stored.len, copy};
        lmdb(mdb_cursor_put(cursor, &key, &changed, MDB_CURRENT), "put");
        free(copy);
        mdb_cursor_close(cursor);
        return;
    }
    stop("no record holds that text");
}

/* Give every link from the changed commit on the new tag, and the hash of its forged predecessor. */
static moon_hash make_chain(forgery *f, uint64_t last) {
    moon_hash previous = {{0}};
    for (uint64_t seq = f->seq; seq <= last; seq++) {
        char key[9];
        MDB_val value;
        moon_link_key(seq, key);
        MDB_val name = {sizeof key, key};
        lmdb(mdb_get(f->txn, f->dbi, &name, &value), "a link is missing");
        size_t len = value.mv_size;
        char *copy = malloc(len);
        memcpy(copy, value.mv_data, len);
        if (seq > f->seq) memcpy(copy, previous.bytes, MOON_HASH_SIZE);
        for (char *at = copy; (at = memmem(at, len - (size_t)(at - copy), &f->was, sizeof f->was));)
            memcpy(at, &f->is, sizeof f->is);
        MDB_val changed = {len, copy};
        lmdb(mdb_put(f->txn, f->dbi, &name, &changed, 0), "put");
        previous = moon_link_hash(seq, (moon_str){copy, len});
        free(copy);
    }
    return previous;
}

int main(int argc, char **argv) {
    moon_err err;
    forgery f = {0};
    MDB_env *env;
    moon_store folder = {0};
    uint64_t last;
    moon_hash head;
    if (argc != 5 || strlen(argv[3]) != strlen(argv[4])) stop("usage: rewrite_chain FOLDER TYPE FROM TO");
    if (moon_crypt_start(&err) != MOON_OK) stop(err.text);
    lmdb(mdb_env_create(&env), "env");
    lmdb(mdb_env_set_mapsize(env, (size_t)1 << 30), "map");
    lmdb(mdb_env_open(env, argv[1], 0, 0664), "open");
    lmdb(mdb_txn_begin(env, NULL, 0, &f.txn), "txn");
    lmdb(mdb_dbi_open(f.txn, NULL, 0, &f.dbi), "dbi");
    change_record(&f, atoi(argv[2]), argv[3], argv[4]);
    if (moon_link_last(f.txn, f.dbi, &last, &head, &err) != MOON_OK) stop(err.text);
    head = make_chain(&f, last);
    lmdb(mdb_txn_commit(f.txn), "commit");
    mdb_env_close(env);
    snprintf(folder.folder, sizeof folder.folder, "%s", argv[1]);
    if (moon_head_write(&folder, last, &head, &err) != MOON_OK) stop(err.text);
    fprintf(stderr, "seq %llu rewritten\n", (unsigned long long)f.seq);
    return 0;
}
