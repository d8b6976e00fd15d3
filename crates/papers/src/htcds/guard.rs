//! What is looked at before a file is believed.

use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

/// A file, an upload in memory.
pub trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// Largest file taken, in bytes.
pub const MAX_FILE: u64 = 200_000_000;
/// Most that a workbook may unpack to, in bytes.
pub const MAX_UNPACKED: u64 = 1_000_000_000;
/// Most that the table of shared texts may unpack to: it is the one part that has to lie in memory.
const MAX_SHARED: u64 = 300_000_000;
/// Largest proportion of unpacked to packed size.
const MAX_RATIO: u64 = 200;
/// Below this size a proportion is harmless.
const RATIO_MATTERS: u64 = 2_000_000;
/// Most parts in a workbook.
const MAX_PARTS: usize = 2000;

/// Why a file was not opened. One plain line each, nothing of the content in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The operating system could not read it.
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// More than 200 MB.
    #[error("the file is larger than 200 MB; split it")]
    TooBig,
    /// Excel before 2007, or another OLE document.
    #[error("this is an old Excel file (.xls); save it as .xlsx")]
    OldExcel,
    /// Protected with a password.
    #[error("the workbook is protected with a password; save it without one")]
    Encrypted,
    /// Carries a program.
    #[error("the workbook contains macros; save it as .xlsx, without macros")]
    Macros,
    /// Unpacks to more than 1 GB, or to more than 200 times its size.
    #[error("the workbook unpacks to far more than its size and was not opened")]
    Bomb,
    /// More than 2000 parts.
    #[error("the workbook has too many parts and was not opened")]
    TooManyParts,
    /// A document type declaration, or XML in an encoding other than UTF-8.
    #[error("the workbook contains XML that no spreadsheet program writes and was not opened")]
    ForbiddenXml,
    /// The end is missing.
    #[error("the workbook is cut off; copy or download it again")]
    Truncated,
    /// Checksums or structure do not hold.
    #[error("the workbook is damaged")]
    Damaged,
    /// A zip, but no workbook; or another kind of document.
    #[error("this is not an Excel workbook (.xlsx) or a CSV file")]
    NotAWorkbook,
    /// Text in another encoding than UTF-8.
    #[error("the text is not UTF-8 (perhaps Windows-1251); save it as \"CSV UTF-8\"")]
    NotUtf8,
    /// No row of headings that the standard knows.
    #[error("no row of HTCDS column headings was found")]
    NoHeader,
    /// The template's labels were removed and only its shifted system names are left.
    #[error(
        "the template's row of labels is missing, and its hidden system names stand over the wrong columns"
    )]
    ShiftedNames,
    /// The XLSForm's definition instead of what was entered with it.
    #[error("this is the definition of a form, not data collected with it; export the submissions as CSV")]
    FormDefinition,
}

/// What a file turned out to be.
#[derive(Debug)]
pub enum Found {
    Workbook {
        /// Days count from 1904, an old setting of Excel for Mac.
        is_1904: bool,
    },
    Text,
}

/// Looks the whole file over, without keeping any of it. Leaves the position at the start.
pub fn inspect(source: &mut dyn Source) -> Result<Found, OpenError> {
    let size = source.seek(SeekFrom::End(0))?;
    source.rewind()?;
    if size == 0 {
        return Err(OpenError::Empty);
    }
    if size > MAX_FILE {
        return Err(OpenError::TooBig);
    }
    let mut head = Vec::new();
    (&mut *source).take(8).read_to_end(&mut head)?;
    source.rewind()?;
    let found = if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        return Err(ole(source)?);
    } else if head.starts_with(b"PK") {
        workbook(source, size)?
    } else {
        plain_text(source)?;
        Found::Text
    };
    source.rewind()?;
    Ok(found)
}

/// A workbook with a password is an OLE file with a stream of this name; else it is an old format.
fn ole(source: &mut dyn Source) -> Result<OpenError, OpenError> {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut scan = Scan::default();
    let mut encrypted = false;
    each_block(source, |block| {
        encrypted |= contains(scan.window(block), &name);
        Ok(())
    })?;
    Ok(if encrypted { OpenError::Encrypted } else { OpenError::OldExcel })
}

/// UTF-8 throughout, without NUL bytes, and not a document of another kind.
fn plain_text(source: &mut dyn Source) -> Result<(), OpenError> {
    let mut pending: Vec<u8> = Vec::new();
    let mut first = true;
    each_block(source, |block| {
        if first {
            first = false;
            if block.starts_with(&[0xff, 0xfe]) || block.starts_with(&[0xfe, 0xff]) {
                return Err(OpenError::NotUtf8);
            }
            let start: Vec<u8> = block.iter().take(64).map(u8::to_ascii_lowercase).collect();
            let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start).trim_ascii_start();
            if [&b"<?xml"[..], b"<html", b"<!doctype", b"{\\rtf", b"%pdf"]
                .iter()
                .any(|m| start.starts_with(m))
            {
                return Err(OpenError::NotAWorkbook);
            }
        }
        if block.contains(&0) {
            return Err(OpenError::NotAWorkbook);
        }
        pending.extend_from_slice(block);
        match std::str::from_utf8(&pending) {
            Ok(_) => pending.clear(),
            // A character may straddle two blocks.
            Err(e) if e.error_len().is_none() => {
                pending.drain(..e.valid_up_to());
            }
            Err(_) => return Err(OpenError::NotUtf8),
        }
        Ok(())
    })?;
    if pending.is_empty() { Ok(()) } else { Err(OpenError::NotUtf8) }
}

