//! The pages as a browser meets them: the real router, a whole office behind it.

mod forms;
mod routes;
mod statements;
mod table;
mod town;
