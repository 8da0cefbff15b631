import type { DraftChoice } from "./DraftChoice";
import type { DraftControl } from "./DraftControl";
import type { Explanation } from "./Explanation";
import type { TemplateId } from "./TemplateId";

export type Draft = { id: TemplateId, kind: string, template: string, fixture: string, choices: Array<DraftChoice>, controls: Array<DraftControl>, notes: Array<string>, tried: Explanation | null, };
