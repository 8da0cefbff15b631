import type { ParentWindow } from "./ParentWindow";

export type Stance = { visible: boolean, minimised: boolean, parent: ParentWindow | null, };
