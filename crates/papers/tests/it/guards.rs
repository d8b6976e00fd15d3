//! Every reason not to open a file, each beside a control that opens.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use papers::htcds::{Hint, OpenError, Options, Reader};
use proptest::prelude::*;

use crate::support::*;

fn refused(bytes: impl Into<Vec<u8>>) -> OpenError {
    let error = open(bytes).expect_err("must be refused");
    let text = error.to_string();
    assert!(!text.contains('\n') && text.len() < 160, "{text}");
    error
}

/// A source whose size is claimed and whose reads fail.
struct Broken(u64);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("gone"))
    }
}

impl Seek for Broken {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        Ok(if matches!(to, SeekFrom::End(_)) { self.0 } else { 0 })
    }
}

#[test]
fn the_templates_themselves_open_and_are_empty() {
    for template in [TEMPLATE, SINGLE] {
        let mut reader = open(template).unwrap();
        assert!(reader.columns_unknown().is_empty());
        assert_eq!(reader.rows().unwrap().count(), 0);
    }
    assert_eq!(rebuild_names(TEMPLATE).iter().filter(|n| n.contains("vba")).count(), 0);
}

fn rebuild_names(book: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    rebuild(
        book,
        |n, c| {
            names.push(n.to_owned());
            Some(c)
        },
        &[],
    );
    names
}

#[test]
fn sizes_and_broken_disks() {
    let options = Options::new(TODAY);
    assert!(matches!(Reader::open(Broken(5), options), Err(OpenError::Io(_))));
    assert!(matches!(Reader::open(Broken(200_000_001), options), Err(OpenError::TooBig)));
    assert!(matches!(refused([]), OpenError::Empty));
    assert!(matches!(Reader::open_path("no/such/file".as_ref(), options), Err(OpenError::Io(_))));
}

#[test]
fn old_and_encrypted_files() {
    let mut ole = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    ole.resize(70_000, 0);
    assert!(matches!(refused(ole.clone()), OpenError::OldExcel));
    // Across the seam of two blocks.
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    ole[65_520..65_520 + name.len()].copy_from_slice(&name);
    assert!(matches!(refused(ole), OpenError::Encrypted));
    // The zip's own encryption mark on every part of the directory.
    let mut zip = TEMPLATE.to_vec();
    let entries: Vec<usize> = (0..zip.len() - 4).filter(|i| zip[*i..*i + 4] == *b"PK\x01\x02").collect();
    for at in entries {
        zip[at + 8] |= 1;
    }
    assert!(matches!(refused(zip), OpenError::Encrypted));
}

#[test]
fn macros() {
    let keep = |_: &str, c: Vec<u8>| Some(c);
    assert!(open(rebuild(TEMPLATE, keep, &[("xl/harmless.bin", b"x")])).is_ok());
    assert!(matches!(refused(rebuild(TEMPLATE, keep, &[("xl/vbaProject.bin", b"x")])), OpenError::Macros));
    assert!(matches!(
        refused(rebuild(TEMPLATE, keep, &[("xl/macrosheets/sheet1.xml", b"<x/>")])),
        OpenError::Macros
    ));
    let renamed = edit(TEMPLATE, "[Content_Types].xml", |t| {
        t.replace(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        )
    });
    assert!(matches!(refused(renamed), OpenError::Macros));
}

#[test]
fn bombs() {
    let keep = |_: &str, c: Vec<u8>| Some(c);
    let zeros = vec![b' '; 30_000_000];
    assert!(matches!(refused(rebuild(TEMPLATE, keep, &[("xl/media/a.xml", &zeros)])), OpenError::Bomb));
    let mut dice = Dice(7);
    let noise: Vec<u8> = (0..3_000_000).map(|_| u8::try_from(dice.below(256)).unwrap()).collect();
    assert!(open(rebuild(TEMPLATE, keep, &[("xl/media/a.png", &noise)])).is_ok());
    let names: Vec<String> = (0..2000).map(|i| format!("xl/media/{i}.png")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b"x"[..])).collect();
    assert!(matches!(refused(rebuild(TEMPLATE, keep, &parts)), OpenError::TooManyParts));
    assert!(open(rebuild(TEMPLATE, keep, &parts[..1900])).is_ok());
}

