export type Layer = "built-in" | "package" | "machine" | "user" | "directory" | "root";
