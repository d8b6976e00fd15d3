//! Statements are static, so that no SQL can be built from input.

/// One statement for both engines, parameters written `$1`, `$2`.
///
/// PostgreSQL's `sum(bigint)` is a `numeric`, which is no type of ours: `cast(sum(x) as bigint)`.
#[derive(Clone, Copy)]
pub struct Sql(pub(crate) &'static str);

/// `static CASE_BY_ID: Sql = sql("select number from records where id = $1");`
#[must_use]
pub const fn sql(text: &'static str) -> Sql {
    Sql(text)
}

impl Sql {
    /// The text, as written.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.0
    }

    /// Two statements are the same when they stand at the same place in the program.
    pub(crate) fn place(self) -> (usize, usize) {
        (self.0.as_ptr().addr(), self.0.len())
    }
}
