//! Looking at a screenshot: where the things of one colour are.

use super::Outcome;

/// An opaque picture, 8 bits a channel.
pub(crate) struct Picture {
    width: usize,
    pixels: Vec<[u8; 3]>,
}

/// Pixels of one colour that touch each other.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Blob {
    /// Middle of its bounding box, pixels from the left.
    pub(crate) x: f64,
    /// Middle of its bounding box, pixels from the top.
    pub(crate) y: f64,
    /// Width of its bounding box in pixels.
    pub(crate) width: usize,
    /// Height of its bounding box in pixels.
    pub(crate) height: usize,
    /// How many pixels it has.
    pub(crate) area: usize,
}

impl Picture {
    /// Reads a PNG.
    pub(crate) fn from_png(bytes: &[u8]) -> Outcome<Self> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info()?;
        let mut buffer = vec![
            0;
            reader
                .output_buffer_size()
                .ok_or("the picture is too large")?
        ];
        let frame = reader.next_frame(&mut buffer)?;
        let channels = frame.color_type.samples();
        if channels < 3 {
            return Err("the screenshot has no colours".into());
        }
        let pixels = buffer[..frame.buffer_size()]
            .chunks_exact(channels)
            .map(|pixel| [pixel[0], pixel[1], pixel[2]])
            .collect();
        Ok(Self {
            width: frame.width as usize,
            pixels,
        })
    }

    /// Connected regions whose pixels `matches`, of at least `area_min` pixels.
    pub(crate) fn blobs(&self, area_min: usize, matches: impl Fn([u8; 3]) -> bool) -> Vec<Blob> {
        let mut seen = vec![false; self.pixels.len()];
        let mut found = Vec::new();
        for start in 0..self.pixels.len() {
            if seen[start] || !matches(self.pixels[start]) {
                continue;
            }
            let blob = self.flood(start, &mut seen, &matches);
            if blob.area >= area_min {
                found.push(blob);
            }
        }
        found
    }

    fn flood(&self, start: usize, seen: &mut [bool], matches: &impl Fn([u8; 3]) -> bool) -> Blob {
        let (mut left, mut right, mut top, mut bottom) = (usize::MAX, 0, usize::MAX, 0);
        let mut area = 0;
        let mut waiting = vec![start];
        seen[start] = true;
        while let Some(at) = waiting.pop() {
            let (x, y) = (at % self.width, at / self.width);
            (left, right, top, bottom) = (left.min(x), right.max(x), top.min(y), bottom.max(y));
            area += 1;
            let beside = [
                (x > 0).then(|| at - 1),
                (x + 1 < self.width).then_some(at + 1),
                at.checked_sub(self.width),
                Some(at + self.width).filter(|below| *below < self.pixels.len()),
            ];
            for next in beside.into_iter().flatten() {
                if !seen[next] && matches(self.pixels[next]) {
                    seen[next] = true;
                    waiting.push(next);
                }
            }
        }
        Blob {
            x: (left + right + 1) as f64 / 2.0,
            y: (top + bottom + 1) as f64 / 2.0,
            width: right + 1 - left,
            height: bottom + 1 - top,
            area,
        }
    }
}

#[test]
fn regions_of_one_colour_are_found_with_their_middle_and_size() {
    let mut pixels = vec![[0, 0, 0]; 8 * 4];
    for (x, y) in [(1, 1), (2, 1), (1, 2), (2, 2), (6, 0)] {
        pixels[y * 8 + x] = [255, 0, 0];
    }
    let picture = Picture { width: 8, pixels };
    let red = |pixel: [u8; 3]| pixel[0] > 200;
    let square = Blob {
        x: 2.0,
        y: 2.0,
        width: 2,
        height: 2,
        area: 4,
    };
    assert_eq!(picture.blobs(2, red), [square]);
    assert_eq!(picture.blobs(1, red).len(), 2);
}
