//! Drafts: what somebody typed survives a closed lid, a lost line and an ended session.

use crate::visit::Visit;
use crate::{Answer, Reply};
use domain::values::Input;

/// What is never kept, not even sealed.
const PASSWORDS: [&str; 3] = ["password", "old", "new"];
/// Codes, claims and answers of passkeys: everything that the door asks for has this before its name.
const OF_THE_DOOR: &str = "door_";

/// A form as bytes, without its guards, without passwords, and without what is sealed for a protected witness: a
/// draft lies under the server's key.
#[must_use]
pub fn encode(input: &Input) -> Vec<u8> {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (name, values) in input.iter().filter(|(name, _)| {
        !name.starts_with('_')
            && !name.starts_with(OF_THE_DOOR)
            && name.as_str() != "key"
            && !office::glass::FIELDS.contains(&name.as_str())
            && !PASSWORDS.contains(&name.as_str())
    }) {
        for value in values {
            out.append_pair(name, value);
        }
    }
    out.finish().into_bytes()
}

/// Back to a form.
#[must_use]
pub fn decode(body: &[u8]) -> Input {
    let mut input = Input::new();
    for (name, value) in form_urlencoded::parse(body) {
        input.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    input
}

/// The page that shows the form which posts to a path: forms post to their own page.
#[must_use]
pub fn form_page(path: &str) -> String {
    path.to_owned()
}

/// Saves a draft: the script sends one a moment after the typing stops.
///
/// # Errors
/// The database.
pub fn save(visit: &Visit<'_>) -> Answer {
    let key = visit.sent("key").to_owned();
    if key.is_empty() || !key.starts_with('/') {
        return Ok(Reply::Done);
    }
    let body = encode(&visit.input);
    if body.len() > office::doors::LONGEST_DRAFT {
        return Err(crate::WebError::TooLarge);
    }
    office::doors::save_draft(&visit.web.office, visit.signed_in()?, visit.ctx.now, &key, &body)?;
    Ok(Reply::Done)
}

/// The draft of this page's form, if there is one.
///
/// # Errors
/// The database.
pub fn of_page(visit: &Visit<'_>) -> Result<Option<Input>, crate::WebError> {
    let found = office::doors::draft(&visit.web.office, visit.signed_in()?, &visit.path)?;
    Ok(found.map(|(body, _)| decode(&body)))
}

/// Throws the draft of a form away once it is saved.
///
/// # Errors
/// The database.
pub fn done(visit: &Visit<'_>) -> Result<(), crate::WebError> {
    Ok(office::doors::drop_draft(&visit.web.office, visit.signed_in()?, &visit.path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_holds_what_was_typed_and_never_a_password() {
        let pairs = [
            ("text", "тя каза"),
            ("password", "тайна"),
            ("old", "тайна"),
            ("new", "тайна"),
            ("door_code", "123456"),
            ("door_prf", "00ff"),
            ("new_identity", "свидетел"),
            ("safe_place", "свидетел"),
            ("threats", "свидетел"),
            ("_csrf", "x"),
            ("key", "/a"),
        ];
        let input: Input = pairs.iter().map(|(n, v)| ((*n).to_owned(), vec![(*v).to_owned()])).collect();
        let back = decode(&encode(&input));
        assert_eq!(back.len(), 1);
        assert_eq!(back.get("text").map(Vec::as_slice), Some(["тя каза".to_owned()].as_slice()));
    }
}
