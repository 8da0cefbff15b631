import type { Layer } from "./Layer";
import type { TemplateId } from "./TemplateId";

export type PolicyNamedBy = { "template": TemplateId } | { "setting": { layer: Layer, place: string | null, } };
