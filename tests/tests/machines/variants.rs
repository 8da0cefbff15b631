//! A function of a suite, as tests on the places it holds for.

/// Makes a test of a function `fn(&Site)` for each kind of site. Those on Active Directory, and with `slow` those on slapd, run with all
/// tests only.
macro_rules! on_each_site {
    (slow: $($body:ident),+ $(,)?) => {
        $(machines::on_each_site!(@one $body, #[ignore = "slow: the same with a real slapd"]);)+
    };
    (@one $body:ident, $(#[$slapd:meta])?) => {
        mod $body {
            use super::machines::Site;

            #[test]
            fn in_a_folder() {
                super::$body(&Site::folder());
            }

            #[test]
            $(#[$slapd])?
            fn on_slapd() {
                super::$body(&Site::slapd());
            }

            #[test]
            #[ignore = "slow: the same with a real domain controller"]
            fn on_samba() {
                super::$body(&Site::samba());
            }
        }
    };
    ($($body:ident),+ $(,)?) => {
        $(machines::on_each_site!(@one $body,);)+
    };
}
pub(crate) use on_each_site;

/// Makes a test of it for each kind of directory, and for two servers of one.
macro_rules! on_each_directory {
    ($($body:ident),+ $(,)?) => { $(
        mod $body {
            use super::machines::Site;

            #[test]
            fn on_slapd() {
                super::$body(&Site::slapd());
            }

            #[test]
            #[ignore = "slow: the same with a real domain controller"]
            fn on_samba() {
                super::$body(&Site::samba());
            }

            #[test]
            #[ignore = "slow: the same with two writable servers"]
            fn on_two_servers() {
                super::$body(&Site::pair());
            }
        }
    )+ };
}
pub(crate) use on_each_directory;
