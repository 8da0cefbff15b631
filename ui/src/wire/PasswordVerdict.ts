export type PasswordVerdict = "taken" | "not-taken";
