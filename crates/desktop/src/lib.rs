//! Windows, controls and keys of the desktop.
