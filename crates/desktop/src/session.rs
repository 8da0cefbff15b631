/// Which desktop session to connect to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// The display's name; `None`: what `DISPLAY` says.
    pub display: Option<String>,
    /// The session bus's address; `None`: what `DBUS_SESSION_BUS_ADDRESS` says, else the usual place.
    pub bus: Option<String>,
    /// The system bus's address; `None`: what `DBUS_SYSTEM_BUS_ADDRESS` says, else the usual place.
    pub system_bus: Option<String>,
}
