import "./look/tokens.css";
import "./look/base.css";
import { mount, type Component } from "svelte";
import { pageArgument, pageReady, type PageName } from "./agent";
import { speak, t } from "./language";

/** What every page is given. */
export type PageProps = {
  /** What it was opened for. */
  argument: string | null;
};

/** Shows a page in the user's language. */
export async function open(name: PageName, page: Component<PageProps> | Component<Record<string, never>>): Promise<void> {
  const [argument, language] = await Promise.all([pageArgument().catch(() => null), speak(name, navigator.languages)]);
  document.documentElement.lang = language.tag;
  document.documentElement.dir = language.direction;
  document.title = t(`${name}-title`);
  mount(page as Component<PageProps>, { target: document.body, props: { argument } });
  // After the first paint of it.
  requestAnimationFrame(() => setTimeout(() => void pageReady().catch(() => undefined)));
}
