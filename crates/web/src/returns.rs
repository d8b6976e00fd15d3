//! Pages of the room.

use crate::frame::Route;

/// Routes.
pub static ROUTES: &[Route] = &[];
