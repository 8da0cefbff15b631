//! Slots, keys and sealed records: bytes in, bytes out.
