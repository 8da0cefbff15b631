//! The machine's network addresses: the kernel tells when one comes (rtnetlink(7)).

use super::Shared;
use async_io::Async;
use countersign_model::SessionEvent;
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, bind, recv, socket_with};
use std::collections::BTreeSet;
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// IPv4 and IPv6 addresses (`RTMGRP_IPV4_IFADDR`, `RTMGRP_IPV6_IFADDR`).
const GROUPS: u32 = 0x10 | 0x100;
const NEW: u16 = 20;
const GONE: u16 = 21;
/// The lengths of `struct nlmsghdr` and `struct ifaddrmsg`.
const HEADER: usize = 16;
const ABOUT: usize = 8;
const ADDRESS: u16 = 1;
/// Addresses of the machine to itself, and of one link only, lead to no directory (`RT_SCOPE_LINK` and narrower).
const NARROW: u8 = 253;
const ROOM: usize = 16 << 10;

/// Listens until the thread ends.
pub(super) async fn listen(shared: Arc<Shared>, socket: OwnedFd) {
    let socket = match Async::new(socket) {
        Ok(socket) => socket,
        Err(error) => return tracing::warn!("network addresses are not watched: {error}"),
    };
    let mut known = Known::default();
    let mut room = vec![0; ROOM];
    loop {
        if let Err(error) = socket.readable().await {
            return tracing::warn!("network addresses are not watched any more: {error}");
        }
        let acquired = match recv(socket.get_ref(), room.as_mut_slice(), RecvFlags::DONTWAIT) {
            Ok((read, _)) => known.take(room.get(..read).unwrap_or_default()),
            Err(Errno::AGAIN | Errno::INTR) => false,
            // Some messages were lost: one may have told of a new address.
            Err(Errno::NOBUFS) => true,
            Err(errno) => return tracing::warn!("network addresses are not watched any more: {errno}"),
        };
        if acquired {
            shared.say(SessionEvent::AddressAcquired);
        }
    }
}

/// A socket to which the kernel tells what changes from now on.
pub(super) fn open() -> Result<OwnedFd, Errno> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
    bind(&socket, &SocketAddrNetlink::new(0, GROUPS))?;
    Ok(socket)
}

/// The addresses that were told of. The kernel tells of the same one again when its lifetime is prolonged.
#[derive(Default)]
struct Known(BTreeSet<Vec<u8>>);

impl Known {
    /// Takes a datagram of messages. True when there is an address that was not there before.
    fn take(&mut self, mut datagram: &[u8]) -> bool {
        let mut acquired = false;
        while let Some((kind, body, rest)) = message(datagram) {
            datagram = rest;
            let Some(address) = address(body) else { continue };
            match kind {
                NEW => acquired |= self.0.insert(address),
                GONE => {
                    self.0.remove(&address);
                }
                _ => {}
            }
        }
        acquired
    }
}

/// A message's kind and body, and what follows it.
fn message(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (header, _) = bytes.split_first_chunk::<HEADER>()?;
    let length = usize::try_from(u32::from_ne_bytes([header[0], header[1], header[2], header[3]])).ok()?;
    let (whole, _) = bytes.split_at_checked(length)?;
    let rest = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    Some((u16::from_ne_bytes([header[4], header[5]]), whole.get(HEADER..)?, rest))
}

/// The interface and address of a message that others can reach; `None` when it has none.
fn address(body: &[u8]) -> Option<Vec<u8>> {
    let (about, mut attributes) = body.split_first_chunk::<ABOUT>()?;
    if about[3] >= NARROW {
        return None;
    }
    while let Some((head, _)) = attributes.split_first_chunk::<4>() {
        let length = usize::from(u16::from_ne_bytes([head[0], head[1]]));
        let value = attributes.get(4..length)?;
        if u16::from_ne_bytes([head[2], head[3]]) == ADDRESS {
            return Some([&about[4..], value].concat());
        }
        attributes = attributes.get(length.next_multiple_of(4)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: u16, scope: u8, interface: u32, address: &[u8]) -> Vec<u8> {
        let attribute = u16::try_from(4 + address.len()).unwrap();
        let mut body = vec![2, 24, 0, scope];
        body.extend(interface.to_ne_bytes());
        body.extend(8_u16.to_ne_bytes());
        body.extend(6_u16.to_ne_bytes());
        body.extend([0; 4]);
        body.extend(attribute.to_ne_bytes());
        body.extend(ADDRESS.to_ne_bytes());
        body.extend(address);
        let mut message = u32::try_from(HEADER + body.len()).unwrap().to_ne_bytes().to_vec();
        message.extend(kind.to_ne_bytes());
        message.extend([0; 10]);
        message.extend(body);
        message
    }

    #[test]
    fn an_address_counts_once_until_it_is_gone() {
        let mut known = Known::default();
        let one = told(NEW, 0, 2, &[192, 0, 2, 7]);
        assert!(known.take(&one));
        assert!(!known.take(&one), "its lifetime was prolonged");
        assert!(known.take(&told(NEW, 0, 3, &[192, 0, 2, 7])), "on another interface");
        assert!(!known.take(&told(GONE, 0, 2, &[192, 0, 2, 7])));
        assert!(known.take(&one));
        assert!(!known.take(&told(NEW, 254, 1, &[127, 0, 0, 1])), "to itself");
        let two = [told(GONE, 0, 2, &[192, 0, 2, 7]), told(NEW, 0, 2, &[192, 0, 2, 8])].concat();
        assert!(known.take(&two));
    }

    #[test]
    fn what_is_cut_off_is_no_address() {
        let whole = told(NEW, 0, 2, &[192, 0, 2, 7]);
        for length in 0..whole.len() {
            assert!(!Known::default().take(&whole[..length]), "{length}");
        }
    }
}
