//! Lower-case hexadecimal, for headers and key files that people may have to copy by hand.

use zeroize::Zeroizing;

pub(crate) fn encode(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from_digit(u32::from(n), 16).unwrap_or('0');
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// `None` for an odd length or a character that is no hexadecimal digit.
pub(crate) fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len() / 2));
    let mut digits = text.chars().map(|c| c.to_digit(16));
    while let Some(high) = digits.next() {
        let low = digits.next()??;
        out.push(u8::try_from(high? * 16 + low).ok()?);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    #[test]
    fn round_trip_and_refusals() {
        assert_eq!(super::encode(&[0, 15, 255]), "000fff");
        assert_eq!(super::decode("000Fff").unwrap().as_slice(), [0, 15, 255]);
        assert!(super::decode("0").is_none() && super::decode("0g").is_none());
    }
}
