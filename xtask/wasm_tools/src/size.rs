//! How many bytes a browser downloads.

use std::io::Write;

use anyhow::Result;

/// Window of 4 MiB: the largest that the `br` content encoding allows is 16 MiB, our files are
/// smaller.
const WINDOW_BITS: u32 = 22;

/// The length in bytes after brotli at its highest quality, 11.
///
/// # Errors
/// The encoder fails; with a counter as the sink that cannot happen.
pub(crate) fn brotli_11(bytes: &[u8]) -> Result<u64> {
    let mut encoder =
        brotli::CompressorWriter::new(Counter(0), bytes.len().max(4096), 11, WINDOW_BITS);
    encoder.write_all(bytes)?;
    Ok(encoder.into_inner().0)
}

/// Counts what is written to it and keeps nothing.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::brotli_11;

    #[test]
    fn repetition_is_almost_free_and_the_end_of_the_stream_is_counted() {
        let size = brotli_11(&[b'a'; 100_000]).expect("compresses");
        assert!((1..100).contains(&size), "{size} bytes");
        assert!(brotli_11(&[]).expect("compresses") >= 1);
    }
}
