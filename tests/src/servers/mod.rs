//! Counterparts that accept or refuse a logon.
