import { setTimeout as delay } from 'node:timers/promises';
import type { Az } from './az.ts';
import type { Installation } from './installation.ts';
import { planRemoval, type Step } from './plan.ts';
import { readAzure } from './read-azure.ts';

/** A resource that was in use can be deleted some minutes later. */
const ATTEMPTS = 10;

export interface RemovalOptions {
  readonly az: Az;
  /** If false, only lists the steps. */
  readonly yes: boolean;
  /** Milliseconds between two attempts at one step. */
  readonly waitMs: number;
  readonly say: (line: string) => void;
}

/** Returns false if a step failed. Throws, before any change, if Azure cannot be read. */
export async function removeInstallation(
  installation: Installation,
  options: RemovalOptions,
): Promise<boolean> {
  const { az, yes, say } = options;
  const { steps, left } = planRemoval(installation, readAzure(az, installation));
  const failed: string[] = [];
  for (const step of steps) {
    const fault = yes ? await faultOf(step, options) : undefined;
    if (fault === undefined) say(`${yes ? 'done     ' : 'would do '}  ${step.what}`);
    else failed.push(`FAILED     ${step.what}: ${fault}`);
  }
  for (const what of left) say(`kept       ${what}`);
  for (const line of failed) say(line);
  if (!yes) say('Nothing was removed. To remove: npm run remove -- --yes');
  return failed.length === 0;
}

/** Runs a step with retries. Returns az's last error, or undefined if the step succeeds. */
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
