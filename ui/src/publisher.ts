import type { IconName } from "./components/Icon.svelte";
import { t } from "./language";
import type { Publisher } from "./wire/Publisher";

/** Who answers for a template, as a badge says it. */
export function publisherWords(publisher: Publisher): { icon: IconName; text: string; title: string } {
  if (typeof publisher === "object") {
    const { name, organisation } = publisher.signed;
    return { icon: "signed", text: t("publisher-signed"), title: t("publisher-signed-by", { name, organisation }) };
  }
  const icon = ({ package: "package", unsigned: "own", "unsigned-elsewhere": "own" } as const)[publisher];
  return { icon, text: t(`publisher-${publisher}`), title: t(`publisher-${publisher}-says`) };
}
