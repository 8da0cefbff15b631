export type UserId = string;
