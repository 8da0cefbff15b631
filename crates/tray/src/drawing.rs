//! The icon, drawn. Each state has its own outline or sign, and its own colour: either tells them apart.

/// What the icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Look {
    /// A closed padlock.
    Locked,
    /// A check mark in a shield.
    Ready,
    /// Two arrows, up and down, in a shield.
    Syncing,
    /// An exclamation mark in a triangle.
    Attention,
    /// An empty shield, struck through.
    Offline,
    /// Two bars in a disc.
    Paused,
}

/// The sizes hosts ask for, in pixels.
pub(crate) const SIZES: [u16; 5] = [16, 22, 24, 32, 48];
/// Each pixel is looked at in so many places, across and down.
const SAMPLES: u16 = 8;
const LIGHT: [u8; 3] = [0xff, 0xff, 0xff];

/// What is at a point of the unit square; y grows downwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ink {
    Nothing,
    Ground,
    Sign,
}

impl Look {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 6] = [
        Self::Locked,
        Self::Ready,
        Self::Syncing,
        Self::Attention,
        Self::Offline,
        Self::Paused,
    ];

    /// Its name in an icon theme.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Locked => "countersign-locked",
            Self::Ready => "countersign-ready",
            Self::Syncing => "countersign-syncing",
            Self::Attention => "countersign-attention",
            Self::Offline => "countersign-offline",
            Self::Paused => "countersign-paused",
        }
    }

    /// Seen on light panels and on dark ones.
    fn colour(self) -> [u8; 3] {
        match self {
            Self::Locked => [0x7d, 0x86, 0x96],
            Self::Ready => [0x1f, 0x9d, 0x55],
            Self::Syncing => [0x2b, 0x7d, 0xe0],
            Self::Attention => [0xe0, 0x7b, 0x00],
            Self::Offline => [0x98, 0x9d, 0xa6],
            Self::Paused => [0x7c, 0x5c, 0xd6],
        }
    }

    fn ink(self, x: f32, y: f32) -> Ink {
        let on = |ground: bool, sign: bool| match (ground, sign) {
            (_, true) => Ink::Sign,
            (true, false) => Ink::Ground,
            (false, false) => Ink::Nothing,
        };
        match self {
            Self::Locked => on(padlock(x, y), keyhole(x, y)),
            Self::Ready => on(
                shield(x, y, 0.0),
                stroke(x, y, [(0.30, 0.46), (0.44, 0.61)], 0.065) || stroke(x, y, [(0.44, 0.61), (0.71, 0.31)], 0.065),
            ),
            Self::Syncing => on(shield(x, y, 0.0), arrow(x, y) || arrow(1.0 - x, 0.92 - y)),
            Self::Attention => on(
                triangle(x, y),
                stroke(x, y, [(0.5, 0.38), (0.5, 0.60)], 0.065) || within(x, y, (0.5, 0.77), 0.075),
            ),
            Self::Offline => {
                let bar = stroke(x, y, [(0.12, 0.86), (0.88, 0.10)], 0.06);
                let gap = stroke(x, y, [(0.12, 0.86), (0.88, 0.10)], 0.13);
                let rim = shield(x, y, 0.0) && !shield(x, y, 0.11);
                on(bar || (rim && !gap), false)
            }
            Self::Paused => on(
                within(x, y, (0.5, 0.5), 0.46),
                (0.28..0.72).contains(&y) && ((0.31..0.44).contains(&x) || (0.56..0.69).contains(&x)),
            ),
        }
    }
}

/// A square picture of `size` pixels a side: four bytes each, alpha, red, green, blue.
pub(crate) fn draw(look: Look, size: u16) -> Vec<u8> {
    let mut picture = Vec::with_capacity(usize::from(size) * usize::from(size) * 4);
    for row in 0..size {
        for column in 0..size {
            picture.extend(pixel(look, (column, row), size));
        }
    }
    picture
}

fn pixel(look: Look, (column, row): (u16, u16), size: u16) -> [u8; 4] {
    let scale = f32::from(size * SAMPLES);
    let at = |whole: u16, part: u16| (f32::from(whole * SAMPLES + part) + 0.5) / scale;
    let (mut ground, mut sign) = (0_u32, 0_u32);
    for down in 0..SAMPLES {
        for across in 0..SAMPLES {
            match look.ink(at(column, across), at(row, down)) {
                Ink::Nothing => {}
                Ink::Ground => ground += 1,
                Ink::Sign => sign += 1,
            }
        }
    }
    let inked = ground + sign;
    let mixed = |dark: u8, light: u8| {
        let sum = u32::from(dark) * ground + u32::from(light) * sign;
        byte(sum.checked_div(inked).unwrap_or_default())
    };
    let [red, green, blue] = look.colour();
    let all = u32::from(SAMPLES) * u32::from(SAMPLES);
    [
        byte(inked * 255 / all),
        mixed(red, LIGHT[0]),
        mixed(green, LIGHT[1]),
        mixed(blue, LIGHT[2]),
    ]
}

