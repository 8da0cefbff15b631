//! Repositories of templates and sealed records: the folder repository.
