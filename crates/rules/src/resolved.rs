//! Which value of a setting counts, and where it comes from.

use crate::settings::SettingsLayer;
use countersign_model::{Layer, SETTINGS, Setting, SettingKind, SettingValue};

/// A setting's value and its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The setting.
    pub setting: &'static Setting,
    /// The value that counts.
    pub value: SettingValue,
    /// The layer it comes from.
    pub layer: Layer,
    /// `file:line:column`, if it comes from a file.
    pub place: Option<String>,
}

/// Every setting with the value that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    all: Vec<Resolved>,
}

impl Default for Settings {
    fn default() -> Self {
        Self::resolve(&[])
    }
}

impl Settings {
    /// Lays layers over the built-in defaults; the highest layer that sets a value counts.
    #[must_use]
    pub fn resolve(layers: &[SettingsLayer]) -> Self {
        let mut ordered: Vec<&SettingsLayer> = layers.iter().collect();
        ordered.sort_by_key(|layer| layer.layer);
        let resolved = |setting: &'static Setting| {
            let from = ordered
                .iter()
                .rev()
                .find_map(|layer| Some((layer.layer, layer.values.get(setting.name)?)));
            match from {
                Some((layer, placed)) => Resolved {
                    setting,
                    value: placed.value.clone(),
                    layer,
                    place: Some(format!("{}:{}:{}", placed.place, placed.at.line, placed.at.column)),
                },
                None => Resolved {
                    setting,
                    value: default(setting),
                    layer: Layer::BuiltIn,
                    place: None,
                },
            }
        };
        Self {
            all: SETTINGS.iter().map(resolved).collect(),
        }
    }

    /// All of them, by name.
    #[must_use]
    pub fn all(&self) -> &[Resolved] {
        &self.all
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Resolved> {
        self.all.iter().find(|resolved| resolved.setting.name == name)
    }

    /// A switch. Off, if there is none of that name.
    #[must_use]
    pub fn switch(&self, name: &str) -> bool {
        matches!(
            self.get(name).map(|resolved| &resolved.value),
            Some(SettingValue::Switch(true))
        )
    }

    /// A number. Zero, if there is none of that name.
    #[must_use]
    pub fn number(&self, name: &str) -> u64 {
        match self.get(name).map(|resolved| &resolved.value) {
            Some(SettingValue::Number(number)) => *number,
            _ => 0,
        }
    }

    /// A list. Empty, if there is none of that name.
    #[must_use]
    pub fn words(&self, name: &str) -> &[String] {
        match self.get(name).map(|resolved| &resolved.value) {
            Some(SettingValue::Words(words)) => words,
            _ => &[],
        }
    }

    /// A text. Empty, if it is to be worked out at start.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        match self.get(name).map(|resolved| &resolved.value) {
            Some(SettingValue::Text(text)) => text,
            _ => "",
        }
    }
}

fn default(setting: &Setting) -> SettingValue {
    match setting.kind {
        SettingKind::Switch => SettingValue::Switch(setting.default == "true"),
        SettingKind::Number(least, _) => SettingValue::Number(setting.default.parse().unwrap_or(least)),
        SettingKind::Words(_) | SettingKind::List(..) => SettingValue::Words(Vec::new()),
        SettingKind::Text | SettingKind::Path | SettingKind::Choice(_) | SettingKind::FileName => {
            let text = setting
                .default
                .strip_prefix('"')
                .and_then(|text| text.strip_suffix('"'));
            SettingValue::Text(text.unwrap_or(setting.default).to_owned())
        }
    }
}
