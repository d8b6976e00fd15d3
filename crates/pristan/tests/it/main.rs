//! Tests that need whole processes.

mod kill;
