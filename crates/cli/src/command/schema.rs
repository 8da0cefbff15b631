use crate::arguments::Schema;
use crate::failure::Failure;
use crate::screen::Screen;
use countersign_schema::render;

/// Prints the schema. Nothing but what goes to the server is on standard output.
pub(crate) fn run(wanted: &Schema, screen: &mut Screen) -> Result<u8, Failure> {
    screen.text(&render(wanted.server))?;
    Ok(0)
}
