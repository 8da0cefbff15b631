//! What clients are told of the templates in force.

use countersign_model::FieldName;
use countersign_rules::LoadedTemplate;
use countersign_wire::{TemplateField, TemplateSummary};
use std::collections::BTreeSet;

/// A template as a client needs it to store logons and to list applications.
pub(crate) fn summary(loaded: &LoadedTemplate) -> TemplateSummary {
    let template = loaded.template();
    let logon = &template.logon;
    let field = |name: &FieldName| {
        let spec = logon.spec(name);
        TemplateField {
            name: name.clone(),
            kind: logon.kind(name),
            mask: logon.masks(name),
            label: spec.label,
            required: spec.required,
            default: spec.default,
            max_length: spec.max_length,
            totp: spec.totp.is_some(),
        }
    };
    let programs = template.form.iter().flat_map(|form| &form.window.executable);
    let executables: BTreeSet<String> = programs.map(|program| program.0.clone()).collect();
    TemplateSummary {
        fields: logon.own().map(field).collect(),
        publisher: loaded.publisher.clone(),
        place: loaded.place().to_owned(),
        in_use: template.unused().is_none(),
        multiple: logon.multiple,
        bulk_add: logon.bulk_add,
        may_exclude: template.fill.exclude,
        executables: executables.into_iter().collect(),
        group: template.logon.group,
        policy: template.logon.policy,
        id: template.id,
        name: template.name,
        description: template.description,
        revision: template.revision,
        notes: template.notes,
        icon: template.icon,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_model::{FieldKind, Publisher, TemplateId};
    use countersign_rules::{TemplateSet, parse_template};

    const TEXT: &str = r#"
schema = 1
id = "org.example.App"
name = "App"
description = "Books the hours"
revision = 7
notes = "Asks twice after an update"
icon = "org.example.App"
[logon]
fields = ["username", "customer", "code", "host"]
group = "office"
policy = "company"
multiple = false
bulk_add = true
[logon.field.username]
label = "Login"
required = true
max_length = 20
[logon.field.customer]
kind = "plain"
default = "4711"
mask = true
[logon.field.code]
mask = false
[logon.field.code.totp]
[logon.field.host]
kind = "plain"
rule = { environment = "HOSTNAME" }
[fill]
exclude = false
[[form]]
kind = "ignore"
[form.window]
executable = ["/usr/bin/app", "/opt/app/*"]
title = "What is new"
[[form]]
kind = "ignore"
[form.window]
executable = ["/usr/bin/app"]
title = "Tip of the day"
"#;

    fn told(text: &str) -> TemplateSummary {
        let parsed = parse_template("app.toml", text.as_bytes()).unwrap();
        let (set, problems) = TemplateSet::build(vec![(Publisher::Package, parsed)]);
        let loaded = set.get(&TemplateId::from("org.example.App"));
        summary(loaded.unwrap_or_else(|| panic!("{problems:?}")))
    }

    #[test]
    fn clients_are_told_what_stands_in_the_template() {
        let all = told(TEXT);
        assert_eq!(all.description.as_deref(), Some("Books the hours"));
        assert_eq!(all.notes.as_deref(), Some("Asks twice after an update"));
        assert_eq!((all.icon.as_deref(), all.revision), (Some("org.example.App"), 7));
        assert_eq!(
            (all.group.as_deref(), all.policy.as_deref()),
            (Some("office"), Some("company"))
        );
        assert_eq!(
            (all.multiple, all.bulk_add, all.may_exclude, all.in_use),
            (false, true, false, true)
        );
        let names: Vec<_> = all.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(
            names,
            ["username", "customer", "code"],
            "what is worked out is asked of nobody"
        );
        assert_eq!(all.executables, ["/opt/app/*", "/usr/bin/app"]);
        let [login, customer, code] = <[TemplateField; 3]>::try_from(all.fields).unwrap();
        assert_eq!(
            (login.label.as_deref(), login.required, login.max_length),
            (Some("Login"), true, Some(20))
        );
        assert_eq!((login.kind, login.mask), (FieldKind::Plain, false));
        assert_eq!((customer.default.as_deref(), customer.mask), (Some("4711"), true));
        assert_eq!((code.kind, code.mask, code.totp), (FieldKind::Secret, false, true));
    }

    #[test]
    fn what_is_left_out_is_usual() {
        let plain = told(
            "schema = 1\nid = \"org.example.App\"\nname = \"App\"\n[logon]\nfields = [\"username\", \"password\"]\n",
        );
        assert_eq!(
            (plain.multiple, plain.bulk_add, plain.may_exclude, plain.in_use),
            (true, false, true, true)
        );
        let masks: Vec<_> = plain.fields.iter().map(|field| field.mask).collect();
        assert_eq!(masks, [false, true]);
        for off in ["enabled = false", "platforms = [\"windows\", \"macos\"]"] {
            let text = TEXT.replace("revision = 7", off);
            assert_eq!(told(&text).in_use, off.contains(std::env::consts::OS), "{off}");
        }
    }
}
