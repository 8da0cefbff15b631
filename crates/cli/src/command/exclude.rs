//! Applications that are filled only when the user asks.

use crate::agent::tell;
use crate::arguments::Exclude;
use crate::failure::Failure;
use crate::find;
use crate::screen::Screen;
use countersign_model::TemplateId;
use countersign_wire::Request;

pub(crate) fn run(command: &Exclude, screen: &mut Screen) -> Result<u8, Failure> {
    match command {
        Exclude::List(format) => {
            let excluded = find::exclusions()?;
            if format.json {
                screen.json("exclusions", &excluded)?;
            } else if excluded.is_empty() {
                screen.say("no application is excluded")?;
            }
            for template in excluded.iter().filter(|_| !format.json) {
                screen.say(template)?;
            }
        }
        Exclude::Add { template } => {
            let found = find::template(template)?;
            tell(&Request::Exclude { template: found.id }, &[])?;
            screen.say(format_args!("{} is filled only when you ask", found.name))?;
        }
        // Its template may be gone by now.
        Exclude::Remove { template } => {
            let id = TemplateId::from(template.as_str());
            let id = match find::exclusions()?.contains(&id) {
                true => id,
                false => find::template(template)?.id,
            };
            tell(&Request::Include { template: id.clone() }, &[])?;
            screen.say(format_args!("{id} is filled by itself again"))?;
        }
    }
    Ok(0)
}
