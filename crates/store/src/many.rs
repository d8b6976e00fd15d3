//! Many rows by key in one statement, for lists. A statement is static: it has room for so many keys, and fewer are
//! filled up with the last one again.

use crate::db::Param;

/// So many keys at once: a page of a list.
pub(crate) const ROOM: usize = 25;

/// The room's parameters, `$1` to `$25`; a statement's own begin at `$26`.
macro_rules! room {
    () => {
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25"
    };
}
pub(crate) use room;

/// The parameters of as many statements as it takes, the keys of each followed by what is the same for all.
pub(crate) fn filled<'a>(keys: &'a [[u8; 16]], rest: &[Param<'a>]) -> Vec<Vec<Param<'a>>> {
    keys.chunks(ROOM)
        .map(|some| {
            let last = some.last().into_iter().cycle();
            let all = some.iter().chain(last).take(ROOM);
            all.map(|key| Param::Blob(key)).chain(rest.iter().copied()).collect()
        })
        .collect()
}
