import type { AccessibilityState } from "./AccessibilityState";
import type { DisplayState } from "./DisplayState";

export type DesktopState = { display: DisplayState, accessibility: AccessibilityState, };
