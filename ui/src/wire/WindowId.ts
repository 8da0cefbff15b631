export type WindowId = number;
