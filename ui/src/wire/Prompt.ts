import type { Question } from "./Question";
import type { TemplateId } from "./TemplateId";
import type { WindowId } from "./WindowId";

export type Prompt = { window: WindowId, title: string, template: TemplateId, application: string, question: Question, may_exclude: boolean, };
