use countersign_tests::servers::Port389;

use crate::rules::{self, Nested};

#[test]
#[ignore = "slow: this server takes seconds to start"]
fn a_vault_is_its_users() {
    rules::a_vault_is_its_users(&Port389::start().unwrap());
}

#[test]
#[ignore = "slow: this server takes seconds to start"]
fn a_unit_is_its_groups() {
    rules::a_unit_is_its_groups(&Port389::start().unwrap(), Nested::Together);
}

#[test]
#[ignore = "slow: this server takes seconds to start"]
fn binds_are_counted() {
    rules::binds_are_counted(&Port389::start().unwrap());
}

#[test]
#[ignore = "slow: this server takes seconds to start"]
fn it_comes_back_as_it_was() {
    rules::it_comes_back_as_it_was(&mut Port389::start().unwrap());
}
