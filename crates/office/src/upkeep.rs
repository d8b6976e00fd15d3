//! Installing, checking, and keeping an installation.
