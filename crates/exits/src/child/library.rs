//! A library with the C interface, and the only calls into it.
#![expect(unsafe_code, reason = "code of others is loaded and called here")]

use crate::guarded::Guarded;
use countersign_exits::protocol::{Fault, Kind, VERSION};
use countersign_exits::{PasswordRules, Sentence};
use libloading::os::unix::{Library as Loaded, RTLD_LOCAL, RTLD_NOW, Symbol};
use std::ffi::{c_char, c_int, c_ulong, c_void};

type Init = unsafe extern "C" fn(*mut *mut c_void, *mut c_ulong) -> c_ulong;
/// What it returns is not agreed upon, so it is not looked at.
type Term = unsafe extern "C" fn(*mut *mut c_void);
type SetPwd = unsafe extern "C" fn(
    *mut c_void,
    *const c_char,
    *const c_char,
    *const c_char,
    *const c_char,
    *mut *mut c_char,
) -> c_ulong;
/// The third argument is a `SEOS_PASSWDRULES`.
type AutoGen = unsafe extern "C" fn(
    *mut c_void,
    *const c_char,
    *const c_void,
    *const c_char,
    *const c_char,
    *mut c_char,
    c_int,
    *mut *mut c_char,
) -> c_ulong;

/// A library that is loaded.
pub(crate) struct Library {
    init: Symbol<Init>,
    term: Symbol<Term>,
    calls: Calls,
    /// What its Init made, for its other functions.
    context: *mut c_void,
    /// Keeps the functions where they are.
    _loaded: Loaded,
}

enum Calls {
    Change {
        before: Symbol<SetPwd>,
        after: Symbol<SetPwd>,
    },
    Generator {
        generate: Symbol<AutoGen>,
    },
}

/// Which function about a password.
#[derive(Clone, Copy)]
pub(crate) enum Moment {
    Before,
    After,
}

/// The names a call is about.
pub(crate) struct Names {
    pub(crate) user: Guarded,
    pub(crate) application: Guarded,
    pub(crate) login: Guarded,
}

/// What a function returned.
pub(crate) struct Returned {
    pub(crate) code: u64,
    pub(crate) said: Option<Vec<u8>>,
}

impl Library {
    /// Loads it and finds its functions.
    pub(crate) fn load(path: &str, kind: Kind) -> Result<Self, Fault> {
        // SAFETY: whatever its constructors do, this process exists to bear it.
        let loaded = unsafe { Loaded::open(Some(path), RTLD_NOW | RTLD_LOCAL) };
        let loaded = loaded.map_err(|error| Fault::Unloadable(error.to_string()))?;
        // SAFETY: the types are those of docs/exits/ssod_exits.h, which is what an exit promises to keep to.
        unsafe {
            let (init, term, calls) = match kind {
                Kind::Change => (
                    find(&loaded, "ssod_Exit_Pwd_Init")?,
                    find(&loaded, "ssod_Exit_Pwd_Term")?,
                    Calls::Change {
                        before: find(&loaded, "ssod_Exit_PreSetPwd")?,
                        after: find(&loaded, "ssod_Exit_PostSetPwd")?,
                    },
                ),
                Kind::Generator => (
                    find(&loaded, "ssod_Exit_Auto_Init")?,
                    find(&loaded, "ssod_Exit_Auto_Term")?,
                    Calls::Generator {
                        generate: find(&loaded, "ssod_Exit_PwdAutoGen")?,
                    },
                ),
            };
            Ok(Self {
                init,
                term,
                calls,
                context: std::ptr::null_mut(),
                _loaded: loaded,
            })
        }
    }

    /// Lets it initialise itself. What it returned; an exit for another version is a fault.
    pub(crate) fn init(&mut self) -> Result<u64, Fault> {
        let ours = c_ulong::from(VERSION);
        let mut version = ours;
        // SAFETY: both pointers lead to memory of the types the header gives.
        let code = unsafe { (self.init)(&raw mut self.context, &raw mut version) };
        if code == 0 && version != ours {
            return Err(Fault::Version(version));
        }
        Ok(code)
    }

    /// Tells it of a password. None when the library is no change exit.
    pub(crate) fn tell(&self, moment: Moment, names: &mut Names, password: &mut Guarded) -> Option<Returned> {
        let Calls::Change { before, after } = &self.calls else {
            return None;
        };
        let function = match moment {
            Moment::Before => before,
            Moment::After => after,
        };
        let mut extra = std::ptr::null_mut();
        // SAFETY: the texts end with a NUL, and all pointers are valid until the call returns.
        let code = unsafe {
            function(
                self.context,
                names.user.pointer(),
                names.application.pointer(),
                names.login.pointer(),
                password.pointer(),
                &raw mut extra,
            )
        };
        let said = said(extra);
        Some(Returned { code, said })
    }

    /// Has it make a password in `room`. None when the library is no generator.
    pub(crate) fn generate(&self, names: &mut Names, rules: PasswordRules, room: &mut Guarded) -> Option<Returned> {
        let Calls::Generator { generate } = &self.calls else {
            return None;
        };
        let mut structure = Guarded::zeroed(PasswordRules::SIZE).ok()?;
        structure.bytes().copy_from_slice(&rules.to_bytes());
        let size = c_int::try_from(room.bytes().len()).ok()?;
        let mut extra = std::ptr::null_mut();
        // SAFETY: as in `tell`; the structure has its 52 bytes, on an address that 16-bit numbers may have, and the room is `size` bytes.
        let code = unsafe {
            generate(
                self.context,
                names.user.pointer(),
                structure.pointer().cast(),
                names.application.pointer(),
                names.login.pointer(),
                room.pointer(),
                size,
                &raw mut extra,
            )
        };
        let said = said(extra);
        Some(Returned { code, said })
    }

    /// Lets it finish.
    pub(crate) fn term(mut self) {
        // SAFETY: the pointer leads to the context its Init made.
        unsafe { (self.term)(&raw mut self.context) }
    }
}

/// # Safety
/// The function of this name has to be of the type asked for.
unsafe fn find<T>(loaded: &Loaded, name: &str) -> Result<Symbol<T>, Fault> {
    // SAFETY: the caller's promise.
    unsafe { loaded.get(name.as_bytes()) }.map_err(|_| Fault::Lacks(name.to_owned()))
}

/// Copies what `pszExtra` leads to, which stays the exit's: nobody said who would free it. A pointer to nowhere crashes here, and that
/// is the exit's crash.
fn said(extra: *const c_char) -> Option<Vec<u8>> {
    if extra.is_null() {
        return None;
    }
    let mut text = Vec::with_capacity(Sentence::MAX);
    for at in 0..Sentence::MAX {
        // SAFETY: every byte up to here was none of the end, so an exit that keeps to the interface has this one, too.
        match unsafe { extra.add(at).cast::<u8>().read_volatile() } {
            0 => break,
            byte => text.push(byte),
        }
    }
    Some(text)
}
