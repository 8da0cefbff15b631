//! Logons by the thousand, over one connection.

use countersign_model::{FieldName, TemplateId};
use countersign_secret::Password;
use countersign_tests::Session;
use countersign_wire::{Client, PlainField, Reply, Request, SocketPlace};

use crate::bench::BenchError;

/// Stores logons `from` to `to`, both included.
pub fn fill(session: &Session, from: usize, to: usize) -> Result<(), BenchError> {
    let place = SocketPlace::under(session.runtime());
    let mut client = Client::connect(&place, "bench").map_err(failed)?;
    for number in from..=to {
        let request = Request::LogonAdd {
            template: TemplateId::from("bench.application-1"),
            label: format!("Application {number}"),
            plain: vec![PlainField {
                name: FieldName::from("username"),
                value: format!("user{number}"),
            }],
            secret_fields: vec![FieldName::from("password")],
        };
        let secret = Password::from_string(format!("Secret-{number}-Zq97xWu")).map_err(failed)?;
        match client.call(&request, &[secret]).map_err(failed)?.0 {
            Reply::LogonSaved(_) => {}
            other => return Err(failed(format!("{other:?}"))),
        }
    }
    Ok(())
}

fn failed(why: impl ToString) -> BenchError {
    BenchError::NotReady {
        who: "ours",
        why: why.to_string(),
    }
}
