import { setTimeout as delay } from 'node:timers/promises';
import type { Az } from './az.ts';
import type { Installation } from './installation.ts';
import { lookAround } from './look.ts';
import { planRemoval, type Step } from './plan.ts';

/** Azure lets go of what was in use within minutes. */
const ATTEMPTS = 10;

export interface RemovalOptions {
  readonly az: Az;
  /** False: only says what it would do. */
  readonly yes: boolean;
  /** Between two attempts at one step. */
  readonly waitMs: number;
  readonly say: (line: string) => void;
}

/** False if something could not be removed. Throws, before any change, if Azure can't be read. */
export async function removeInstallation(
  installation: Installation,
  options: RemovalOptions,
): Promise<boolean> {
  const { az, yes, say } = options;
  const { steps, left } = planRemoval(installation, lookAround(az, installation));
  const failed: string[] = [];
  for (const step of steps) {
    const fault = yes ? await faultOf(step, options) : undefined;
    if (fault === undefined) say(`${yes ? 'done     ' : 'would do '}  ${step.what}`);
    else failed.push(`FAILED     ${step.what}: ${fault}`);
  }
  for (const what of left) say(`left       ${what}`);
  for (const line of failed) say(line);
  if (!yes) say('Nothing was removed. To do it: npm run remove -- --yes');
  return failed.length === 0;
}

/** What az says of a step that fails again and again. */
async function faultOf(step: Step, { az, waitMs }: RemovalOptions): Promise<string | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      az([...step.args, '--output', 'none']);
      return undefined;
    } catch (error) {
      if (attempt === ATTEMPTS) return error instanceof Error ? error.message : String(error);
      await delay(waitMs);
    }
  }
}
