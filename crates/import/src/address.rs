//! What an entry's address says.

use url::Url;

/// An address, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// `https`, `ssh`…; empty where none is written.
    pub(crate) scheme: String,
    /// The host in lower case; empty where there is none.
    pub(crate) host: String,
    /// The port, where one is written that is not the scheme's own.
    pub(crate) port: Option<u16>,
    /// A program's path, of `file:` and `cmd:` addresses and bare paths.
    pub(crate) program: Option<String>,
}

impl Address {
    /// Reads one; `None`: there is nothing in it that helps.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(command) = text.strip_prefix("cmd://") {
            return Some(Self::program(command));
        }
        if text.starts_with('/') {
            return Some(Self::program(text));
        }
        let written = text.contains("://");
        let url = match written {
            true => Url::parse(text),
            false => Url::parse(&format!("https://{text}")),
        };
        let url = url.ok()?;
        if url.scheme() == "file" {
            return Some(Self::program(url.path()));
        }
        let host = url.host_str().unwrap_or_default().to_lowercase();
        (!host.is_empty()).then(|| Self {
            scheme: if written {
                url.scheme().to_owned()
            } else {
                String::new()
            },
            host,
            port: url.port(),
            program: None,
        })
    }

    fn program(command: &str) -> Self {
        let path = match command.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
            Some((path, _)) => path,
            None => command.split_whitespace().next().unwrap_or_default(),
        };
        Self {
            scheme: String::new(),
            host: String::new(),
            port: None,
            program: Some(path.to_owned()),
        }
    }

    /// The host as people name a site.
    pub(crate) fn site(&self) -> &str {
        self.host.strip_prefix("www.").unwrap_or(&self.host)
    }

    /// The host, with the port where it is not the usual one.
    pub(crate) fn server(&self) -> Option<String> {
        match (self.host.as_str(), self.port) {
            ("", _) => None,
            (host, Some(port)) => Some(format!("{host}:{port}")),
            (host, None) => Some(host.to_owned()),
        }
    }
}

/// Scheme, host and port as they are written, as browsers name a site.
pub(crate) fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let origin = url.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Option<String> {
        Address::read(text)?.server()
    }

    #[test]
    fn hosts_are_found_however_they_are_written() {
        for (text, found) in [
            ("https://www.Example.org/login?a=b", "www.example.org"),
            ("https://example.org:8443/", "example.org:8443"),
            ("https://example.org:443/", "example.org"),
            ("example.org/login", "example.org"),
            ("example.org:8080", "example.org:8080"),
            ("ssh://anna@build.example.org:2222", "build.example.org:2222"),
            ("http://[::1]:80/x", "[::1]"),
        ] {
            assert_eq!(host(text).as_deref(), Some(found), "{text}");
        }
        for text in ["", " ", "http://", "not an address", "cmd://xterm"] {
            assert_eq!(host(text), None, "{text}");
        }
        assert_eq!(Address::read("https://www.example.org/").unwrap().site(), "example.org");
        assert_eq!(
            origin("https://Example.org:443/x").as_deref(),
            Some("https://example.org")
        );
        assert_eq!(origin("example.org"), None);
    }

    #[test]
    fn programs_are_found() {
        let program = |text: &str| Address::read(text).unwrap().program;
        assert_eq!(program("cmd://xterm -e ssh").as_deref(), Some("xterm"));
        assert_eq!(program("cmd://\"/opt/A B/run\" -x").as_deref(), Some("/opt/A B/run"));
        assert_eq!(
            program("file:///usr/bin/filezilla").as_deref(),
            Some("/usr/bin/filezilla")
        );
        assert_eq!(program("/usr/bin/filezilla").as_deref(), Some("/usr/bin/filezilla"));
    }
}
