//! Lints of what a template says of itself, of `[fill]` and of `[loop]`.

use super::Report;
use crate::spans::item;
use countersign_model::Reauthenticate;

/// The bounds of the settings that a template may set for itself.
const MINUTES: std::ops::RangeInclusive<u32> = 1..=1440;
const FILLS: std::ops::RangeInclusive<u32> = 1..=20;
const GRACE: std::ops::RangeInclusive<u32> = 5..=3600;
const RETRIES: std::ops::RangeInclusive<u32> = 0..=5;

pub(super) fn behaviour(report: &mut Report<'_>) {
    let template = &report.parsed.template;
    if !template.enabled {
        report.warn(
            "enabled",
            "nothing is filled by this template",
            "write `enabled = true` when it is ready",
        );
    }
    for (index, platform) in template.platforms.iter().enumerate() {
        if template.platforms.iter().take(index).any(|earlier| earlier == platform) {
            report.error(
                &item("platforms", index),
                "this platform is there twice",
                "name it once",
            );
        }
    }
    if template
        .icon
        .as_ref()
        .is_some_and(|icon| icon.trim().is_empty() || icon.contains('/'))
    {
        let help = "write its name as the desktop entry has it, without folder and ending";
        report.error("icon", "this is not the name of an icon", help);
    }
    let (fill, limits) = (&template.fill, &template.limits);
    if let Reauthenticate::Minutes(minutes) = fill.reauthenticate
        && !MINUTES.contains(&minutes)
    {
        report.error(
            "fill.reauthenticate",
            format!("{minutes} minutes are out of bounds"),
            "write 1 to 1440, or \"each\"",
        );
    }
    if fill.service && fill.reauthenticate != Reauthenticate::Never {
        let message = "nobody sits before a service's logon to type a password again";
        report.error("fill.reauthenticate", message, "remove `service` or `reauthenticate`");
    }
    if fill.service && !fill.automatic {
        report.error(
            "fill.automatic",
            "nobody sits before a service's logon to fill it by hand",
            "remove `service`, or fill it automatically",
        );
    }
    let bounds = [
        ("loop.fills", limits.fills, FILLS),
        ("loop.grace_seconds", limits.grace_seconds, GRACE),
        ("loop.retries", Some(limits.retries), RETRIES),
    ];
    for (path, number, bounds) in bounds {
        if number.is_some_and(|number| !bounds.contains(&number)) {
            let help = format!("write {} to {}", bounds.start(), bounds.end());
            report.error(path, "this is out of bounds", help);
        }
    }
    if limits.retries > 0 {
        let message = "a logon that was refused is sent again, and enough refusals lock an account";
        report.warn(
            "loop.retries",
            message,
            "add a `logon-failed` form, which stops at once; keep this only where the application fails by itself",
        );
    }
}
