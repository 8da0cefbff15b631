//! A durable sealed log with a derived sled index.
