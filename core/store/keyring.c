/* The key of each account, in an environment of its own: deleting a key erases the person, and backups of the
 * book hold none. */
#include "store/internal.h"

static moon_status get_secret(moon_store *store, MDB_txn *txn, moon_str account, moon_secret *out,
                              bool *found, moon_err *err) {
    MDB_val key = moon_mdb_val(account), value;
    int code = mdb_get(txn, store->keys_dbi, &key, &value);
    *found = code == 0;
    if (code == MDB_NOTFOUND) return MOON_OK;
    if (code) return moon_lmdb_fail(err, code, "cannot read the keys");
    if (value.mv_size != sizeof *out)
        return moon_fail(err, MOON_E_CRYPT, "the key of account %.*s is damaged", MOON_STR_ARG(account));
    memcpy(out, value.mv_data, sizeof *out);
    return MOON_OK;
}

moon_status moon_store_secret(moon_store *store, moon_str account, moon_secret *out, bool *found,
                              moon_err *err) {
    MDB_txn *txn;
    int code = mdb_txn_begin(store->keys, NULL, MDB_RDONLY, &txn);
    if (code) return moon_lmdb_fail(err, code, "cannot read the keys");
    moon_status status = get_secret(store, txn, account, out, found, err);
    mdb_txn_abort(txn);
    return status;
}

moon_status moon_change_secret_find(moon_change *change, moon_str account, moon_secret *out, bool *found,
                                    moon_err *err) {
    for (struct moon_new_secret *made = change->new_secrets; made; made = made->next)
        if (moon_str_eq(made->account, account)) {
            *out = made->secret;
            *found = true;
            return MOON_OK;
        }
    return moon_store_secret(change->store, account, out, found, err);
}

moon_status moon_change_secret(moon_change *change, moon_str account, moon_secret *out, moon_err *err) {
    bool found;
    MOON_TRY(moon_change_secret_find(change, account, out, &found, err));
    if (found) return MOON_OK;
    struct moon_new_secret *made = MOON_NEW(&change->arena, struct moon_new_secret);
    made->account = moon_arena_str(&change->arena, account);
    moon_secret_make(&made->secret);
    made->next = change->new_secrets;
    change->new_secrets = made;
    *out = made->secret;
    return MOON_OK;
}

static moon_status store_all(moon_change *change, MDB_txn *txn, moon_err *err) {
    for (struct moon_new_secret *made = change->new_secrets; made; made = made->next) {
        MDB_val key = moon_mdb_val(made->account), value = {sizeof made->secret, made->secret.bytes};
        int code = mdb_put(txn, change->store->keys_dbi, &key, &value, MDB_NOOVERWRITE);
        if (code == MDB_KEYEXIST)
            return moon_fail(err, MOON_E_CHANGED, "account %.*s was made by somebody else meanwhile",
                             MOON_STR_ARG(made->account));
        if (code) return moon_lmdb_fail_write(change->store, err, code, "cannot write the keys");
    }
    return MOON_OK;
}

moon_status moon_keyring_store(moon_change *change, moon_err *err) {
    MDB_txn *txn;
    if (!change->new_secrets) return MOON_OK;
    int code = mdb_txn_begin(change->store->keys, NULL, 0, &txn);
    if (code) return moon_lmdb_fail(err, code, "cannot write the keys");
    moon_status status = store_all(change, txn, err);
    if (status != MOON_OK) {
        mdb_txn_abort(txn);
        return status;
    }
    code = mdb_txn_commit(txn);
    return code ? moon_lmdb_fail_write(change->store, err, code, "cannot write the keys") : MOON_OK;
}
