import "./look/tokens.css";
import "./look/base.css";
import { flushSync, mount, type Component } from "svelte";
import { pageArgument, pageReady, type PageName } from "./agent";
import { speak, t } from "./language";
import { readOnce } from "./reading.svelte";

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
  flushSync();
  await readOnce();
  await painted();
  await pageReady().catch(() => undefined);
}

/** A window that is not on the screen yet paints nothing: it is not waited for. */
const UNSEEN_MS = 100;

/** Once what is in the document is on the screen. */
async function painted(): Promise<void> {
  const frame = new Promise<void>((done) => requestAnimationFrame(() => setTimeout(done)));
  await Promise.race([frame, new Promise((done) => setTimeout(done, UNSEEN_MS))]);
}
