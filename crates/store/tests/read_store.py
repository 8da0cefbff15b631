#!/usr/bin/env python3
"""A second reader of the store, written from docs/formats/store.md and sharing nothing with the Rust code. It writes nothing.

    read_store.py FOLDER KEY        KEY is 64 hexadecimal digits

Prints a line for every value (kind, id, value; id and value in hexadecimal) and a line that begins with `!` for all damage; ends
with 8 if there was any. Needs the package `cryptography`.
"""

import hashlib
import hmac
import pathlib
import re
import struct
import sys
import zlib

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def mac(key, *parts):
    return hmac.digest(key, b"".join(parts), "sha256")


def hkdf(salt, secret, info, length):
    prk = hmac.digest(salt, secret, "sha256")
    out, block = b"", b""
    while len(out) < length:
        block = hmac.digest(prk, block + info + bytes([len(out) // 32 + 1]), "sha256")
        out += block
    return out[:length]


def unseal(key, place, sealed):
    salt, commitment, tag, text = sealed[:32], sealed[32:64], sealed[64:80], sealed[80:]
    info = b"countersign/v1/seal\0" + struct.pack("<I", 5) + b"store" + hashlib.sha256(place).digest()
    okm = hkdf(salt, key, info, 76)
    if okm[44:] != commitment:
        raise ValueError("commitment")
    return AESGCM(okm[:32]).decrypt(okm[32:44], text + tag, place)


class Body:
    def __init__(self, data):
        self.data, self.at = data, 0
        self.echo = None
        if self.number("B") == 1:
            self.echo = [self.key() for _ in range(self.number("I"))]
        self.changes = []
        for _ in range(self.number("I")):
            what, key = self.key()
            self.changes.append((what, key, self.take(self.number("I")) if what == 1 else None))
        if self.at != len(data):
            raise ValueError("length")

    def take(self, count):
        taken = self.data[self.at : self.at + count]
        if len(taken) != count:
            raise ValueError("length")
        self.at += count
        return taken

    def number(self, code):
        return struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0]

    def key(self):
        what, kind = self.number("B"), self.number("B")
        return what, (kind, self.take(self.number("H")))


class Frame:
    def __init__(self, keys, data, at):
        magic, crc, length, self.batch, self.number, self.first = struct.unpack_from("<4sIIIQQ", data, at)
        self.previous = data[at + 32 : at + 64]
        said = data[at + 8 : at + 64 + length]
        self.mac = data[at + 64 + length : at + 96 + length]
        if magic != b"CSf1" or length > 6 << 20 or zlib.crc32(said) != crc or mac(keys["mac"], b"CSframe1", said) != self.mac:
            raise ValueError("frame")
        self.end = (at + 96 + length + 63) // 64 * 64
        self.body = Body(unseal(keys["seal"], b"frame\0" + struct.pack("<Q", self.number), said[56:]))


def segment(keys, path, complain):
    data = path.read_bytes()
    after = None
    if len(data) >= 128 and data[:8] == b"CSlog1\0\0" and mac(keys["mac"], b"CSlog1\0\0", data[:96]) == data[96:128]:
        after = struct.unpack_from("<Q", data, 32)[0]
    else:
        complain(f"the beginning of {path.name} is damaged")
    frames, at = [], 128
    while at < len(data):
        try:
            frames.append(Frame(keys, data, at))
            at = frames[-1].end
        except (ValueError, struct.error):
            at += 64
    return after, frames


def read_head(keys, path):
    slots = []
    data = path.read_bytes() if path.exists() else b""
    for at in (0, 4096):
        slot = data[at : at + 128]
        if len(slot) == 128 and slot[:8] == b"CShead1\0" and mac(keys["mac"], b"CShead1\0", slot[:96]) == slot[96:]:
            slots.append((struct.unpack_from("<Q", slot, 24)[0], slot[32:64]))
    return max(slots, default=None)


def read(folder, key):
    keys = {name: mac(key, b"countersign/v1/store\0", name.encode()) for name in ("seal", "mac", "name")}
    damage = []
    head = read_head(keys, folder / "head")
    if head is None:
        damage.append("the head is missing or destroyed")
    reached = head[0] if head else 0
    names = [path for path in folder.iterdir() if re.fullmatch(r"log\.[1-9][0-9]*", path.name)]
    frames, limit = {}, float("inf")
    for path in sorted(names, key=lambda path: -int(path.name[4:])):
        after, found = segment(keys, path, damage.append)
        for frame in found:
            if frame.number < limit:
                frames.setdefault(frame.number, frame)
        starts = [frame.number for frame in found] + ([] if after is None else [after + 1])
        limit = min([limit, *starts])
    if frames:
        last = frames[max(frames)]
        whole = all(number in frames for number in range(last.first, last.first + last.batch))
        if not whole and last.first > reached:
            frames = {number: frame for number, frame in frames.items() if frame.first < last.first}
    values, lost, before = {}, {}, bytes(32)
    for number in range(1, max([reached, *frames]) + 1):
        frame = frames.get(number)
        if frame is None:
            following = frames.get(number + 1)
            if following is None or following.body.echo is None:
                damage.append(f"change {number} cannot be read")
            else:
                for what, key in following.body.echo:
                    values.pop(key, None)
                    lost.pop(key, None)
                    if what == 1:
                        lost[key] = number
            before = None
            continue
        if before is not None and frame.previous != before:
            damage.append(f"change {number} does not follow the one before it")
        if head and number == reached and frame.mac != head[1]:
            damage.append(f"change {number} is not the one that was acknowledged")
        before = frame.mac
        for what, key, value in frame.body.changes:
            lost.pop(key, None)
            values.pop(key, None)
            if what == 1:
                values[key] = value
    damage += [f"the value {kind} {name.hex()} is lost" for kind, name in sorted(lost)]
    return values, damage


def main():
    values, damage = read(pathlib.Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
    for (kind, name), value in sorted(values.items()):
        print(kind, name.hex(), value.hex())
    for what in damage:
        print("!", what)
    sys.exit(8 if damage else 0)


if __name__ == "__main__":
    main()
