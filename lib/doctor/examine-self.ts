import type { IdentityChoice } from '../app.ts';
import type { Clock } from '../clock.ts';
import type { Sleep } from '../sleep.ts';
import { CHECKS } from './checks.ts';
import type { DoctorReport } from './doctor-report.ts';
import { examine } from './examine.ts';

/** Azure ends an HTTP request to a function after 230 seconds. */
const LIMIT_SECONDS = 200;

/** Runs the checks in the app, with its own identity and settings. */
export function examineSelf(
  environment: Readonly<Record<string, string | undefined>>,
  { clock, sleep }: { readonly clock: Clock; readonly sleep: Sleep },
): Promise<DoctorReport> {
  return examine(environment, {
    checks: CHECKS,
    identity: identityIn(environment),
    clock,
    sleep,
    stop: new AbortController().signal,
    limitSeconds: LIMIT_SECONDS,
    tell: () => undefined,
  });
}

/** Only App Service has an identity endpoint, so the app's identity is available only there. */
export function identityIn(
  environment: Readonly<Record<string, string | undefined>>,
): IdentityChoice {
  return environment.IDENTITY_ENDPOINT === undefined ? 'signed-in' : 'app';
}
