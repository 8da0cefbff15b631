export type TemplateId = string;
