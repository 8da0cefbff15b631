import type { PolicyNamedBy } from "./PolicyNamedBy";
import type { PolicyRule } from "./PolicyRule";
import type { Publisher } from "./Publisher";

export type PolicyReport = { id: string, name: string, description: string | null, publisher: Publisher, place: string, named_by: PolicyNamedBy, rules: Array<PolicyRule>, };
