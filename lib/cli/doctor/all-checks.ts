import type { Check } from '../../doctor/check.ts';
import { CHECKS } from '../../doctor/checks.ts';
import { probeChecks } from './probe-checks.ts';

/** All checks of `patchwright doctor --probe`. */
export const ALL_CHECKS: readonly Check[] = [...CHECKS, ...probeChecks];
