//! Passwords and keys in locked memory, wiped on drop.
