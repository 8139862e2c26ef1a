import type { Check } from '../../doctor/check.ts';
import { CHECKS } from '../../doctor/checks.ts';
import { probeChecks } from './probe-checks.ts';

/** Everything that `patchwright doctor --probe` looks at. */
export const ALL_CHECKS: readonly Check[] = [...CHECKS, ...probeChecks];
