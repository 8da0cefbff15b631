//! From an entry to the fields of a template's logon.

use super::{Addition, Application, ApplicationField, Fate, site};
use crate::address::{Address, origin};
use crate::entry::Entry;
use countersign_model::{FieldKind, FieldName};
use countersign_secret::Password;

/// Where a template has no field called so, these are the user name's.
const USER_NAMES: [&str; 5] = ["username", "user", "login", "account", "email"];

/// What becomes of an entry with this template, and what of it has no place there. The secrets are taken out of the entry.
pub(super) fn fit(entry: &mut Entry, application: &Application) -> (Fate, Vec<String>) {
    let mut fitting = Fitting::of(application);
    let unfit = |why: String| {
        let template = application.template.clone();
        (Fate::Unfit { template, why }, Vec::new())
    };
    let mut missing = Vec::new();
    for field in &application.fields {
        match fitting.field(entry, field) {
            Ok(true) => {}
            Ok(false) if field.required && field.default.is_none() => missing.push(called(field)),
            Ok(false) => {}
            Err(why) => return unfit(why),
        }
    }
    if !missing.is_empty() {
        return unfit(format!("it has nothing for {}", missing.join(", ")));
    }
    if fitting.addition.secrets.is_empty() {
        return unfit("none of its secrets has a field there".to_owned());
    }
    let not_taken = fitting.not_taken(entry);
    let mut addition = fitting.addition;
    addition.label = match entry.title.trim() {
        "" => site(entry).unwrap_or_default(),
        title => title.to_owned(),
    };
    (Fate::Added(addition), not_taken)
}

struct Fitting {
    addition: Addition,
    /// The field that the user name goes into.
    user_name: Option<FieldName>,
    /// The field that the password goes into.
    password: Option<FieldName>,
    /// Further fields that were taken, by where they are in the entry.
    used: Vec<usize>,
}

impl Fitting {
    fn of(application: &Application) -> Self {
        let plain = |field: &&ApplicationField| field.kind == FieldKind::Plain;
        let secret = |field: &&ApplicationField| field.kind == FieldKind::Secret && !field.one_time;
        let user_name = USER_NAMES.iter().find_map(|name| {
            let mut fields = application.fields.iter().filter(plain);
            fields.find(|field| field.name.as_str() == *name)
        });
        let mut secrets = application.fields.iter().filter(secret);
        let password = match application
            .fields
            .iter()
            .find(|field| field.name.as_str() == "password")
        {
            Some(field) => Some(field),
            None => secrets.next().filter(|_| secrets.next().is_none()),
        };
        Self {
            addition: Addition {
                template: application.template.clone(),
                application: application.name.clone(),
                label: String::new(),
                plain: Vec::new(),
                secret_fields: Vec::new(),
                secrets: Vec::new(),
            },
            user_name: user_name.map(|field| field.name.clone()),
            password: password.map(|field| field.name.clone()),
            used: Vec::new(),
        }
    }

    /// Takes what is for this field; whether there is anything.
    fn field(&mut self, entry: &mut Entry, field: &ApplicationField) -> Result<bool, String> {
        let value = if field.one_time {
            entry.one_time.take()
        } else if self.password.as_ref() == Some(&field.name) {
            entry.password.take()
        } else {
            self.plain_value(entry, field)?
        };
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return Ok(false);
        };
        if let Some(most) = field.max_length
            && value.chars() > usize::try_from(most).unwrap_or(usize::MAX)
        {
            return Err(format!(
                "its {} is longer than the {most} characters it may have",
                called(field)
            ));
        }
        match field.kind {
            FieldKind::Plain => self
                .addition
                .plain
                .push((field.name.clone(), value.expose().to_owned())),
            FieldKind::Secret => {
                self.addition.secret_fields.push(field.name.clone());
                self.addition.secrets.push(value);
            }
        }
        Ok(true)
    }

    /// A further field of the same name comes before what the address says.
    fn plain_value(&mut self, entry: &Entry, field: &ApplicationField) -> Result<Option<Password>, String> {
        let too_long = |_| format!("its {} is too long", called(field));
        if self.user_name.as_ref() == Some(&field.name) {
            return Password::from_utf8(entry.user_name.as_bytes())
                .map(Some)
                .map_err(too_long);
        }
        let is_meant = |name: &str| {
            let name = name.to_lowercase();
            name == field.name.as_str().to_lowercase()
                || field.label.as_ref().is_some_and(|label| label.to_lowercase() == name)
        };
        let mut further = entry.further.iter().enumerate();
        if let Some((at, further)) = further.find(|(_, further)| is_meant(&further.name)) {
            self.used.push(at);
            return Password::from_utf8(further.value.expose()).map(Some).map_err(too_long);
        }
        let of_address = entry.addresses.first().and_then(|text| match field.name.as_str() {
            "url" => Some(text.clone()),
            "host" | "server" => Address::read(text)?.server(),
            "site" => origin(text),
            _ => None,
        });
        match of_address {
            Some(text) if field.kind == FieldKind::Plain => Password::from_string(text).map(Some).map_err(too_long),
            _ => Ok(None),
        }
    }

    /// What is still in the entry, in words.
    fn not_taken(&self, entry: &Entry) -> Vec<String> {
        let mut left = Vec::new();
        let mut tell = |is_left: bool, what: &str| {
            if is_left {
                left.push(what.to_owned());
            }
        };
        tell(self.user_name.is_none() && !entry.user_name.is_empty(), "the user name");
        tell(entry.password.is_some(), "the password");
        tell(entry.one_time.is_some(), "the one-time key");
        tell(entry.notes.is_some(), "the notes");
        let further = entry.further.iter().enumerate();
        let further = further.filter(|(at, _)| !self.used.contains(at));
        left.extend(further.map(|(_, further)| format!("the field `{}`", further.name)));
        left.extend(entry.unread.iter().map(|what| (*what).to_owned()));
        left
    }
}

fn called(field: &ApplicationField) -> String {
    field.name.as_str().to_owned()
}
