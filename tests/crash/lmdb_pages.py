"""What each byte of a data.mdb is for, read from LMDB's file format (version 1, 64-bit little-endian) and from nothing of moonbill's.

A file is pages of equal size. Pages 0 and 1 are meta pages: transaction n writes page n % 2, the newer one counts. It names the roots
of two B+ trees: the records, and the lists of freed pages.

  page      u64 number, u16 -, u16 kind (1 branch, 2 leaf, 4 overflow, 8 meta), u16 lower, u16 upper, u16 offset of each node
            (overflow: u32 pages of the run instead of lower and upper)
  meta      u32 magic, u32 version, u64 address, u64 map size, two trees, u64 last page, u64 transaction
  tree      u32 page size (first tree), u16 flags, u16 depth, u64 branch, leaf, overflow pages, u64 entries, u64 root
  node      u16 low, u16 high, u16 flags, u16 key size, key, data; a node takes an even number of bytes
            branch: low, high, flags are the 48 bits of the page below; leaf: low, high are the size of the data, which with flag 1
            lies in an overflow run whose first page's number stands in the node
  freed     under the number of a transaction: u64 count, u64 page numbers"""
import struct

UNUSED, USED, EITHER = 0, 1, 2
HEADER, META, NODE = 16, 136, 8


class Pages:
    """`uses` has one of UNUSED, USED and EITHER per byte: EITHER where several values mean the same.
    `long` has (start, length) of each value that has pages of its own."""

    def __init__(self, data):
        self.data, self.uses, self.long = data, bytearray(len(data)), []
        self.size = struct.unpack_from("<I", data, HEADER + 24)[0]
        self.transactions = [struct.unpack_from("<Q", data, page * self.size + HEADER + 128)[0] for page in (0, 1)]
        self.newest = 1 if self.transactions[1] > self.transactions[0] else 0
        for page in (0, 1):
            self.metas(page)
        meta = self.newest * self.size + HEADER
        self.last = struct.unpack_from("<Q", data, meta + 120)[0]
        self.entries = {}
        for name, at in (("freed", meta + 24), ("records", meta + 72)):
            depth, root = struct.unpack_from("<H", data, at + 6)[0], struct.unpack_from("<Q", data, at + 40)[0]
            self.entries[name] = 0
            if depth:
                self.page(name, root, depth)

    def use(self, start, length, how=USED):
        self.uses[start:start + length] = bytes([how]) * length

    def metas(self, page):
        base = page * self.size
        self.use(base, 8)
        self.use(base + 10, 2)
        self.use(base + HEADER, 16)
        self.use(base + HEADER + 16, 8, EITHER)  # the size of the map is the program's choice
        self.use(base + HEADER + 24, 4)
        if page == self.newest:
            self.use(base + HEADER + 28, META - 28)
        self.use(base + HEADER + 128, 8)

    def page(self, tree, number, depth):
        base = number * self.size
        lower = struct.unpack_from("<H", self.data, base + 12)[0]
        self.use(base, 8)
        self.use(base + 10, lower - 10)
        for i in range((lower - HEADER) // 2):
            at = base + struct.unpack_from("<H", self.data, base + HEADER + 2 * i)[0]
            if depth > 1:
                self.branch_node(tree, at, depth)
            else:
                self.leaf_node(tree, at)

    def branch_node(self, tree, at, depth):
        low, high, flags, key = struct.unpack_from("<HHHH", self.data, at)
        self.use(at, 6)
        self.use(at + 6, 2 + key, EITHER)  # any key between its neighbours parts them as well
        self.page(tree, low | high << 16 | flags << 32, depth - 1)

    def leaf_node(self, tree, at):
        low, high, flags, key = struct.unpack_from("<HHHH", self.data, at)
        size, data = low | high << 16, at + NODE + key
        self.entries[tree] += 1
        self.use(at, NODE + key)
        if tree == "freed":
            self.use(at + NODE, key, EITHER)  # when they were freed matters to those who read meanwhile
        if flags & 1:
            self.use(data, 8)
            first = struct.unpack_from("<Q", self.data, data)[0] * self.size
            self.use(first, 8)
            self.use(first + 10, 6)
            data = first + HEADER
            self.long.append((data, size))
        if tree == "freed":
            size = 8 + 8 * struct.unpack_from("<Q", self.data, data)[0]
        self.use(data, size)
