//! The exchange of sealed records with a repository, over a port.
