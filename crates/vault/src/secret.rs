//! Opened content, wiped from memory when it is dropped.

use zeroize::Zeroizing;

/// Something unsealed. It has neither `Debug` nor `Display`, so it cannot slip into a log line, a panic
/// message or a template by accident; whoever wants the content says so.
pub struct Secret(Zeroizing<Vec<u8>>);

/// The content is not text. The message says nothing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed content is not text")]
pub struct NotText;

impl Secret {
    /// Takes over `bytes`; nothing is copied.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The content.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The content as text.
    ///
    /// # Errors
    /// [`NotText`] when it is not UTF-8.
    pub fn as_str(&self) -> Result<&str, NotText> {
        std::str::from_utf8(&self.0).map_err(|_| NotText)
    }

    /// Hands the content out as a `String`, which is no longer wiped: for pages about to be rendered.
    ///
    /// # Errors
    /// [`NotText`] when it is not UTF-8; the content is wiped then.
    pub fn into_string(mut self) -> Result<String, NotText> {
        String::from_utf8(std::mem::take(&mut *self.0)).map_err(|e| {
            drop(Self::new(e.into_bytes()));
            NotText
        })
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_not_text() {
        assert_eq!(Secret::from("Мария").into_string(), Ok("Мария".to_owned()));
        assert_eq!(Secret::new(vec![0xff]).into_string(), Err(NotText));
        assert_eq!(Secret::new(vec![0xff]).as_str(), Err(NotText));
        assert!(Secret::from("").is_empty());
    }
}
