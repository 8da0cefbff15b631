//! Pictures of the screen.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt, Drawable, ImageFormat, ImageOrder};

use crate::window::Screen;
use crate::{LabError, Result};

/// Writes what the whole screen shows as a PNG.
pub fn picture(screen: &Screen, path: &Path) -> Result<()> {
    let (width, height) = screen.size();
    taken(screen, screen.root(), (width, height), path)
}

/// Writes what the active window shows, without its frame, as a PNG. Whatever lies over it is in the picture.
pub fn picture_of_active(screen: &Screen, path: &Path) -> Result<()> {
    let window = screen.active().unwrap_or(screen.root());
    let geometry = screen
        .connection()
        .get_geometry(window)
        .map_err(|error| screen.error(error))?
        .reply()
        .map_err(|error| screen.error(error))?;
    taken(screen, window, (geometry.width, geometry.height), path)
}

fn taken(screen: &Screen, drawable: Drawable, (width, height): (u16, u16), path: &Path) -> Result<()> {
    let image = screen
        .connection()
        .get_image(ImageFormat::Z_PIXMAP, drawable, 0, 0, width, height, u32::MAX)
        .map_err(|error| screen.error(error))?
        .reply()
        .map_err(|error| screen.error(error))?;
    let least_first = screen.connection().setup().image_byte_order == ImageOrder::LSB_FIRST;
    let pixels: Vec<u8> = image
        .data
        .chunks_exact(4)
        .flat_map(|pixel| colour(pixel, least_first))
        .collect();
    write(path, u32::from(width), u32::from(height), &pixels)
}

fn colour(pixel: &[u8], least_first: bool) -> [u8; 3] {
    match (pixel, least_first) {
        (&[blue, green, red, _], true) | (&[_, red, green, blue], false) => [red, green, blue],
        _ => [0; 3],
    }
}

fn write(path: &Path, width: u32, height: u32, pixels: &[u8]) -> Result<()> {
    let error = |source| LabError::File {
        action: "write",
        path: path.to_owned(),
        source,
    };
    let file = File::create(path).map_err(error)?;
    let mut encoder = png::Encoder::new(BufWriter::new(file), width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(pixels));
    written.map_err(|source| error(std::io::Error::other(source)))
}
