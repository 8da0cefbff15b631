import type { FieldName } from "../wire/FieldName";
import type { LogonSummary } from "../wire/LogonSummary";
import type { PlainField } from "../wire/PlainField";
import type { TemplateField } from "../wire/TemplateField";

/** What a request about a logon says of its fields. The secrets travel beside it. */
export type Given = { plain: PlainField[]; secret_fields: FieldName[]; secrets: string[] };

/** A logon while it is typed in. */
export class Draft {
  label = $state("");
  values: Record<FieldName, string> = $state({});
  readonly fields: TemplateField[];
  #stored: LogonSummary | null;

  /** An empty one, or one with what may be shown of a stored logon. */
  constructor(fields: TemplateField[], stored: LogonSummary | null = null) {
    this.fields = fields;
    this.#stored = stored;
    this.label = stored?.label ?? "";
    for (const field of fields) {
      const kept = stored?.plain.find((plain) => plain.name === field.name)?.value;
      this.values[field.name] = kept ?? (stored === null ? (field.default ?? "") : "");
    }
  }

  /** Whether a secret of it is stored: left empty, it stays. */
  keeps(field: TemplateField): boolean {
    return this.#stored?.secret_fields.includes(field.name) ?? false;
  }

  /** Whether something has to be given that is not. */
  isMissing(field: TemplateField): boolean {
    return field.required && (this.values[field.name] ?? "") === "" && !this.keeps(field);
  }

  /** Whether every field may be stored as it is. */
  get isWhole(): boolean {
    return this.fields.every((field) => {
      const length = [...(this.values[field.name] ?? "")].length;
      return !this.isMissing(field) && (field.max_length === null || length <= field.max_length);
    });
  }

  /** Whether anything is typed that would be lost. */
  get isTouched(): boolean {
    const { plain, secret_fields } = this.given();
    const label = this.#stored?.label ?? "";
    const begun = (name: FieldName): string => this.fields.find((field) => field.name === name)?.default ?? "";
    const typed = this.#stored === null ? plain.some(({ name, value }) => value !== begun(name)) : plain.length > 0;
    return typed || this.label !== label || secret_fields.length > 0;
  }

  /** What is new in it. */
  given(): Given {
    const given: Given = { plain: [], secret_fields: [], secrets: [] };
    for (const { name, kind } of this.fields) {
      const value = this.values[name] ?? "";
      const kept = this.#stored?.plain.find((plain) => plain.name === name)?.value ?? "";
      if (kind === "plain" && value !== kept) given.plain.push({ name, value });
      if (kind === "secret" && value !== "") {
        given.secret_fields.push(name);
        given.secrets.push(value);
      }
    }
    return given;
  }

  /** Forgets the secrets that were typed. */
  forget(): void {
    for (const { name, kind } of this.fields) if (kind === "secret") this.values[name] = "";
  }
}

/** The fields of a logon whose template is not in force: the logon itself knows them. */
export function fieldsOf(logon: LogonSummary): TemplateField[] {
  const field = (name: FieldName, kind: TemplateField["kind"]): TemplateField => ({
    name,
    kind,
    label: null,
    mask: kind === "secret",
    required: false,
    default: null,
    max_length: null,
    totp: false,
  });
  return [...logon.plain.map(({ name }) => field(name, "plain")), ...logon.secret_fields.map((name) => field(name, "secret"))];
}
