import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHECKS } from '../../lib/doctor/checks.ts';
import type { FunctionsHost } from '../world/functions-host/functions-host.ts';
import { type Breakages, breakagesOf, type Undo } from './support/breakages.ts';
import { BROKEN_VARIANTS } from './support/broken-variants.ts';
import { findingsOf, reportOf } from './support/doctor-findings.ts';
import { type DoctorWorld, startDoctorWorld } from './support/doctor-world.ts';
import { type CliRun, runInProcess } from './support/run-in-process.ts';
import { type StorageAccount, storageAccount } from './support/storage-account.ts';

/** `patchwright doctor --app` with the built app in its host. */
let here: DoctorWorld;
let host: FunctionsHost;
let account: StorageAccount;
let breakages: Breakages;
const steps: Undo[] = [];
const undo = (step: Undo) => void steps.push(step);

beforeAll(async () => {
  here = await startDoctorWorld();
  account = storageAccount(here.world);
  breakages = breakagesOf(here, undo);
  host = await here.world.startApp({
    settings: here.settings({
      NODE_EXTRA_CA_CERTS: here.caFile,
      'AzureWebJobs.scheduledRun.Disabled': 'true',
    }),
    timersByHand: true,
  });
}, 180_000);
afterEach(async () => {
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) await step();
});
afterAll(() => here?.close());

/** Runs the command without the app's settings, because the app has its own. */
async function askApp(...args: readonly string[]): Promise<CliRun> {
  const run = await runInProcess(['doctor', '--app', host.url, ...args], {
    environment: { PATCHWRIGHT_FUNCTION_KEY: host.keys.function },
  });
  for (const secret of [...here.secrets(), host.keys.function]) {
    expect(run.stdout + run.stderr).not.toContain(secret);
  }
  return run;
}

describe('doctor --app', () => {
  it('shows the findings of the app with its own identity, and leaves nothing behind', async () => {
    const run = await askApp('--output', 'json');

    expect(findingsOf(run)).toEqual([]);
    expect(reportOf(run)).toMatchObject({ identity: 'app', probed: false, status: 'pass' });
    expect(reportOf(run).checks.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(await account.contents()).toEqual([]);
  });

  it('prints the same list as without it', async () => {
    const { stdout } = await askApp();

    const lines = stdout.trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('✓ '))).toHaveLength(CHECKS.length);
    expect(stdout).not.toContain('signed in here');
  });

  it('shows that no run is scheduled if a setting disables the timer, as health does', async () => {
    const run = await askApp('--output', 'json');
    const health = await fetch(`${host.url}/api/health`);

    const [settings] = reportOf(run).checks.filter(({ id }) => id === 'settings');
    expect(host.functions.map(({ name }) => name)).not.toContain('scheduledRun');
    expect(settings).toMatchObject({
      status: 'pass',
      detail: expect.stringMatching(
        /no next run: the setting AzureWebJobs.scheduledRun.Disabled disables the timer scheduledRun$/,
      ),
    });
    expect(await health.json()).toMatchObject({
      status: 'ok',
      nextRun: null,
      schedule: 'disabled',
    });
  });

  const seen = ['a missing table', 'no right to push patched images', 'an old database'];
  it.each(BROKEN_VARIANTS.filter(({ title }) => seen.includes(title)))(
    'shows a finding of the app: $title',
    async ({ change, finding, code = 1 }) => {
      await change?.({ here, account, breakages, undo });

      const run = await askApp('--output', 'json');

      expect(findingsOf(run)).toEqual([expect.stringMatching(finding)]);
      expect(run.code).toBe(code);
    },
  );

  it('always gets 200 from the app, and 401 without the key', async () => {
    breakages.grant();
    const get = (headers: Record<string, string>) => fetch(`${host.url}/api/doctor`, { headers });

    const answer = await get({ 'x-functions-key': host.keys.function });
    const refused = await get({});

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({ version: 1, command: 'doctor', status: 'fail' });
    expect(refused.status).toBe(401);
  });

  it('says what to do if the key is wrong', async () => {
    const run = await runInProcess(['doctor', '--app', host.url], {
      environment: { PATCHWRIGHT_FUNCTION_KEY: 'not-the-key' },
    });

    expect(run).toMatchObject({ code: 3, stdout: '' });
    expect(run.stderr).toMatch(/refuses the function key or the token \(status 401\)/);
    expect(run.stderr).toMatch(/what to do: .*az functionapp keys list/);
    expect(run.stderr).not.toContain('not-the-key');
  });
});
