//! Circles of officers, what they are asked for, whom they told; notes sealed to persons.

pub(crate) mod circle;
pub(crate) mod note;
pub(crate) mod notice;
pub(crate) mod request;

pub use circle::{
    Circle, Officer, add_circle, add_key, add_officer, checked, circle, circles, circles_of, drilled,
    drop_named, end_circle, keys, officers, set_share, start,
};
pub use note::{Note, add_holder, add_note, drop_note, holders, named_at, note, notes, of_holder};
pub use notice::{Notice, notices, notify, seen};
pub use request::{
    Deposit, Request, approvals, approve, ask, deposit, deposits, drills, drop_stale_deposits, end,
    forget_texts, is_right, of_asker, of_organisation, open, opened, opened_to, refuse, request, review,
    set_aside, stale_deposits,
};
