import { call } from "./agent";
import { t } from "./language";

/** What a user proves himself with, as a field's label: his password, or the passphrase where none is typed. */
export async function proofLabel(): Promise<string> {
  const { reply } = await call("primary");
  return t(`proof-${reply.method}`);
}
