import type { ExitHeld } from "./ExitHeld";
import type { ExitRole } from "./ExitRole";

export type ExitReport = { name: string, role: ExitRole, file: string, sha256: string | null, network: boolean, held: ExitHeld | null, problem: string | null, };
