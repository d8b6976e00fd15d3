//! Many rows. The default run takes few; `PAPERS_ROWS=100000` with `--no-capture` prints time and memory, and
//! `PAPERS_KEEP` names a path for the filled template, for the example `htcds_copy` to be measured on.

use std::io::Cursor;
use std::time::Instant;

use papers::htcds::{Layout, Options, Reader, WriteOptions, Writer};

use crate::support::*;

/// Largest and present memory of this process in megabytes, where the system tells.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find(|l| l.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    (field("VmHWM:").unwrap_or(0) / 1024, field("VmRSS:").unwrap_or(0) / 1024)
}

#[test]
fn many_rows_stream_through() {
    let rows: usize = std::env::var("PAPERS_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000);
    let dir = std::env::temp_dir();
    let files: Vec<_> = ["filled.xlsx", "out.xlsx", "out.csv"]
        .map(|n| dir.join(format!("papers-{}-{n}", std::process::id())))
        .into();
    std::fs::write(&files[0], fill_template_rows(rows, 1).0).unwrap();
    if let Some(path) = std::env::var_os("PAPERS_KEEP") {
        std::fs::copy(&files[0], path).unwrap();
    }
    println!("made      {:?} MB (peak, now)", memory());
    let start = Instant::now();
    let mut reader = Reader::open_path(&files[0], Options::new(TODAY)).unwrap();
    println!("opened    {:?} {:?}", start.elapsed(), memory());
    let mut writers: Vec<_> = [(Layout::Workbook, &files[1]), (Layout::Csv, &files[2])]
        .map(|(layout, path)| {
            let out = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
            Writer::new(out, WriteOptions::new(layout)).unwrap()
        })
        .into();
    let mut count = 0;
    for row in reader.rows().unwrap() {
        let row = row.unwrap();
        count += 1;
        for w in &mut writers {
            w.write(&row).unwrap();
        }
    }
    assert_eq!(count, rows);
    println!("copied    {:?} {:?}", start.elapsed(), memory());
    for w in writers {
        w.finish().unwrap();
    }
    drop(reader);
    println!("finished  {:?} {:?}", start.elapsed(), memory());
    for path in &files {
        let start = Instant::now();
        let size = std::fs::metadata(path).unwrap().len() / 1024;
        let mut reader = Reader::open_path(path, Options::new(TODAY)).unwrap();
        let opened = start.elapsed();
        let before = memory().1;
        let mut middle = 0;
        let read = reader.rows().unwrap().enumerate().filter(|(i, r)| {
            if *i == rows / 2 {
                middle = memory().1;
            }
            r.is_ok()
        });
        assert_eq!(read.count(), rows);
        println!(
            "{size:>8} kB  opened {opened:?}, read {:?}, MB before/middle/end {before}/{middle}/{}",
            start.elapsed(),
            memory().1
        );
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn uploads_in_memory_are_read_twice_alike() {
    let (book, expected) = fill_template_rows(50, 9);
    let mut reader = Reader::open(Cursor::new(book), Options::new(TODAY)).unwrap();
    let first: Vec<_> = reader.rows().unwrap().map(Result::unwrap).collect();
    let second: Vec<_> = reader.rows().unwrap().map(Result::unwrap).collect();
    assert_eq!(first.len(), expected.len());
    assert!(first == second);
}
