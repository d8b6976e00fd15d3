//! Import and export of other systems' files.