fn zip_error(error: ZipError) -> OpenError {
    match error {
        ZipError::Io(e)
            if e.kind() != io::ErrorKind::UnexpectedEof && e.kind() != io::ErrorKind::InvalidData =>
        {
            OpenError::Io(e)
        }
        ZipError::InvalidPassword => OpenError::Encrypted,
        _ => OpenError::Damaged,
    }
}

fn workbook(source: &mut dyn Source, size: u64) -> Result<Found, OpenError> {
    // The directory stands at a zip's end: without it the rest did not arrive.
    let mut zip = ZipArchive::new(source).map_err(|_| OpenError::Truncated)?;
    if zip.len() > MAX_PARTS {
        return Err(OpenError::TooManyParts);
    }
    let mut total = 0_u64;
    let mut is_1904 = false;
    let mut types = String::new();
    for i in 0..zip.len() {
        {
            let raw = zip.by_index_raw(i).map_err(zip_error)?;
            if raw.encrypted() {
                return Err(OpenError::Encrypted);
            }
        }
        let mut part = zip.by_index(i).map_err(zip_error)?;
        let name = part.name().map_err(zip_error)?.to_ascii_lowercase().replace('\\', "/");
        if name.contains("vbaproject") || name.contains("macrosheets/") {
            return Err(OpenError::Macros);
        }
        let limit = if name.ends_with("sharedstrings.xml") { MAX_SHARED } else { MAX_UNPACKED };
        let is_xml = name.ends_with(".xml") || name.ends_with(".rels") || name.ends_with(".vml");
        let keep = name == "[content_types].xml" || name == "xl/workbook.xml";
        let mut kept = Vec::new();
        let mut scan = Scan::default();
        let mut own = 0_u64;
        // The sizes in the directory may lie, so the parts are really unpacked, a block at a time.
        let outcome = each_block(&mut part, |block| {
            if own == 0 && is_xml && odd_encoding(block) {
                return Err(OpenError::ForbiddenXml);
            }
            own += block.len() as u64;
            total += block.len() as u64;
            if own > limit
                || total > MAX_UNPACKED
                || (total > RATIO_MATTERS && total / size.max(1) > MAX_RATIO)
            {
                return Err(OpenError::Bomb);
            }
            if is_xml {
                let window = scan.window(block);
                if contains(window, b"<!DOCTYPE") || contains(window, b"<!ENTITY") || huge_index(window) {
                    return Err(OpenError::ForbiddenXml);
                }
            }
            if keep && kept.len() < 1_000_000 {
                kept.extend_from_slice(block);
            }
            Ok(())
        });
        match outcome {
            Err(OpenError::Io(_)) => return Err(OpenError::Damaged),
            other => other?,
        }
        let kept = String::from_utf8_lossy(&kept);
        if name == "xl/workbook.xml" {
            is_1904 = ["date1904=\"1\"", "date1904=\"true\""].iter().any(|m| kept.contains(m));
        } else if keep {
            types = kept.to_ascii_lowercase();
        }
    }
    if types.contains("sheet.binary") {
        return Err(OpenError::NotAWorkbook);
    }
    if types.contains("macroenabled") || types.contains("vbaproject") {
        return Err(OpenError::Macros);
    }
    if !types.contains("spreadsheetml.sheet.main+xml") && !types.contains("spreadsheetml.template.main+xml") {
        return Err(OpenError::NotAWorkbook);
    }
    Ok(Found::Workbook { is_1904 })
}

/// UTF-16 would hide a document type from the search for it.
fn odd_encoding(start: &[u8]) -> bool {
    start.starts_with(&[0xff, 0xfe])
        || start.starts_with(&[0xfe, 0xff])
        || start.iter().take(4).any(|b| *b == 0)
}

/// A shared formula numbered in the millions: the workbook reader keeps a table up to that number.
fn huge_index(window: &[u8]) -> bool {
    let mut rest = window;
    while let Some(at) = rest.windows(3).position(|w| w == b"si=" || w == b"si ") {
        rest = rest.get(at + 2..).unwrap_or_default();
        let value = rest.trim_ascii_start().strip_prefix(b"=").unwrap_or_default().trim_ascii_start();
        let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or_default();
        if value.iter().take_while(|b| b.is_ascii_digit()).count() > 6 {
            return true;
        }
    }
    false
}

fn contains(window: &[u8], needle: &[u8]) -> bool {
    window.windows(needle.len()).any(|w| w == needle)
}

/// Joins each block to the end of the one before, so that nothing hides on the seam.
#[derive(Default)]
struct Scan {
    joined: Vec<u8>,
}

impl Scan {
    const SEAM: usize = 64;

    fn window(&mut self, block: &[u8]) -> &[u8] {
        let drop = self.joined.len().saturating_sub(Self::SEAM);
        self.joined.drain(..drop);
        self.joined.extend_from_slice(block);
        &self.joined
    }
}

fn each_block(
    source: &mut (impl Read + ?Sized),
    mut see: impl FnMut(&[u8]) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
    let mut buffer = vec![0_u8; 64 * 1024];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => see(buffer.get(..n).unwrap_or_default())?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(OpenError::Io(e)),
        }
    }
}
