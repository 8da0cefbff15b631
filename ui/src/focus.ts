/** Puts the focus on the page's heading: where a new step begins, for who reads by keyboard or ear. */
export function focusHeading(): void {
  document.querySelector<HTMLElement>("main h1")?.focus();
}