#[test]
fn xml_that_no_spreadsheet_writes() {
    let sheet = "xl/worksheets/sheet1.xml";
    let doctype =
        edit(TEMPLATE, sheet, |x| x.replacen("<worksheet", "<!DOCTYPE a [<!ENTITY b \"c\">]><worksheet", 1));
    assert!(matches!(refused(doctype), OpenError::ForbiddenXml));
    let late = edit(TEMPLATE, sheet, |x| format!("{x}{}<!DOCTYPE a>", " ".repeat(65_530)));
    assert!(matches!(refused(late), OpenError::ForbiddenXml));
    let utf16 = rebuild(
        TEMPLATE,
        |name, c| {
            let wide = |c: &[u8]| c.iter().flat_map(|b| [*b, 0]).collect();
            Some(if name == sheet { wide(&c) } else { c })
        },
        &[],
    );
    assert!(matches!(refused(utf16), OpenError::ForbiddenXml));
    let table = |si: &str| {
        with_rows(
            TEMPLATE,
            &format!(
                "<row r=\"3\"><c r=\"C3\"><f t=\"shared\" ref=\"C3\" si=\"{si}\">A1</f><v>1</v></c></row>"
            ),
        )
    };
    assert!(matches!(refused(table("99999999999")), OpenError::ForbiddenXml));
    assert!(open(table("12")).is_ok());
}

#[test]
fn cut_off_and_damaged_files() {
    assert!(matches!(refused(&TEMPLATE[..TEMPLATE.len() / 2]), OpenError::Truncated));
    let mut flipped = TEMPLATE.to_vec();
    for b in &mut flipped[3000..3100] {
        *b ^= 0x55;
    }
    assert!(matches!(refused(flipped), OpenError::Damaged));
    assert!(matches!(
        refused(edit(TEMPLATE, "xl/workbook.xml", |_| "<workbook".into())),
        OpenError::Damaged | OpenError::NoHeader
    ));
}

#[test]
fn a_sheet_that_breaks_off_says_so_and_ends() {
    let broken = edit(TEMPLATE, "xl/worksheets/sheet1.xml", |x| {
        let at = x.find("<row r=\"3\"").unwrap();
        format!(
            "{}<row r=\"3\"><c r=\"C3\" t=\"inlineStr\"><is><t>Ms</t></is></c></row><row r=\"4\"><c r=\"C4\" t=\"s\"><v>999999</v></c>",
            &x[..at]
        )
    });
    let rows = read(broken);
    let last = rows.last().unwrap().as_ref().unwrap_err();
    assert!(last.to_string().ends_with("the file is damaged from here on"), "{last}");
}

#[test]
fn other_documents() {
    let docx = edit(TEMPLATE, "[Content_Types].xml", |t| {
        t.replace("spreadsheetml.sheet.main", "wordprocessingml.document.main")
    });
    assert!(matches!(refused(docx), OpenError::NotAWorkbook));
    for text in ["<?xml version=\"1.0\"?><h:html/>", "\u{feff}<html><table>", "%PDF-1.7 ..", "a\0b"] {
        assert!(matches!(refused(text), OpenError::NotAWorkbook), "{text:?}");
    }
    let options = |hint| Options { hint, ..Options::new(TODAY) };
    let csv = b"First Name,Gender,Status\nA,Feminine,Active\n";
    assert!(matches!(Reader::open(Cursor::new(TEMPLATE), options(Hint::Text)), Err(OpenError::NotAWorkbook)));
    assert!(matches!(Reader::open(Cursor::new(csv), options(Hint::Workbook)), Err(OpenError::NotAWorkbook)));
    assert!(Reader::open(Cursor::new(csv), options(Hint::Text)).is_ok());
}

#[test]
fn text_in_other_encodings() {
    // "Име" in Windows-1251.
    assert!(matches!(
        refused(b"First Name,Gender,Status\n\xc8\xec\xe5,Feminine,Active\n".as_slice()),
        OpenError::NotUtf8
    ));
    assert!(matches!(refused(b"\xff\xfeF\0i\0".as_slice()), OpenError::NotUtf8));
    assert!(matches!(refused(b"First Name,Gender,Status\n\xd0".as_slice()), OpenError::NotUtf8));
    assert!(matches!(refused("a,b,c\n1,2,3\n"), OpenError::NoHeader));
    assert!(matches!(refused("Заглавие\n"), OpenError::NoHeader));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever is done to the bytes, the answer is rows or an error.
    #[test]
    fn no_bytes_bring_it_down(hits in prop::collection::vec((0..TEMPLATE.len(), any::<u8>()), 1..6)) {
        let mut bytes = TEMPLATE.to_vec();
        for (at, b) in hits {
            bytes[at] = b;
        }
        if let Ok(mut reader) = open(bytes) && let Ok(rows) = reader.rows() {
            rows.take(2000).for_each(drop);
        }
    }

    /// The same inside of the sheet, where the zip's checksums hold.
    #[test]
    fn no_xml_brings_it_down(hits in prop::collection::vec((0..6000_usize, any::<u8>()), 1..6)) {
        let bytes = rebuild(TEMPLATE, |name, mut c| {
            if name == "xl/worksheets/sheet1.xml" {
                for (at, b) in &hits {
                    c[*at] = *b;
                }
            }
            Some(c)
        }, &[]);
        if let Ok(mut reader) = open(bytes) && let Ok(rows) = reader.rows() {
            rows.take(2000).for_each(drop);
        }
    }
}
