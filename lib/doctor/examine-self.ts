import type { IdentityChoice } from '../app.ts';
import type { Clock } from '../clock.ts';
import type { Sleep } from '../sleep.ts';
import { CHECKS } from './checks.ts';
import type { DoctorReport } from './doctor-report.ts';
import { examine } from './examine.ts';

/** Azure cuts off whoever waits for an HTTP function after 230 seconds. */
const LIMIT_SECONDS = 200;

/** The app looks at what it stands on itself, with its own identity and its own settings. */
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

/** Only App Service gives an identity endpoint: elsewhere the app's identity can't be had. */
export function identityIn(
  environment: Readonly<Record<string, string | undefined>>,
): IdentityChoice {
  return environment.IDENTITY_ENDPOINT === undefined ? 'signed-in' : 'app';
}
