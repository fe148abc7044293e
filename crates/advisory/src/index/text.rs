//! Titles, descriptions and references, in compressed blocks that are read only to show a finding.

use super::codec::{Reader, put_text, put_texts};
use super::layout::{TableWriter, TooLarge};
use super::{Corrupt, Description};

/// A block is closed once it is longer than this.
const BLOCK: usize = 64 << 10;
/// No record's texts are longer than `MAX_DETAILS + MAX_REFERENCES * MAX_LINE` and a little, no block longer than
/// that and [`BLOCK`].
const MAX_BLOCK: usize = 1 << 20;
const MAX_DETAILS: usize = 128 << 10;
const MAX_LINE: usize = 2 << 10;
const MAX_REFERENCES: usize = 200;
const LEVEL: i32 = 6;

pub(crate) struct TextWriter {
    blocks: TableWriter,
    open: Vec<u8>,
    compressor: zstd::bulk::Compressor<'static>,
}

impl TextWriter {
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self {
            blocks: TableWriter::new(),
            open: Vec::with_capacity(2 * BLOCK),
            compressor: zstd::bulk::Compressor::new(LEVEL)?,
        })
    }

    /// Adds a record's texts, cut where they are longer than anyone reads; returns their block and place in it.
    pub(crate) fn push(
        &mut self,
        title: &str,
        details: &str,
        references: &[&str],
    ) -> Result<(u32, u32), TooLarge> {
        let place = (self.blocks.len() as u32, self.open.len() as u32);
        put_text(&mut self.open, cut(title, MAX_LINE));
        put_text(&mut self.open, cut(details, MAX_DETAILS));
        let references: Vec<&str> = references
            .iter()
            .filter(|url| url.len() <= MAX_LINE)
            .take(MAX_REFERENCES)
            .copied()
            .collect();
        put_texts(&mut self.open, &references);
        if self.open.len() > BLOCK {
            self.close()?;
        }
        Ok(place)
    }

    fn close(&mut self) -> Result<(), TooLarge> {
        // Compression into a buffer of the right size cannot fail; were it to, the block would be too large to keep.
        let compressed = self.compressor.compress(&self.open).map_err(|_| TooLarge)?;
        self.blocks.push(&compressed)?;
        self.open.clear();
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<TableWriter, TooLarge> {
        if !self.open.is_empty() {
            self.close()?;
        }
        Ok(self.blocks)
    }
}

fn cut(text: &str, length: usize) -> &str {
    &text[..text.floor_char_boundary(length)]
}

pub(super) fn read(block: &[u8], offset: u32) -> Result<Description, Corrupt> {
    let block = zstd::bulk::decompress(block, MAX_BLOCK).map_err(|_| Corrupt)?;
    let mut reader = Reader::new(block.get(offset as usize..).ok_or(Corrupt)?);
    Ok(Description {
        title: reader.text()?.to_owned(),
        details: reader.text()?.to_owned(),
        references: reader.texts()?.into_iter().map(str::to_owned).collect(),
    })
}
