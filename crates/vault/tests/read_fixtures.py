#!/usr/bin/env python3
"""A second reader of the vault's formats, written from docs/formats/vault.md and sharing nothing with the Rust code.

Opens the files in tests/fixtures with password and answer, checks every authenticator and prints the vectors that
`src/tests/fixtures.rs` holds the Rust code to. Needs the package `cryptography` 44 or later.
"""

import hashlib
import hmac
import pathlib
import struct
import unicodedata

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

FOLDER = pathlib.Path(__file__).parent / "fixtures"
PASSWORD = "Tr0ub4dor & drei"
ANSWER = "  Correct\u00a0HORSE  Stra\u00dfe \ufb01ve "
DEVICE_SECRET = bytes([7]) * 32


def hkdf(salt, secret, info, length):
    prk = hmac.digest(salt or bytes(32), secret, "sha256")
    out, block = b"", b""
    while len(out) < length:
        block = hmac.digest(prk, block + info + bytes([len(out) // 32 + 1]), "sha256")
        out += block
    return out[:length]


def frame(*parts):
    return b"".join(struct.pack("<I", len(part)) + part for part in parts)


def vault_derive(vault_key, purpose, vault, epoch):
    return hkdf(b"", vault_key, frame(b"countersign/v1/key", purpose, vault, struct.pack("<Q", epoch)), 32)


def device_derive(secret, what):
    return hkdf(b"", secret, frame(b"countersign/v1/device", what), 32)


def unseal(key, purpose, header, salt, commitment, sealed):
    info = b"countersign/v1/seal\0" + struct.pack("<I", len(purpose)) + purpose + hashlib.sha256(header).digest()
    okm = hkdf(salt, key, info, 76)
    assert okm[44:] == commitment, "commitment"
    return AESGCM(okm[:32]).decrypt(okm[32:44], sealed, header)


def normalise(answer):
    words = unicodedata.normalize("NFKC", answer).split()
    return unicodedata.normalize("NFKC", " ".join(words).casefold())


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        assert self.at + count <= len(self.data), "short"
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]

    def prefixed(self):
        return self.take(self.number("H"))

    def end(self):
        assert self.at == len(self.data), "trailing bytes"


def open_slot(raw, vault, epoch, factors):
    """`factors`: code -> secret. Returns the vault key."""
    slot = Reader(raw)
    slot.number("H")
    codes = slot.take(slot.number("B"))
    stretched = None
    if any(code in (1, 3) for code in codes):
        assert slot.number("B") == 1
        memory, passes, lanes = slot.number("I"), slot.number("I"), slot.number("I")
        salt = slot.take(32)
        secret = next(factors[code] for code in codes if code in (1, 3))
        stretched = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory).derive(secret)
    header = b"CS1SLOT\n" + vault + struct.pack("<Q", epoch) + raw[: slot.at]
    salt, commitment, sealed = slot.take(32), slot.take(32), slot.take(48)
    slot.end()
    material = b""
    for code in codes:
        secret = stretched if code in (1, 3) else factors[code]
        material += bytes([code]) + struct.pack("<I", len(secret)) + secret
    kek = hkdf(b"", material, frame(b"countersign/v1/slot"), 32)
    return unseal(kek, b"slot", header, salt, commitment, sealed)


def trailer(data, macs):
    assert hashlib.sha256(data[:-32]).digest() == data[-32:], "checksum"
    covered = data[: -32 * (macs + 1)]
    return covered, [data[len(covered) + 32 * n :][:32] for n in range(macs)]


def slots(reader):
    return [reader.take(reader.number("I")) for _ in range(reader.number("H"))]


def read_header(data):
    covered, (mac,) = trailer(data, 1)
    reader = Reader(covered)
    assert reader.take(8) == b"CSVAULT\n" and reader.number("H") == 1 and reader.number("H") == 0
    version, vault, epoch = reader.number("Q"), reader.take(16), reader.number("Q")
    user = reader.prefixed().decode()
    devices = [reader.take(16) for _ in range(reader.number("H"))]
    found = slots(reader)
    reader.end()
    return version, vault, epoch, user, devices, found, covered, mac


def read_device_slots(data):
    covered, (mac, check) = trailer(data, 2)
    reader = Reader(covered)
    assert reader.take(8) == b"CSSLOTS\n" and reader.number("H") == 1 and reader.number("H") == 0
    vault, epoch, device = reader.take(16), reader.number("Q"), reader.take(16)
    found = slots(reader)
    reader.end()
    return vault, epoch, device, found, covered, mac, check


def open_record(data, key):
    header, salt, commitment, sealed = data[:144], data[144:176], data[176:208], data[208:]
    plain = unseal(key, b"rec", header, salt, commitment, sealed)
    (length,) = struct.unpack("<I", plain[:4])
    assert not any(plain[4 + length :]), "padding"
    fields = struct.unpack("<8sHHHH16sQ16sQ16s32s32s", header)
    return fields, Reader(plain[4 : 4 + length])


def read_logon(body):
    assert body.number("B") == 1
    template, label = body.prefixed().decode(), body.prefixed().decode()
    publisher = {1: "package", 2: "unsigned"}[body.number("B")]  # 3 is in no fixture
    executable = body.prefixed() if body.number("B") else None
    changed = body.number("Q")
    fields = [
        (body.prefixed().decode(), body.number("B"), body.prefixed().decode()) for _ in range(body.number("H"))
    ]
    body.end()
    return template, label, publisher, executable, changed, fields


def main():
    data = {name: (FOLDER / f"{name}.bin").read_bytes() for name in
            ("header", "device-slots", "vault-key", "logon", "tombstone")}
    version, vault, epoch, user, devices, found, covered, mac = read_header(data["header"])
    assert (version, epoch, user, len(devices), len(found)) == (1, 1, "ada", 1, 1)
    vault_key = open_slot(found[0], vault, epoch, {3: normalise(ANSWER).encode()})
    assert vault_key == data["vault-key"]
    slots_key = vault_derive(vault_key, b"slots", vault, epoch)
    assert hmac.digest(slots_key, frame(b"countersign/v1/header") + covered, "sha256") == mac

    d_vault, d_epoch, device, found, covered, mac, check = read_device_slots(data["device-slots"])
    assert (d_vault, d_epoch, device) == (vault, epoch, devices[0])
    assert open_slot(found[0], vault, epoch, {1: PASSWORD.encode(), 2: DEVICE_SECRET}) == vault_key
    label = frame(b"countersign/v1/device-slots")
    assert hmac.digest(slots_key, label + covered, "sha256") == mac
    assert hmac.digest(device_derive(DEVICE_SECRET, b"slots"), label + covered + mac, "sha256") == check

    records_key = vault_derive(vault_key, b"rec", vault, epoch)
    index_key = vault_derive(vault_key, b"idx", vault, epoch)
    head, body = open_record(data["logon"], records_key)
    assert head[1:5] == (1, 1, 1, 0) and head[5:7] == (vault, epoch) and head[8:10] == (1, device)
    template, name, publisher, executable, changed, fields = read_logon(body)
    tag = hmac.digest(index_key, frame(template.encode(), publisher.encode(), b"\1" + executable), "sha256")
    assert tag == head[11], "tag"
    assert (name, changed) == ("Test server", 1_700_000_000_000)
    assert fields == [("username", 0, "ada"), ("password", 1, "grün {ENTER} 漢 😀")], fields

    head, body = open_record(data["tombstone"], records_key)
    assert head[3] == 2 and head[8] == 5 and head[10] == bytes([6]) * 32
    assert head[11] == hmac.digest(index_key, frame(b"", b"", b""), "sha256")
    assert (body.number("B"), body.number("Q")) == (1, 42)
    body.end()

    print("answer          ", normalise(ANSWER))
    print("device store key", device_derive(DEVICE_SECRET, b"store").hex())
    print("vault store key ", vault_derive(vault_key, b"store", vault, epoch).hex())
    print("K_rec 01/01/1   ", vault_derive(bytes([1]) * 32, b"rec", bytes([1]) * 16, 1).hex())
    stretched = Argon2id(salt=bytes([2]) * 32, length=32, iterations=3, lanes=1, memory_cost=65536).derive(b"password")
    print("Argon2id        ", stretched.hex())
    okm = hkdf(bytes([3]) * 32, bytes([1]) * 32,
               b"countersign/v1/seal\0" + struct.pack("<I", 3) + b"rec" + hashlib.sha256(b"header").digest(), 76)
    sealed = AESGCM(okm[:32]).encrypt(okm[32:44], b"some sixteen byt", b"header")
    print("seal            ", okm[44:].hex(), sealed.hex())


if __name__ == "__main__":
    main()
