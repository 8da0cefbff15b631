import { AgentError, failureOf, onChange } from "./agent";
import { onMount } from "svelte";

/**
 * Something that is read from the agent, and read again when the agent says that something changed.
 *
 * What was read last stays when reading fails.
 */
export class Reading<T> {
  value = $state.raw<T | null>(null);
  failure = $state.raw<AgentError | null>(null);
  #read: (before: T | null) => Promise<T>;
  #latest = 0;

  constructor(read: (before: T | null) => Promise<T>) {
    this.#read = read;
  }

  /** Reads it now. A slower answer to an earlier question is dropped. */
  again = async (): Promise<void> => {
    const mine = ++this.#latest;
    try {
      const value = await this.#read(this.value);
      if (mine === this.#latest) [this.value, this.failure] = [value, null];
    } catch (cause) {
      if (mine === this.#latest) this.failure = failureOf(cause);
    }
  };
}

/** What pages began to read when they were shown. */
const firsts: Promise<void>[] = [];

/** Once everything a page reads at its beginning was read, or could not be. */
export async function readOnce(): Promise<void> {
  await Promise.allSettled(firsts.splice(0));
}

/** A reading that lasts as long as the component that makes it. `read` is given what was read before. */
export function reading<T>(read: (before: T | null) => Promise<T>): Reading<T> {
  const made = new Reading(read);
  onMount(() => {
    firsts.push(made.again());
    const listening = onChange(() => void made.again());
    return () => void listening.then((end) => end());
  });
  return made;
}

/** Something that is done once at a time, and may fail. */
export class Doing {
  busy = $state(false);
  failure = $state.raw<AgentError | null>(null);

  /** Does it. Resolves to whether it was done. */
  run = async (work: () => Promise<void>): Promise<boolean> => {
    if (this.busy) return false;
    this.busy = true;
    this.failure = null;
    try {
      await work();
      return true;
    } catch (cause) {
      this.failure = failureOf(cause);
      return false;
    } finally {
      this.busy = false;
    }
  };
}
