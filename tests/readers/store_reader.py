#!/usr/bin/env python3
"""A second reader of the store, written from docs/formats/store.md and sharing nothing with the Rust code. It writes nothing.

    store_reader.py FOLDER KEY      the store in a folder
    store_reader.py FILE KEY        an export

KEY is 64 hexadecimal digits. Prints a line for every value (kind, id, value; id and value in hexadecimal) and a line that begins with `!` for all damage; ends
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
    """What a frame of the log says."""

    @classmethod
    def over(cls, data):
        body = cls.__new__(cls)
        body.data, body.at = data, 0
        return body

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
    """A frame whose MAC is right: of the log, or a chunk of a snapshot."""

    KINDS = {b"CSf1": b"CSframe1", b"CSc1": b"CSchunk1"}

    def __init__(self, keys, magic, data, at):
        found, crc, length, self.batch, self.number, self.first = struct.unpack_from("<4sIIIQQ", data, at)
        self.at, self.previous = at, data[at + 32 : at + 64]
        said = data[at + 8 : at + 64 + length]
        self.mac = data[at + 64 + length : at + 96 + length]
        if found != magic or length > 6 << 20 or zlib.crc32(said) != crc or mac(keys["mac"], self.KINDS[magic], said) != self.mac:
            raise ValueError("frame")
        self.end = (at + 96 + length + 63) // 64 * 64
        self.sealed = said[56:]


def frames_of(keys, magic, data, at, end):
    found = []
    while at < end:
        try:
            found.append(Frame(keys, magic, data[:end], at))
            at = found[-1].end
        except (ValueError, struct.error):
            at += 64
    return found


def segment(keys, path, complain):
    data = path.read_bytes()
    after = None
    if len(data) >= 128 and data[:8] == b"CSlog1\0\0" and mac(keys["mac"], b"CSlog1\0\0", data[:96]) == data[96:128]:
        after = struct.unpack_from("<Q", data, 32)[0]
    else:
        complain(f"the beginning of {path.name} is damaged")
    frames = frames_of(keys, b"CSf1", data, 128, len(data))
    for frame in frames:
        frame.body = Body(unseal(keys["seal"], b"frame\0" + struct.pack("<Q", frame.number), frame.sealed))
    return after, frames


class Snapshot:
    """A snapshot or an export: its header, its chunks, and what its table says."""

    def __init__(self, keys, magic, number, data):
        self.keys = keys
        headers = [header for header in (data[:192], data[-192:]) if self.is_header(magic, number, header)]
        if not headers:
            raise ValueError("snapshot")
        fields = struct.unpack("<8sII16sQ32sQIII4xQ32s24x32s", headers[0])
        self.number, self.upto, self.mac, self.unknown, values, tables, entries, self.length, last = (
            fields[2], fields[4], fields[5], fields[6], *fields[7:12])
        self.flawed = headers.count(headers[0]) < 2 or self.length != len(data)
        # Only chunks that the chain from the end reaches count.
        self.chunks, wanted, link = {}, values + tables, last
        for frame in reversed(frames_of(keys, b"CSc1", data, 192, len(data) - 192)):
            if frame.number > wanted or (frame.number == wanted and link != frame.mac):
                continue
            self.chunks[frame.number] = frame
            wanted, link = frame.number - 1, frame.previous
        self.flawed = self.flawed or len(self.chunks) < values + tables
        self.values, self.lost = {}, {}
        for number in range(values + 1, values + tables + 1):
            if number in self.chunks:
                self.read_table(self.open(number))
        self.unnamed = entries - len(self.values) - len(self.lost)
        # A key is lost where its chunk is; an older generation may have it.

    def is_header(self, magic, number, data):
        right = len(data) == 192 and data[:8] == magic and mac(self.keys["mac"], magic, data[:160]) == data[160:]
        return right and struct.unpack_from("<II", data, 8) == (1, number)

    def open(self, number):
        place = b"chunk\0" + struct.pack("<IQQ", self.number, self.upto, number)
        return unseal(self.keys["seal"], place, self.chunks[number].sealed)

    def read_table(self, data):
        body = Body.over(data)
        chunk, at, plain = body.number("Q"), 0, None
        while body.at < len(data):
            what, key = body.key()
            sequence = body.number("Q")
            if what == 2:
                self.lost[key] = (sequence, "before")
                continue
            length = body.number("I")
            if what == 1:
                chunk, at = chunk + 1, 0
                plain = self.open(chunk) if chunk in self.chunks else None
            if plain is None:
                self.lost[key] = (sequence, "here")
            else:
                self.values[key] = (sequence, plain[at : at + length])
            at += length


def read_head(keys, path):
    slots = []
    data = path.read_bytes() if path.exists() else b""
    for at in (0, 4096):
        slot = data[at : at + 128]
        if len(slot) == 128 and slot[:8] == b"CShead1\0" and mac(keys["mac"], b"CShead1\0", slot[:96]) == slot[96:]:
            slots.append((struct.unpack_from("<Q", slot, 24)[0], slot[32:64]))
    return max(slots, default=None)


class State:
    """Keys and their values, or the change that set what is lost of them, after some change."""

    def __init__(self, base=None):
        self.values, self.lost, self.damage = {}, {}, []
        self.at, self.before, self.unnamed = 0, bytes(32), 0
        if base:
            self.values = dict(base.values)
            self.lost = {key: sequence for key, (sequence, _) in base.lost.items()}
            self.at, self.before, self.unnamed = base.upto, base.mac, base.unknown

    def walk(self, frames, reached):
        for number in range(self.at + 1, max([reached, *frames]) + 1):
            frame = frames.get(number)
            if frame is None:
                following = frames.get(number + 1)
                if following is None or following.body.echo is None:
                    self.unnamed += 1
                else:
                    for what, key in following.body.echo:
                        self.values.pop(key, None)
                        self.lost.pop(key, None)
                        if what == 1:
                            self.lost[key] = number
                self.before = None
                continue
            if self.before is not None and frame.previous != self.before:
                self.damage.append(f"change {number} does not follow the one before it")
            self.at, self.before = number, frame.mac
            for what, key, value in frame.body.changes:
                self.lost.pop(key, None)
                self.values.pop(key, None)
                if what == 1:
                    self.values[key] = (number, value)


def frames_behind(keys, paths, base, reached, complain):
    frames, limit = {}, float("inf")
    for path in sorted(paths, key=lambda path: -int(path.name[4:])):
        after, found = segment(keys, path, complain)
        for frame in found:
            if base < frame.number < limit:
                frames.setdefault(frame.number, frame)
        limit = min([limit, *(frame.number for frame in found), *([] if after is None else [after + 1])])
    if frames:
        last = frames[max(frames)]
        whole = all(number in frames for number in range(last.first, last.first + last.batch))
        if not whole and last.first > reached:
            frames = {number: frame for number, frame in frames.items() if frame.first < last.first}
    return frames


def newest(snapshots):
    """The newest snapshot whose table is whole, or else the newest of which anything can be read."""
    readable = [snapshot for snapshot in reversed(snapshots) if snapshot]
    return next((snapshot for snapshot in readable if snapshot.unnamed == 0), readable[0] if readable else None)


def read(folder, key):
    keys = {name: mac(key, b"countersign/v1/store\0", name.encode()) for name in ("seal", "mac", "name")}
    damage = []
    if not folder.is_dir():
        export = Snapshot(keys, b"CSexpt1\0", 0, folder.read_bytes())
        return export.values, [f"the value {kind} {name.hex()} is lost" for kind, name in sorted(export.lost)]
    head = read_head(keys, folder / "head")
    if head is None:
        damage.append("the head is missing or destroyed")
    reached = head[0] if head else 0
    numbered = {}
    for what in ("log", "snapshot"):
        paths = [path for path in folder.iterdir() if re.fullmatch(what + r"\.[1-9][0-9]*", path.name)]
        numbered[what] = {int(path.name[len(what) + 1 :]): path for path in paths}
    snapshots = []
    for number, path in sorted(numbered["snapshot"].items()):
        try:
            snapshots.append(Snapshot(keys, b"CSsnap1\0", number, path.read_bytes()))
        except ValueError:
            snapshots.append(None)

    def segments(first, end):
        return [path for number, path in numbered["log"].items() if first <= number < end]

    base = newest(snapshots)
    state = State(base)
    if base and (base.unnamed or any(why == "here" for _, why in base.lost.values())):
        # The generation before it, up to the same change.
        older = newest([snapshot for snapshot in snapshots if snapshot and snapshot.number < base.number])
        before = State(older)
        first = older.number if older else 0
        frames = frames_behind(keys, segments(first, base.number), before.at, 0, lambda what: before.damage.append(what))
        before.walk({number: frame for number, frame in frames.items() if number <= base.upto}, base.upto)
        for key, (sequence, why) in base.lost.items():
            if why == "here" and before.values.get(key, (None,))[0] == sequence:
                state.values[key] = before.values[key]
                del state.lost[key]
        if base.unnamed:
            for there, into in ((before.values, state.values), (before.lost, state.lost)):
                for key in there.keys() - state.values.keys() - state.lost.keys():
                    into[key] = there[key]
            if before.damage or before.unnamed or before.before != base.mac:
                damage.append(f"{base.unnamed} values of {base.number} are lost or old")
    first = base.number if base else 0
    frames = frames_behind(keys, segments(first, float("inf")), state.at, reached, damage.append)
    if head and head[0] in frames and frames[head[0]].mac != head[1]:
        damage.append(f"change {head[0]} is not the one that was acknowledged")
    if head and base and head[0] == base.upto and head[1] != base.mac:
        damage.append(f"change {head[0]} is not the one that was acknowledged")
    state.walk(frames, reached)
    damage += state.damage
    if state.unnamed:
        damage.append(f"{state.unnamed} changes cannot be read")
    damage += [f"the value {kind} {name.hex()} is lost" for kind, name in sorted(state.lost)]
    return state.values, damage


def main():
    values, damage = read(pathlib.Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
    for (kind, name), (_, value) in sorted(values.items()):
        print(kind, name.hex(), value.hex())
    for what in damage:
        print("!", what)
    sys.exit(8 if damage else 0)


if __name__ == "__main__":
    main()
