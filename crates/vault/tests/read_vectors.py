#!/usr/bin/env python3
"""A second reader of the vault's formats, written from docs/formats/vault.md and the pages beside it.

Opens every file in tests/vectors and holds what happens against what the file says. Needs the package `cryptography`, 44 or later
for Argon2id (or the package `argon2-cffi` beside an older one). Prints how many files agree; ends with 1 if any does not.
"""

import hashlib
import hmac
import pathlib
import struct
import sys
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HERE = pathlib.Path(__file__).parent
VECTORS = HERE / "vectors"
WORDS = (HERE / "../../model/src/words.txt").resolve().read_text().split()
OURS = (b"CSRECRD\n", b"CSVAULT\n", b"CSSLOTS\n", b"CSJOIN1\n", b"CSKEYFL\n")


class Refused(Exception):
    pass


def refuse(why):
    raise Refused(why)


def argon2id(secret, salt, memory, passes, lanes):
    try:
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        return Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory).derive(secret)
    except ImportError:
        from argon2.low_level import Type, hash_secret_raw

        return hash_secret_raw(secret, salt, passes, memory, lanes, 32, Type.ID, 0x13)


def hkdf(salt, secret, info, length):
    prk = hmac.digest(salt or bytes(32), secret, "sha256")
    out, block = b"", b""
    while len(out) < length:
        block = hmac.digest(prk, block + info + bytes([len(out) // 32 + 1]), "sha256")
        out += block
    return out[:length]


def u16(number):
    return struct.pack("<H", number)


def u64(number):
    return struct.pack("<Q", number)


def frame(*parts):
    return b"".join(struct.pack("<I", len(part)) + part for part in parts)


def derive(vault_key, purpose, vault, epoch):
    return hkdf(b"", vault_key, frame(b"countersign/v1/key", purpose, vault, u64(epoch)), 32)


def device_derive(secret, what):
    return hkdf(b"", secret, frame(b"countersign/v1/device", what), 32)


def commitment(vault_key, vault, epoch):
    return hkdf(b"", vault_key, frame(b"countersign/v1/commitment", vault, u64(epoch)), 32)


class OtherKey(Exception):
    pass


class Broken(Exception):
    pass


def unseal(key, purpose, header, salt, committed, sealed):
    info = b"countersign/v1/seal\0" + struct.pack("<I", len(purpose)) + purpose + hashlib.sha256(header).digest()
    okm = hkdf(salt, key, info, 76)
    if okm[44:] != committed:
        raise OtherKey
    try:
        return AESGCM(okm[:32]).decrypt(okm[32:44], sealed, header)
    except InvalidTag:
        raise Broken from None


def unwrap(key, purpose, header, data):
    """salt, commitment, tag, body."""
    return unseal(key, purpose, header, data[:32], data[32:64], data[80:] + data[64:80])


def public(private):
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def hpke_open(private, info, header, sealed):
    """RFC 9180, base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM."""
    if len(sealed) < 48:
        raise Broken
    enc, body = sealed[:32], sealed[32:]
    try:
        shared = X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(enc))
    except ValueError:
        raise Broken from None

    def extract(suite, salt, label, ikm):
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")

    def expand(suite, prk, label, info, length):
        out, block = b"", b""
        labelled = struct.pack(">H", length) + b"HPKE-v1" + suite + label + info
        while len(out) < length:
            block = hmac.digest(prk, block + labelled + bytes([len(out) // 32 + 1]), "sha256")
            out += block
        return out[:length]

    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x02"
    secret = expand(kem, extract(kem, b"", b"eae_prk", shared), b"shared_secret", enc + public(private), 32)
    context = b"\0" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", info)
    prk = extract(suite, secret, b"secret", b"")
    key, nonce = expand(suite, prk, b"key", context, 32), expand(suite, prk, b"base_nonce", context, 12)
    try:
        return AESGCM(key).decrypt(nonce, body, header)
    except InvalidTag:
        raise Broken from None


def normalise(answer):
    words = unicodedata.normalize("NFKC", answer).split()
    return unicodedata.normalize("NFKC", " ".join(words).casefold()).encode()


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            refuse("damaged")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]

    def prefixed(self, longest):
        length = self.number("H")
        if length > longest:
            refuse("damaged")
        return self.take(length)

    def text(self, longest):
        try:
            return self.prefixed(longest).decode()
        except UnicodeDecodeError:
            refuse("damaged")

    def rest(self):
        return self.take(len(self.data) - self.at)

    def end(self):
        if self.at != len(self.data):
            refuse("damaged")


# Words.


def number_of(typed):
    typed = typed.lower()
    if typed in WORDS:
        return WORDS.index(typed)
    starts = [at for at, word in enumerate(WORDS) if word.startswith(typed)]
    return starts[0] if len(typed) >= 4 and len(starts) == 1 else None


def bits(data):
    return "".join(f"{byte:08b}" for byte in data)


def spoken(stream):
    return " ".join(WORDS[int(stream[at : at + 11], 2)] for at in range(0, len(stream), 11))


def check(label, secret, count):
    return bits(hashlib.sha256(frame(b"countersign/v1/words", label) + secret).digest())[:count]


def say(label, secret, count):
    return spoken(bits(secret) + check(label, secret, count))


def hear(label, words, length, count):
    wanted = (length * 8 + count) // 11
    if len(words) != wanted:
        refuse(f"count {len(words)}")
    stream = ""
    for position, word in enumerate(words, 1):
        number = number_of(word)
        if number is None:
            refuse(f"unknown word {position}")
        stream += f"{number:011b}"
    secret = int(stream[: length * 8], 2).to_bytes(length, "big")
    if check(label, secret, count) != stream[length * 8 :]:
        refuse("wrong word")
    return secret


def named(what, data, count):
    digest = hashlib.sha256(frame(b"countersign/v1/name", what, data)).digest()
    return spoken(bits(digest)[: count * 11])


LABELS = {0: b"half-a", 1: b"half-a-1", 2: b"half-a-2"}


def hear_a(words):
    if len(words) != 16:
        try:
            return hear(LABELS[0], words, 10, 8)
        except Refused as error:
            for part in (1, 2):
                if str(error) == "wrong word":
                    try:
                        hear(LABELS[part], words, 10, 8)
                    except Refused:
                        continue
                    refuse("one of two")
            raise
    for one, other in ((1, 2), (2, 1)):
        try:
            first = hear(LABELS[one], words[:8], 10, 8)
        except Refused:
            continue
        second = hear(LABELS[other], words[8:], 10, 8)
        return bytes(a ^ b for a, b in zip(first, second))
    refuse("wrong word")


def fingerprint(half, which, vault, serial):
    return hkdf(b"", half, frame(b"countersign/v1/half", which, vault, u64(serial)), 16)


# Slots.

KINDS = {
    1: (1, 2), 2: (3,), 3: (4,), 4: (1, 5), 5: (5,), 6: (6, 2), 7: (7,), 8: (8, 2), 9: (9, 10),
}
STRETCHED = (1, 3)


def read_cost(reader):
    if reader.number("B") != 1:
        refuse("damaged")
    memory, passes, lanes = reader.number("I"), reader.number("I"), reader.number("I")
    if memory % 1024 or not (64 <= memory // 1024 <= 2048 and 3 <= passes <= 10 and 1 <= lanes <= 8):
        refuse("out of bounds")
    return memory, passes, lanes


class Slot:
    def __init__(self, raw, form, epoch):
        self.raw, self.cost_bytes, self.cost, self.known = raw, bytes(13), None, False
        reader = Reader(raw)
        self.kind = reader.number("H")
        if self.kind not in KINDS:
            return
        self.known, codes = True, KINDS[self.kind]
        if tuple(reader.take(reader.number("B"))) != codes:
            refuse("damaged")
        if any(code in STRETCHED for code in codes):
            start = reader.at
            self.cost = read_cost(reader)
            self.cost_bytes, self.argon_salt = raw[start : reader.at], reader.take(32)
        self.shape = raw[: reader.at]
        self.salt, self.commitment, self.sealed = reader.take(32), reader.take(32), reader.take(48)
        self.made, self.public, self.forward = epoch, None, None
        if form == 2:
            self.made = reader.number("Q")
            state = reader.number("B")
            if state > 2:
                refuse("damaged")
            if state:
                self.public = reader.take(32)
            if state == 2:
                self.forward = (reader.number("Q"), reader.take(80))
                if self.forward[0] <= self.made:
                    refuse("damaged")
        reader.end()

    def open(self, vault, factors):
        """factors: code -> secret. The epoch and key it was made around, and those it reaches."""
        material = b""
        for code in KINDS[self.kind]:
            secret = factors[code]
            if code in STRETCHED:
                secret = argon2id(secret, self.argon_salt, *self.cost)
            material += bytes([code]) + struct.pack("<I", len(secret)) + secret
        kek = hkdf(b"", material, frame(b"countersign/v1/slot"), 32)
        header = b"CS1SLOT\n" + vault + u64(self.made) + self.shape
        try:
            anchor = unseal(kek, b"slot", header, self.salt, self.commitment, self.sealed)
        except OtherKey:
            refuse("wrong secret")
        except Broken:
            refuse("altered")
        if self.public is None:
            return self.made, anchor, self.made, anchor
        private = hkdf(b"", kek, frame(b"countersign/v1/slot-roll"), 32)
        if public(private) != self.public:
            refuse("altered")
        if self.forward is None:
            return self.made, anchor, self.made, anchor
        epoch, sealed = self.forward
        info = frame(b"countersign/v1/roll-slot", vault, u64(epoch), u16(self.kind))
        try:
            return self.made, anchor, epoch, hpke_open(private, info, u64(self.made), sealed)
        except Broken:
            refuse("altered")


def read_slots(reader, form, epoch):
    count = reader.number("H")
    if count > 64:
        refuse("damaged")
    found = []
    for _ in range(count):
        length = reader.number("I")
        if length > 4096:
            refuse("damaged")
        found.append(Slot(reader.take(length), form, epoch))
    return found


# Containers.


def preamble(data, magic):
    reader = Reader(data)
    found = reader.take(8)
    if found != magic:
        refuse("misplaced kind of file" if found in OURS else "damaged")
    form, flags = reader.number("H"), reader.number("H")
    if form not in (1, 2):
        refuse("unsupported")
    if flags:
        refuse("damaged")
    return form


def trailer(data, magic, macs):
    if len(data) > 256 * 1024:
        refuse("damaged")
    form = preamble(data, magic)
    if len(data) < 32 or hashlib.sha256(data[:-32]).digest() != data[-32:]:
        refuse("damaged")
    if len(data) < 32 * (macs + 1):
        refuse("damaged")
    covered = data[: -32 * (macs + 1)]
    return form, covered, [data[len(covered) + 32 * n :][:32] for n in range(macs)]


class Header:
    def __init__(self, data):
        self.form, self.covered, (self.mac,) = trailer(data, b"CSVAULT\n", 1)
        reader = Reader(self.covered)
        reader.take(12)
        start = reader.at
        self.version, self.vault, self.epoch = reader.number("Q"), reader.take(16), reader.number("Q")
        self.user = reader.text(512)
        self.place = self.covered[start : reader.at]
        self.parts = []
        count = reader.number("H")
        if count > (1024 if self.form == 1 else 256):
            refuse("damaged")
        begin, self.devices = reader.at - 2, []
        for _ in range(count):
            at = reader.at
            device = {"id": reader.take(16), "key": None}
            if self.form == 2:
                reader.text(128)
                reader.number("Q")
                state = reader.number("B")
                if state > 1:
                    refuse("damaged")
                if state:
                    device["key"], device["sealed"] = reader.take(32), reader.take(80)
            device["raw"] = self.covered[at : reader.at]
            if self.devices and self.devices[-1]["id"] >= device["id"]:
                refuse("damaged")
            self.devices.append(device)
        self.slots = read_slots(reader, self.form, self.epoch)
        after_slots = reader.at
        self.rolls, self.recovery = [], None
        if self.form == 2:
            count = reader.number("H")
            if count > 384:
                refuse("damaged")
            for nth in range(count):
                roll = {"from": reader.number("Q"), "version": reader.number("Q"), "content": reader.take(32),
                        "successor": reader.take(32), "proof": reader.take(32), "old": reader.take(112)}
                self.rolls.append(roll)
            for nth, roll in enumerate(self.rolls):
                if roll["from"] != self.epoch - count + nth:
                    refuse("damaged")
            after_rolls = reader.at
            state = reader.number("B")
            if state > 1:
                refuse("damaged")
            if state:
                self.recovery = self.read_recovery(reader)
            after_recovery = reader.at
            self.content = hashlib.sha256(
                self.covered[begin:after_slots] + self.covered[after_rolls:after_recovery]
            ).digest()
            rolls_raw = self.covered[after_slots:after_rolls]
            recovery_raw = self.covered[after_rolls:after_recovery]
            seen = []
            for slot in self.slots:
                part = b"\1" + u16(slot.kind) + u16(seen.count(slot.kind)) + bytes(12)
                seen.append(slot.kind)
                self.parts.append((part, slot.cost_bytes, slot.raw))
            for device in self.devices:
                self.parts.append((b"\2" + device["id"], bytes(13), device["raw"]))
            self.parts.append((b"\3" + bytes(16), bytes(13), rolls_raw))
            self.parts.append((b"\4" + bytes(16), bytes(13), recovery_raw))
            start = reader.at
            count = reader.number("H")
            if count > 1024:
                refuse("damaged")
            self.listed = [(reader.take(17), reader.take(13), reader.take(32)) for _ in range(count)]
            for part, _, _ in self.listed:
                used = {1: 5, 2: 17, 3: 1, 4: 1}.get(part[0])
                if used is None or any(part[used:]):
                    refuse("damaged")
            self.manifest, self.manifest_mac = self.covered[start : reader.at], reader.take(32)
        reader.end()

    @staticmethod
    def read_recovery(reader):
        found = {"serial": reader.number("Q"), "a": reader.take(16), "b": reader.take(16), "shared": reader.take(96)}
        count = reader.number("B")
        if count not in (1, 2):
            refuse("damaged")
        found["shares"] = [(reader.take(32), reader.prefixed(1024)) for _ in range(count)]
        count = reader.number("H")
        if count > 64:
            refuse("damaged")
        found["retired"] = []
        for _ in range(count):
            serial, used = reader.number("Q"), reader.number("B")
            if used > 1:
                refuse("damaged")
            found["retired"].append((serial, used, reader.take(16), reader.take(16)))
        return found

    def accuse(self, slots_key):
        if self.form == 1:
            refuse("altered")
        label = frame(b"countersign/v1/manifest", self.place)
        if hmac.digest(slots_key, label + self.manifest, "sha256") != self.manifest_mac:
            refuse("altered")

        def says(part, slot, device):
            code = struct.unpack("<H", part[1:3])[0]
            words = {1: f"{slot} {code}", 2: device, 3: "rolls", 4: "recovery"}
            refuse("tampered " + words[part[0]])

        for part, cost, raw in self.parts:
            mac = hmac.digest(slots_key, frame(b"countersign/v1/entry", part) + raw, "sha256")
            listed = [entry for entry in self.listed if entry[0] == part]
            if not listed:
                says(part, "slot added", "device added")
            if listed[0][2] != mac:
                says(part, "slot cost" if listed[0][1] != cost else "slot replaced", "device replaced")
        there = [part for part, _, _ in self.parts]
        for part, _, _ in self.listed:
            if part not in there:
                says(part, "slot removed", "device removed")
        refuse("altered")

    def prove(self, key, known_epoch, known_key):
        slots_key = derive(key, b"slots", self.vault, self.epoch)
        if hmac.digest(slots_key, frame(b"countersign/v1/header") + self.covered, "sha256") != self.mac:
            self.accuse(slots_key)
        keys = {self.epoch: key}
        for roll in reversed(self.rolls):
            epoch = roll["from"]
            newer = keys[epoch + 1]
            if commitment(newer, self.vault, epoch + 1) != roll["successor"]:
                refuse(f"forged roll {epoch + 1}")
            place = frame(b"countersign/v1/old-key", self.vault, u64(epoch))
            try:
                old = unwrap(derive(newer, b"roll", self.vault, epoch + 1), b"old-key", place, roll["old"])
            except (OtherKey, Broken):
                refuse(f"forged roll {epoch + 1}")
            transcript = frame(b"countersign/v1/roll", self.vault, u64(epoch), u64(roll["version"]),
                               roll["successor"], roll["content"])
            if hmac.digest(derive(old, b"roll", self.vault, epoch), transcript, "sha256") != roll["proof"]:
                refuse(f"forged roll {epoch + 1}")
            keys[epoch] = old
        if keys.get(known_epoch) != known_key:
            refuse(f"forged roll {known_epoch + 1}")
        if self.rolls and self.rolls[-1]["version"] == self.version and self.rolls[-1]["content"] != self.content:
            refuse("tampered rolls")

    def describe(self):
        return (f"opens version {self.version} epoch {self.epoch} devices {len(self.devices)} "
                f"slots {len(self.slots)}")


def read_header(data, user, at_least):
    header = Header(data)
    if header.user != user:
        refuse("misplaced user")
    if header.version < at_least:
        refuse("rolled back")
    return header


def do_header(fields, data):
    header = read_header(data, fields["user"], int(fields["at-least"]))
    epoch, key = int(fields["epoch"]), bytes.fromhex(fields["vault-key"])
    device, private = bytes.fromhex(fields["device"]), bytes.fromhex(fields["device-key"])
    if header.epoch < epoch:
        refuse("went back")
    for roll in header.rolls:
        if roll["from"] + 1 == epoch and roll["successor"] != commitment(key, header.vault, epoch):
            refuse(f"two successors {epoch - 1}")
    current = key
    if header.epoch > epoch:
        entry = [entry for entry in header.devices if entry["id"] == device]
        if not entry:
            refuse("revoked")
        if entry[0]["key"] != public(private):
            refuse("tampered device replaced")
        info = frame(b"countersign/v1/roll-device", header.vault, u64(header.epoch), device)
        try:
            current = hpke_open(private, info, entry[0]["key"], entry[0]["sealed"])
        except Broken:
            refuse("altered")
    header.prove(current, epoch, key)
    return header.describe()


class DeviceSlots:
    def __init__(self, data):
        form, self.covered, (self.mac, self.check) = trailer(data, b"CSSLOTS\n", 2)
        reader = Reader(self.covered)
        reader.take(12)
        self.vault, self.epoch, self.device = reader.take(16), reader.number("Q"), reader.take(16)
        self.slots = read_slots(reader, form, self.epoch)
        self.key = self.half = None
        self.recovered = 0
        if form == 2:
            state = reader.number("B")
            if state > 1:
                refuse("damaged")
            if state:
                self.key = (reader.take(32), reader.take(112))
            state = reader.number("B")
            if state > 1:
                refuse("damaged")
            if state:
                self.half = (reader.number("Q"), reader.take(96))
            self.recovered = reader.number("Q")
        reader.end()


def do_device_slots(fields, data):
    found = DeviceSlots(data)
    key, secret = bytes.fromhex(fields["vault-key"]), bytes.fromhex(fields["device-secret"])
    label = frame(b"countersign/v1/device-slots")
    check_key = device_derive(secret, b"slots")
    if hmac.digest(check_key, label + found.covered + found.mac, "sha256") != found.check:
        refuse("other device")
    slots_key = derive(key, b"slots", found.vault, found.epoch)
    if hmac.digest(slots_key, label + found.covered, "sha256") != found.mac:
        refuse("altered")
    if found.key:
        own = hkdf(b"", key + secret, frame(b"countersign/v1/device-key"), 32)
        place = frame(b"device-key", found.vault, u64(found.epoch), found.device)
        assert public(unwrap(own, b"device-key", place, found.key[1])) == found.key[0]
    if found.half:
        place = frame(b"half-b", found.vault, u64(found.half[0]))
        assert len(unwrap(device_derive(secret, b"half-b"), b"half-b", place, found.half[1])) == 16
    return (f"opens epoch {found.epoch} slots {len(found.slots)} key {int(bool(found.key))} "
            f"half {int(bool(found.half))} recovered {found.recovered}")


def do_slot(fields, data):
    found = DeviceSlots(data) if data[:8] == b"CSSLOTS\n" else Header(data)
    secret = fields.get("secret", "")
    device_secret = bytes.fromhex(fields.get("device-secret", ""))
    key = bytes.fromhex(fields.get("key", ""))
    kind = fields["slot"]
    if kind == "program" and not 32 <= len(secret) // 2 <= 4096:
        refuse("too short")
    code, factors = {
        "login": lambda: (1, {1: secret.encode(), 2: device_secret}),
        "passphrase": lambda: (2, {3: normalise(secret)}),
        "silent": lambda: (4, {1: secret.encode(), 5: key}),
        "directory-key": lambda: (5, {5: key}),
        "directory-identity": lambda: (6, {6: secret.encode(), 2: device_secret}),
        "os-protection": lambda: (7, {7: key}),
        "program": lambda: (8, {8: bytes.fromhex(secret), 2: device_secret}),
    }[kind]()
    slot = [slot for slot in found.slots if slot.kind == code]
    if not slot:
        refuse("no slot")
    _, _, epoch, vault_key = slot[0].open(found.vault, factors)
    return f"opens epoch {epoch} key {commitment(vault_key, found.vault, epoch)[:8].hex()}"


def do_record(fields, data):
    reader = Reader(data)
    clear = reader.take(144)
    magic, form, suite, kind, flags, vault, epoch, record, counter, device, _, tag = struct.unpack(
        "<8sHHHH16sQ16sQ16s32s32s", clear)
    if magic != b"CSRECRD\n":
        refuse("misplaced kind" if magic in OURS else "damaged")
    if form != 1 or suite != 1 or kind not in (1, 2):
        refuse("unsupported")
    if flags:
        refuse("damaged")
    wanted = {"logon": 1, "tombstone": 2}[fields["record-kind"]]
    for what, found, expected in (
        ("vault", vault, bytes.fromhex(fields["vault"])),
        ("epoch", epoch, int(fields["epoch"])),
        ("record", record, bytes.fromhex(fields["record"])),
        ("kind", kind, wanted),
        ("version", device, bytes.fromhex(fields["device"])),
    ):
        if found != expected:
            refuse(f"misplaced {what}")
    if counter < int(fields["counter"]):
        refuse("rolled back")
    salt, committed = reader.take(32), reader.take(32)
    sealed = reader.rest()
    size = len(sealed) - 16
    if size < 512 or size > 512 * 1024 or size & (size - 1):
        refuse("damaged")
    vault_key = bytes.fromhex(fields["vault-key"])
    try:
        plain = unseal(derive(vault_key, b"rec", vault, epoch), b"rec", clear, salt, committed, sealed)
    except (OtherKey, Broken):
        refuse("damaged")
    (length,) = struct.unpack("<I", plain[:4])
    if 4 + length > len(plain) or any(plain[4 + length :]):
        refuse("damaged")
    body = Reader(plain[4 : 4 + length])
    if body.number("B") != 1:
        refuse("damaged")
    index = derive(vault_key, b"idx", vault, epoch)
    if kind == 2:
        removed = body.number("Q")
        body.end()
        return f"opens tombstone {removed}"
    template = body.text(255)
    body.text(1024)
    code = body.number("B")
    publisher = {1: b"package", 2: b"unsigned"}.get(code)
    if code == 3:
        publisher = frame(b"signed", body.text(256).encode(), body.text(256).encode())
    program = b"\1" + body.prefixed(4096) if body.number("B") else b"\0"
    body.number("Q")
    count = body.number("H")
    for _ in range(count):
        body.text(128), body.number("B"), body.text(4096)
    body.end()
    if hmac.digest(index, frame(template.encode(), publisher, program), "sha256") != tag:
        refuse("damaged")
    return f"opens logon {template} {count}"


def do_share(fields, data):
    header = Header(data)
    recovery = header.recovery
    if recovery is None:
        refuse("no recovery")
    if fields["name"].lower().split() != named(b"vault", header.vault, 3).split():
        refuse("other vault")
    ring = bytes.fromhex(fields["ring"])
    at = [nth for nth, (key, _) in enumerate(recovery["shares"]) if key == public(ring)]
    if not at:
        refuse("other ring")
    part = 0 if len(recovery["shares"]) == 1 else at[0] + 1
    place = frame(header.vault, u64(recovery["serial"]), bytes([part]))
    try:
        payload = hpke_open(ring, frame(b"countersign/v1/recovery-half"), place, recovery["shares"][at[0]][1])
    except Broken:
        refuse("forged")
    if payload[:26] != b"\1" + header.vault + u64(recovery["serial"]) + bytes([part]):
        refuse("forged")
    half, user = payload[26:36], payload[36:].decode()
    if user != header.user:
        refuse("other user")
    return f"{user} of {len(recovery['shares'])}: {say(LABELS[part], half, 8)}"


def do_recover(fields, data):
    half_a = hear_a(fields["half-a"].split())
    half_b = hear(b"half-b", fields["half-b"].split(), 16, 4)
    header = read_header(data, fields["user"], 0)
    recovery = header.recovery
    if recovery is None:
        refuse("no recovery")

    def recognise(half, which, current, at, old, other, used):
        if fingerprint(half, which, header.vault, recovery["serial"]) == current:
            return
        for retired in recovery["retired"]:
            if fingerprint(half, which, header.vault, retired[0]) == retired[at]:
                refuse(used if retired[1] else old)
        refuse(other)

    recognise(half_a, b"a", recovery["a"], 2, "old words", "other words", "used words")
    recognise(half_b, b"b", recovery["b"], 3, "old code", "other code", "old code")
    slot = [slot for slot in header.slots if slot.kind == 9]
    if not slot:
        refuse("no slot")
    made, anchor, epoch, key = slot[0].open(header.vault, {9: half_a, 10: half_b})
    if epoch != header.epoch:
        refuse("left behind")
    header.prove(key, made, anchor)
    return f"opens epoch {epoch}"


def do_audit(fields, data):
    key = bytes.fromhex(fields["audit-key"])
    link, count, fault = bytes(32), 0, None
    reader = Reader(data)
    while reader.at < len(data) and fault is None:
        left = len(data) - reader.at
        length = struct.unpack("<I", data[reader.at : reader.at + 4])[0] if left >= 4 else None
        if length is not None and length > 2048:
            fault = "damaged"
        elif length is None or left < 4 + length + 32:
            fault = "torn"
        else:
            reader.take(4)
            body, found = reader.take(length), reader.take(32)
            try:
                entry = Reader(body)
                if entry.number("B") != 1:
                    refuse("damaged")
                number = entry.number("Q")
                entry.take(8 + 16 + 2), entry.text(512), entry.text(512), entry.end()
            except Refused:
                fault = "damaged"
                break
            if number != count + 1:
                fault = "out of order"
            elif hmac.digest(key, frame(b"countersign/v1/audit", link) + body, "sha256") != found:
                fault = "changed"
            else:
                link, count = found, number
    if fault is None and "head" in fields:
        head = bytes.fromhex(fields["head"])
        kept = struct.unpack("<Q", head[:8])[0]
        if head != u64(count) + link:
            fault = "cut short" if count < kept else "other head"
    return f"{count} entries, {fault or 'whole'}"


def do_key_file(fields, data):
    reader = Reader(data)
    if reader.take(8) != b"CSKEYFL\n":
        refuse("damaged")
    form, kind = reader.number("H"), reader.number("H")
    names = {1: "root", 2: "publisher", 3: "recovery ring"}
    if form != 1 or kind not in names:
        refuse("unsupported")
    name, key = reader.text(256), reader.take(32)
    cost, salt = read_cost(reader), reader.take(32)
    clear, sealed = data[: reader.at], data[reader.at :]
    if len(sealed) != 112:
        refuse("damaged")
    if kind != {"root": 1, "publisher": 2, "ring": 3}[fields["key-kind"]]:
        refuse("other kind")
    try:
        private = unwrap(argon2id(normalise(fields["secret"]), salt, *cost), b"key-file", clear, sealed)
    except OtherKey:
        refuse("wrong secret")
    except Broken:
        refuse("damaged")
    assert public(private) == key
    return f"opens {names[kind]} {name}"


def do_join(fields, data):
    reader = Reader(data)
    if reader.take(8) != b"CSJOIN1\n":
        refuse("damaged")
    if reader.number("H") != 1:
        refuse("unsupported")
    if reader.number("H"):
        refuse("damaged")
    user, name = reader.text(512), reader.text(128)
    reader.take(48)
    reader.end()
    return f"{user} {name}: {named(b'join', data, 6)}"


DO = {"record": do_record, "header": do_header, "device-slots": do_device_slots, "slot": do_slot, "share": do_share,
      "recover": do_recover, "audit": do_audit, "key-file": do_key_file, "join": do_join}


def main():
    agree, wrong = 0, []
    for path in sorted(VECTORS.glob("*.txt")):
        head, body = path.read_text().split("---\n", 1)
        fields = dict(line.split(": ", 1) for line in head.splitlines())
        data = bytes.fromhex("".join(body.split()))
        try:
            happened = DO[fields["kind"]](fields, data)
        except Refused as why:
            happened = str(why)
        if happened == fields["expect"]:
            agree += 1
        else:
            wrong.append(f"{path.name}: {happened}, not {fields['expect']}")
    print(agree, "vectors agree")
    if wrong:
        print("\n".join(wrong))
        sys.exit(1)


if __name__ == "__main__":
    main()
