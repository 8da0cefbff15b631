use crate::agent::ask;
use crate::arguments::Settings;
use crate::failure::Failure;
use crate::screen::Screen;
use crate::words::{layer, table};
use countersign_model::{SettingValue, setting};
use countersign_wire::{Reply, Request, SettingReport};

pub(crate) fn run(settings: &Settings, screen: &mut Screen) -> Result<u8, Failure> {
    if let Some(name) = &settings.name
        && setting(name).is_none()
    {
        return Err(Failure::NoSuch {
            message: format!("there is no setting `{name}`"),
            next: "`countersign settings` lists them".to_owned(),
        });
    }
    let Reply::Settings(reports) = ask(&Request::Settings {
        name: settings.name.clone(),
    })?
    else {
        return Err(Failure::OtherAnswer);
    };
    if settings.format.json {
        screen.json("settings", &reports)?;
    } else if settings.name.is_some() {
        for report in &reports {
            screen.say(format_args!(
                "{} = {}\n  from     {}\n  default  {}\n  {}",
                report.name,
                value(&report.value),
                source(report),
                if report.default.is_empty() {
                    "worked out at start"
                } else {
                    &report.default
                },
                report.doc
            ))?;
        }
    } else {
        let rows: Vec<[String; 3]> = reports
            .iter()
            .map(|report| [report.name.clone(), value(&report.value), source(report)])
            .collect();
        screen.say(table(&rows))?;
    }
    Ok(0)
}

fn value(value: &SettingValue) -> String {
    match value {
        SettingValue::Switch(on) => on.to_string(),
        SettingValue::Number(number) => number.to_string(),
        SettingValue::Words(words) => format!("{words:?}"),
        SettingValue::Text(text) => format!("{text:?}"),
    }
}

fn source(report: &SettingReport) -> String {
    let layer = layer(report.layer);
    match &report.place {
        Some(place) => format!("{layer} ({place})"),
        None => layer.to_owned(),
    }
}
