#!/usr/bin/env python3
"""What the cases of this folder do to a book behind moonbill's back, by way of liblmdb.

    lmdb_tool.py flip FOLDER TEXT [OFFSET]   change a byte of the first record whose bytes hold TEXT, OFFSET bytes behind its beginning
    lmdb_tool.py readers FOLDER              take every slot of the readers' table, say "taken", hold them until the input ends"""
import ctypes
import sys

RDONLY, NOTLS = 0x20000, 0x200000
FIRST, NEXT, CURRENT = 0, 8, 0x40
READERS_FULL = -30790

lmdb = ctypes.CDLL("liblmdb.so.0")


class Val(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("data", ctypes.c_void_p)]

    def bytes(self):
        return ctypes.string_at(self.data, self.size)


def good(code, what):
    if code:
        lmdb.mdb_strerror.restype = ctypes.c_char_p
        sys.exit("lmdb_tool: %s: %s" % (what, lmdb.mdb_strerror(code).decode()))


def environment(folder, flags):
    env = ctypes.c_void_p()
    good(lmdb.mdb_env_create(ctypes.byref(env)), "create")
    good(lmdb.mdb_env_set_mapsize(env, ctypes.c_size_t(1 << 28)), "map size")
    good(lmdb.mdb_env_set_maxreaders(env, 510), "readers")
    good(lmdb.mdb_env_open(env, folder.encode(), flags | NOTLS, 0o664), "open")
    return env


def begin(env, flags):
    txn = ctypes.c_void_p()
    return lmdb.mdb_txn_begin(env, None, flags, ctypes.byref(txn)), txn


def flip(folder, text, offset):
    env = environment(folder, 0)
    code, txn = begin(env, 0)
    good(code, "begin")
    dbi, cursor, key, value = ctypes.c_uint(), ctypes.c_void_p(), Val(), Val()
    good(lmdb.mdb_dbi_open(txn, None, 0, ctypes.byref(dbi)), "open the records")
    good(lmdb.mdb_cursor_open(txn, dbi, ctypes.byref(cursor)), "cursor")
    op = FIRST
    while True:
        code = lmdb.mdb_cursor_get(cursor, ctypes.byref(key), ctypes.byref(value), op)
        good(code, "no record holds %r" % text)
        # Records begin at 0x10, index entries at 0x80: of those the key says everything.
        if 0x10 <= key.bytes()[0] < 0x80 and text.encode() in value.bytes():
            break
        op = NEXT
    changed = bytearray(value.bytes())
    changed[changed.index(text.encode()) + offset] ^= 1
    new = Val(len(changed), ctypes.cast(ctypes.create_string_buffer(bytes(changed), len(changed)), ctypes.c_void_p))
    good(lmdb.mdb_cursor_put(cursor, ctypes.byref(key), ctypes.byref(new), CURRENT), "put")
    lmdb.mdb_cursor_close(cursor)
    good(lmdb.mdb_txn_commit(txn), "commit")


def readers(folder):
    env = environment(folder, RDONLY)
    taken = 0
    while True:
        code, _ = begin(env, RDONLY)
        if code == READERS_FULL:
            break
        good(code, "begin")
        taken += 1
    print("taken", taken, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    if len(sys.argv) > 3 and sys.argv[1] == "flip":
        flip(sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 0)
    elif len(sys.argv) == 3 and sys.argv[1] == "readers":
        readers(sys.argv[2])
    else:
        sys.exit(__doc__)