fn byte(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

/// The shield, so much smaller all round.
fn shield(x: f32, y: f32, inset: f32) -> bool {
    let (top, shoulder, tip, half) = (0.04 + inset, 0.45, 0.98 - inset * 1.4, 0.42 - inset);
    let from_middle = (x - 0.5).abs();
    if y < top || y > tip {
        return false;
    }
    if y <= shoulder {
        return from_middle <= half;
    }
    let down = (y - shoulder) / (tip - shoulder);
    from_middle <= half * (1.0 - down * down).max(0.0).powf(0.8)
}

fn triangle(x: f32, y: f32) -> bool {
    let (top, bottom) = (0.05, 0.95);
    (top..bottom).contains(&y) && (x - 0.5).abs() <= 0.05 + 0.44 * (y - top) / (bottom - top)
}

/// Body and shackle.
fn padlock(x: f32, y: f32) -> bool {
    let body = (0.44..0.94).contains(&y) && (x - 0.5).abs() <= 0.36;
    let (outer, inner) = (0.27, 0.15);
    let bow = y < 0.34 && within(x, y, (0.5, 0.34), outer) && !within(x, y, (0.5, 0.34), inner);
    let legs = (0.34..0.44).contains(&y) && (inner..=outer).contains(&(x - 0.5).abs());
    body || bow || legs
}

fn keyhole(x: f32, y: f32) -> bool {
    within(x, y, (0.5, 0.62), 0.09) || ((0.62..0.82).contains(&y) && (x - 0.5).abs() <= 0.05)
}

/// One that points up, left of the middle.
fn arrow(x: f32, y: f32) -> bool {
    let (shaft, head) = (0.36, 0.22);
    let stem = (x - shaft).abs() <= 0.055 && (head + 0.1..0.70).contains(&y);
    let point = (head..head + 0.17).contains(&y) && (x - shaft).abs() <= (y - head) * 0.9;
    stem || point
}

fn within(x: f32, y: f32, (middle_x, middle_y): (f32, f32), radius: f32) -> bool {
    (x - middle_x).hypot(y - middle_y) <= radius
}

/// A line with round ends.
fn stroke(x: f32, y: f32, [from, to]: [(f32, f32); 2], radius: f32) -> bool {
    let (along_x, along_y) = (to.0 - from.0, to.1 - from.1);
    let length = along_x * along_x + along_y * along_y;
    let part = (((x - from.0) * along_x + (y - from.1) * along_y) / length).clamp(0.0, 1.0);
    within(x, y, (from.0 + part * along_x, from.1 + part * along_y), radius)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a colour-blind eye sees the coloured ground: neither background nor sign.
    fn shape(look: Look, size: u16) -> Vec<bool> {
        let picture = draw(look, size);
        let light = |pixel: &[u8]| {
            let [red, green, blue] = look.colour();
            let whitest = u16::from(red.min(green).min(blue));
            let of_pixel = u16::from(pixel[1].min(pixel[2]).min(pixel[3]));
            of_pixel > (whitest + 255) / 2
        };
        picture.chunks(4).map(|pixel| pixel[0] > 127 && !light(pixel)).collect()
    }

    #[test]
    fn each_state_has_a_shape_of_its_own_at_every_size() {
        for size in SIZES {
            let pixels = usize::from(size) * usize::from(size);
            for (number, one) in Look::ALL.into_iter().enumerate() {
                let of_one = shape(one, size);
                let inked = of_one.iter().filter(|inked| **inked).count();
                assert!(inked * 10 > pixels, "{one:?} is faint at {size}: {inked} of {pixels}");
                for other in Look::ALL.into_iter().skip(number + 1) {
                    let of_other = shape(other, size);
                    let differ = of_one.iter().zip(&of_other).filter(|(a, b)| a != b).count();
                    assert!(
                        differ * 14 > pixels,
                        "{one:?} and {other:?} look alike at {size}: {differ} of {pixels}"
                    );
                }
            }
        }
    }

    #[test]
    fn no_two_states_share_a_colour_and_pictures_have_their_size() {
        let mut colours: Vec<_> = Look::ALL.into_iter().map(Look::colour).collect();
        colours.sort_unstable();
        colours.dedup();
        assert_eq!(colours.len(), Look::ALL.len());
        for size in SIZES {
            let picture = draw(Look::Ready, size);
            assert_eq!(picture.len(), usize::from(size) * usize::from(size) * 4);
            assert_eq!(picture[0], 0, "the corner is clear");
        }
    }

    /// Kept where COUNTERSIGN_PICTURES names a folder, for people to look at.
    #[test]
    fn every_picture_is_one() {
        let kept = std::env::var_os("COUNTERSIGN_PICTURES").map(std::path::PathBuf::from);
        let temporary = tempfile::tempdir().unwrap();
        let folder = kept.unwrap_or_else(|| temporary.path().to_owned());
        for look in Look::ALL {
            for size in SIZES {
                let path = folder.join(format!("{}-{size}.png", look.name()));
                let mut encoder = png::Encoder::new(std::fs::File::create(&path).unwrap(), size.into(), size.into());
                encoder.set_color(png::ColorType::Rgba);
                let mut picture = draw(look, size);
                picture.chunks_mut(4).for_each(|pixel| pixel.rotate_left(1));
                encoder.write_header().unwrap().write_image_data(&picture).unwrap();
                let file = std::io::BufReader::new(std::fs::File::open(&path).unwrap());
                let read = png::Decoder::new(file).read_info().unwrap();
                assert_eq!((read.info().width, read.info().height), (size.into(), size.into()));
            }
        }
    }
}
