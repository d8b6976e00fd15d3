//! A log as files that anybody can serve and check (C2SP `tlog-tiles`): tiles of 256 hashes, bundles of
//! 256 entries.
//!
//! A full tile of level n holds the roots of 256 full tiles of level n - 1. The last tile of a level may be
//! partial and says its width in its name.

use super::tree::{Frontier, Hash};

/// Hashes in a full tile, entries in a full bundle.
pub const WIDTH: u64 = 256;

/// The path of a tile: `tile/<level>/<number>[.p/<width>]`, numbers in groups of three digits.
#[must_use]
pub fn tile_path(level: u8, number: u64, width: u64) -> String {
    format!("tile/{level}/{}", numbered(number, width))
}

/// The path of a bundle of entries.
#[must_use]
pub fn bundle_path(number: u64, width: u64) -> String {
    format!("tile/entries/{}", numbered(number, width))
}

fn numbered(number: u64, width: u64) -> String {
    let mut path = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    if width < WIDTH { format!("{path}.p/{width}") } else { path }
}

/// A file of the log: its path and what is in it.
pub type File = (String, Vec<u8>);

#[derive(Default)]
struct Level {
    number: u64,
    hashes: Vec<Hash>,
}

/// Makes tiles and bundles out of entries that come one after another; keeps one tile a level.
#[derive(Default)]
pub struct Tiler {
    size: u64,
    levels: Vec<Level>,
    bundle: Vec<u8>,
}

impl Tiler {
    /// From the first entry on.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an entry (at most 65,535 bytes, see [`super::MAX_LEAF`]) and its leaf hash; hands out the files
    /// that are full by it.
    pub fn push(&mut self, entry: &[u8], hash: Hash, full: &mut Vec<File>) {
        self.bundle.extend_from_slice(&u16::try_from(entry.len()).unwrap_or(u16::MAX).to_be_bytes());
        self.bundle.extend_from_slice(entry);
        self.size += 1;
        if self.size.is_multiple_of(WIDTH) {
            full.push((bundle_path(self.size / WIDTH - 1, WIDTH), std::mem::take(&mut self.bundle)));
        }
        let (mut level, mut up) = (0, Some(hash));
        while let Some(hash) = up.take() {
            if self.levels.len() == level {
                self.levels.push(Level::default());
            }
            let Some(tile) = self.levels.get_mut(level) else { return };
            tile.hashes.push(hash);
            if tile.hashes.len() as u64 == WIDTH {
                let mut frontier = Frontier::new();
                tile.hashes.iter().for_each(|h| frontier.append(*h));
                let path = tile_path(u8::try_from(level).unwrap_or(u8::MAX), tile.number, WIDTH);
                full.push((path, tile.hashes.drain(..).flatten().collect()));
                tile.number += 1;
                up = Some(frontier.root());
                level += 1;
            }
        }
    }

    /// The partial files at the end.
    #[must_use]
    pub fn finish(self) -> Vec<File> {
        let mut out = Vec::new();
        if !self.bundle.is_empty() {
            out.push((bundle_path(self.size / WIDTH, self.size % WIDTH), self.bundle));
        }
        for (level, tile) in (0..).zip(self.levels) {
            if !tile.hashes.is_empty() {
                let width = tile.hashes.len() as u64;
                out.push((tile_path(level, tile.number, width), tile.hashes.concat()));
            }
        }
        out
    }
}

/// The entries of a bundle; `None` when it is cut short.
#[must_use]
pub fn entries(bundle: &[u8]) -> Option<Vec<&[u8]>> {
    let mut out = Vec::new();
    let mut rest = bundle;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        out.push(entry);
        rest = after;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{leaf_hash, root};
    use std::collections::HashMap;

    #[test]
    fn paths_are_those_of_the_specification() {
        assert_eq!(tile_path(1, 1_234_067, WIDTH), "tile/1/x001/x234/067");
        assert_eq!(tile_path(0, 0, 5), "tile/0/000.p/5");
        assert_eq!(bundle_path(999, WIDTH), "tile/entries/999");
        assert_eq!(bundle_path(1000, 1), "tile/entries/x001/000.p/1");
    }

    #[test]
    fn tiles_give_the_root_again() {
        for size in [0_u64, 1, 255, 256, 257, 65_536, 70_000] {
            let (mut tiler, mut files, mut leaves) = (Tiler::new(), Vec::new(), Vec::new());
            for n in 0..size {
                let entry = n.to_be_bytes();
                leaves.push(leaf_hash(&entry));
                tiler.push(&entry, leaf_hash(&entry), &mut files);
            }
            files.extend(tiler.finish());
            let files: HashMap<String, Vec<u8>> = files.into_iter().collect();
            // Level 0 from the first to the last tile is every leaf in order.
            let mut found: Vec<Hash> = Vec::new();
            let mut number = 0;
            while (found.len() as u64) < size {
                let width = (size - found.len() as u64).min(WIDTH);
                let tile = &files[&tile_path(0, number, width)];
                found.extend(tile.chunks(32).map(|h| Hash::try_from(h).unwrap()));
                let bundle = entries(&files[&bundle_path(number, width)]).unwrap().len();
                assert_eq!(bundle as u64, width);
                if width == WIDTH {
                    let upper = number / WIDTH;
                    let upper_width = (size / WIDTH - upper * WIDTH).min(WIDTH);
                    let above = &files[&tile_path(1, upper, upper_width)];
                    let at = usize::try_from(number % WIDTH).unwrap() * 32;
                    assert_eq!(above[at..at + 32], root(&found[found.len() - 256..]));
                }
                number += 1;
            }
            assert_eq!(found, leaves);
        }
    }

    #[test]
    fn cut_bundles_are_refused() {
        let bundle = [0, 2, 7, 7, 0, 1, 9];
        assert_eq!(entries(&bundle), Some(vec![&[7, 7][..], &[9][..]]));
        assert!(entries(&bundle[..6]).is_none() && entries(&bundle[..5]).is_none());
    }
}
