//! What the agent says, as far as an import goes by it.

use super::{Application, ApplicationField, Held};
use countersign_wire::{LogonSummary, TemplateSummary};

impl From<TemplateSummary> for Application {
    fn from(template: TemplateSummary) -> Self {
        let fields = template.fields.into_iter().map(|field| ApplicationField {
            name: field.name,
            label: field.label,
            kind: field.kind,
            required: field.required,
            default: field.default,
            max_length: field.max_length,
            one_time: field.totp,
        });
        Self {
            fields: fields.collect(),
            template: template.id,
            name: template.name,
            executables: template.executables,
            multiple: template.multiple,
        }
    }
}

impl From<LogonSummary> for Held {
    fn from(logon: LogonSummary) -> Self {
        Self {
            template: logon.template,
            label: logon.label,
            plain: logon.plain.into_iter().map(|field| (field.name, field.value)).collect(),
        }
    }
}
