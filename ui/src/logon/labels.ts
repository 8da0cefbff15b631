import { t } from "../language";
import type { FieldName } from "../wire/FieldName";
import type { TemplateField } from "../wire/TemplateField";

const USUAL = ["username", "password", "third", "fourth"];

/** What people call a field: as its template says, else by its usual name. */
export function fieldLabel(name: FieldName, field?: TemplateField): string {
  return field?.label ?? (USUAL.includes(name) ? t(`field-${name}`) : name);
}
