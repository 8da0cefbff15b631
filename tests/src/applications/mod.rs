//! Real applications that ask for a logon.
