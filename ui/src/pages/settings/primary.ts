import type { PrimaryMethod } from "../../wire/PrimaryMethod";
import type { PrimaryReport } from "../../wire/PrimaryReport";

/** What the primary may become: where the organisation has set it, only what it is. */
export function methodsOf(primary: PrimaryReport): PrimaryMethod[] {
  if (primary.choice === "setting") return [primary.method];
  return primary.allowed.includes(primary.method) ? primary.allowed : [primary.method, ...primary.allowed];
}
