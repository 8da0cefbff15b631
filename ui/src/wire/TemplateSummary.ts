import type { Publisher } from "./Publisher";
import type { TemplateField } from "./TemplateField";
import type { TemplateId } from "./TemplateId";

export type TemplateSummary = { id: TemplateId, name: string, publisher: Publisher, place: string, fields: Array<TemplateField>, in_use: boolean, description: string | null, revision: number, notes: string | null, icon: string | null, group: string | null, policy: string | null, multiple: boolean, bulk_add: boolean, may_exclude: boolean, };
