//! Operations, at most 64 in flight: beyond a thousand servers close the connection.

use crate::connect::{Connection, Ended, fault};
use crate::entry;
use crate::speech::Speech;
use countersign_directory::ldap::protocol::{Answer, Attribute, Code, Depth, Modification, Operation, Search};
use futures_util::StreamExt;
use ldap3::controls::{Control, PagedResults, RawControl};
use ldap3::{Ldap, LdapResult, Mod, Scope, SearchOptions};
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

const IN_FLIGHT: usize = 64;
/// How many pages in a row may bring nothing.
const EMPTY_PAGES: u32 = 32;
const PAGED: &str = "1.2.840.113556.1.4.319";

/// Does all of them and says how each ended.
pub(crate) async fn run(connection: &Connection, operations: Vec<Operation>, speech: &Speech) -> std::io::Result<()> {
    let whole = Instant::now() + connection.whole;
    let numbered = operations.into_iter().zip(0_u32..);
    let ran = futures_util::stream::iter(numbered).map(|(operation, of)| {
        let ldap = connection.ldap.clone();
        async move {
            let (code, text) = one(ldap, (connection.patience, whole), operation, of, speech).await?;
            speech.say(&Answer::Done { of, code, text }).await
        }
    });
    let mut ran = std::pin::pin!(ran.buffer_unordered(IN_FLIGHT));
    while let Some(said) = ran.next().await {
        said?;
    }
    speech.say(&Answer::End).await
}

async fn one(mut ldap: Ldap, times: Times, operation: Operation, of: u32, speech: &Speech) -> std::io::Result<Ended> {
    let until = soon(times);
    let write = async {
        match operation {
            Operation::Search(search) => Err(search),
            Operation::Add(dn, attributes) => Ok(ldap.add(&dn, attributes.into_iter().map(set).collect()).await),
            Operation::Modify(dn, changes) => {
                let changes = changes.into_iter().map(modification).collect();
                Ok(ldap.modify(&dn, changes).await)
            }
            Operation::Delete(dn) => Ok(ldap.delete(&dn).await),
            Operation::Rename(dn, rdn) => Ok(ldap.modifydn(&dn, &rdn, true, None).await),
        }
    };
    match timeout_at(until, write).await {
        Ok(Ok(Ok(result))) => Ok(ended(&result)),
        Ok(Ok(Err(error))) => Ok(fault(&error)),
        Ok(Err(search)) => self::search(&mut ldap, times, search, of, speech).await,
        Err(_) => Ok(late()),
    }
}

/// How long an operation or a page may take, and when everything has to be over.
type Times = (Duration, Instant);

fn soon((patience, whole): Times) -> Instant {
    (Instant::now() + patience).min(whole)
}

/// Searches, page by page; each page has its own time.
async fn search(ldap: &mut Ldap, times: Times, search: Search, of: u32, speech: &Speech) -> std::io::Result<Ended> {
    let scope = match search.depth {
        Depth::Base => Scope::Base,
        Depth::Level => Scope::OneLevel,
        Depth::Tree => Scope::Subtree,
    };
    let (mut given, mut empty, mut cookie) = (0, 0, Vec::new());
    loop {
        let until = soon(times);
        if search.page > 0 {
            let size = search.page.into();
            ldap.with_controls(RawControl::from(PagedResults {
                size,
                cookie: cookie.clone(),
            }));
        }
        let seconds = i32::try_from(times.0.as_secs()).unwrap_or(0);
        let mut options = SearchOptions::new().timelimit(seconds);
        if search.page == 0 && search.depth != Depth::Base {
            options = options.sizelimit(i32::try_from(search.most).unwrap_or(0));
        }
        ldap.with_search_options(options);
        let started = ldap.streaming_search(&search.base, scope, &search.filter, search.attributes.clone());
        let mut stream = match timeout_at(until, started).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Ok(fault(&error)),
            Err(_) => return Ok(late()),
        };
        let mut in_page = 0_u32;
        loop {
            let found = match timeout_at(until, stream.next()).await {
                Ok(Ok(Some(found))) => found,
                Ok(Ok(None)) => break,
                Ok(Err(error)) => return Ok(fault(&error)),
                Err(_) => return Ok(late()),
            };
            // Where else to look is never followed: a referral would take credentials along.
            if found.is_ref() || found.is_intermediate() {
                continue;
            }
            (given, in_page) = (given + 1, in_page + 1);
            if given > search.most {
                return Ok((Code::TooMany, format!("more than {} entries came", search.most)));
            }
            let Some((dn, attributes)) = entry::parse(found, &search.attributes) else {
                return Ok((Code::Garbled, "an entry came that is none".to_owned()));
            };
            speech.say(&Answer::Entry { of, dn, attributes }).await?;
        }
        let result = stream.finish().await;
        if result.rc != 0 || search.page == 0 {
            return Ok(ended(&result));
        }
        cookie = match next_page(&result) {
            Next::None => return Ok(ended(&result)),
            Next::Page(next) => next,
            // Taken for the end it would hide what comes after it.
            Next::Unreadable => return Ok((Code::Garbled, "whether there are more pages is not said".to_owned())),
        };
        empty = if in_page == 0 { empty + 1 } else { 0 };
        if empty > EMPTY_PAGES {
            return Ok((Code::Garbled, "page after page comes without an entry".to_owned()));
        }
    }
}

/// What follows a page.
enum Next {
    None,
    Page(Vec<u8>),
    Unreadable,
}

fn next_page(result: &LdapResult) -> Next {
    let Some(page) = result.ctrls.iter().find(|Control(_, raw)| raw.ctype == PAGED) else {
        return Next::None;
    };
    match page.1.val.as_deref().and_then(entry::cookie) {
        None => Next::Unreadable,
        Some(cookie) if cookie.is_empty() => Next::None,
        Some(cookie) => Next::Page(cookie),
    }
}

fn ended(result: &LdapResult) -> Ended {
    (Code::Result(result.rc), result.text.clone())
}

fn late() -> Ended {
    (Code::Late, "it does not answer in time".to_owned())
}

fn set((name, values): Attribute) -> (Vec<u8>, HashSet<Vec<u8>>) {
    let values = values.into_iter().map(serde_bytes::ByteBuf::into_vec);
    (name.into_bytes(), values.collect())
}

fn modification(change: Modification) -> Mod<Vec<u8>> {
    match change {
        Modification::Add(attribute) => {
            let (name, values) = set(attribute);
            Mod::Add(name, values)
        }
        Modification::Delete(attribute) => {
            let (name, values) = set(attribute);
            Mod::Delete(name, values)
        }
        Modification::Replace(attribute) => {
            let (name, values) = set(attribute);
            Mod::Replace(name, values)
        }
    }
}
