import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ALL_CHECKS as CHECKS } from '../../lib/cli/doctor/all-checks.ts';
import { type Breakages, breakagesOf, type Undo } from './support/breakages.ts';
import { BROKEN_VARIANTS } from './support/broken-variants.ts';
import { findingsOf, reportOf, skippedBecauseOf } from './support/doctor-findings.ts';
import { type DoctorWorld, startDoctorWorld } from './support/doctor-world.ts';
import type { CliRun } from './support/run-in-process.ts';
import { type StorageAccount, storageAccount } from './support/storage-account.ts';

let here: DoctorWorld;
let account: StorageAccount;
let breakages: Breakages;
/** Undo what a test broke, in reverse order. */
const steps: Undo[] = [];
const undo = (step: Undo) => void steps.push(step);

beforeAll(async () => {
  here = await startDoctorWorld();
  account = storageAccount(here.world);
  breakages = breakagesOf(here, undo);
});
afterEach(async () => {
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) await step();
});
afterAll(() => here.close());

/** Runs the doctor and checks that its output contains no credential. */
async function examine(
  settings: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<CliRun> {
  const run = await here.doctor(args, settings);
  for (const secret of here.secrets()) expect(run.stdout + run.stderr).not.toContain(secret);
  expect(run.stdout + run.stderr).not.toMatch(/eyJ[\w-]{8}|[?&]sig=/);
  return run;
}

describe('doctor in an Azure without faults', () => {
  it('passes every check, exits with 0 and leaves nothing behind', async () => {
    const run = await examine({}, ['--probe']);

    expect(findingsOf(run)).toEqual([]);
    const { checks, counts, status } = reportOf(run);
    // Only the probe of the configured builder runs.
    expect(checks.filter((check) => check.status === 'skipped')).toMatchObject([
      { id: 'probe-builder', detail: 'not needed: PATCHWRIGHT_BUILDER is confidential' },
      { id: 'probe-remote', detail: 'not needed: PATCHWRIGHT_BUILDER is confidential' },
    ]);
    expect(checks.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
    expect({ code: run.code, status, counts }).toEqual({
      code: 0,
      status: 'pass',
      counts: { pass: CHECKS.length - 2, warn: 0, fail: 0, skipped: 2 },
    });
    expect(await account.contents()).toEqual([]);
    expect(here.world.arm.groups()).toEqual([]);
  });

  it('accepts cache rules that have not been used yet', async () => {
    const { registry } = here.world;
    const originals = registry.storage.repositories().map(({ name }) => String(name));
    const cacheRules = originals
      .filter((name) => name.startsWith('patchwright/mirror/'))
      .map((upstream) => ({ repository: upstream.replace('/mirror/', '/cached/'), upstream }));
    registry.configure({ cacheRules });
    undo(() => registry.configure({ cacheRules: [] }));

    const run = await examine({ PATCHWRIGHT_TOOLING_MIRROR: 'patchwright/cached' });

    expect(findingsOf(run)).toEqual([]);
  });

  it('prints a list, a total and the next step as a table', async () => {
    const run = await examine({}, ['--output', 'table']);

    const lines = run.stdout.trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('✓ '))).toHaveLength(27);
    expect(lines.at(-2)).toMatch(/^27 passed in \d+\.\d s$/);
    expect(lines.at(-1)).toContain('--probe');
  });

  it('requests no token for storage with a connection string', async () => {
    const settings = Object.fromEntries(
      Object.entries(here.settings()).filter(([name]) => !name.startsWith('AzureWebJobsStorage')),
    );
    const AzureWebJobsStorage = here.world.storage.account.connectionString;

    const run = await here.doctorWith({ ...settings, AzureWebJobsStorage });

    expect(findingsOf(run)).toEqual([]);
    expect(run.stdout).not.toContain('storage.azure.com');
    expect(run.stdout).not.toContain('AccountKey');
  });
});

describe('doctor names faulty settings', () => {
  it.each([
    {
      fault: 'a malformed setting',
      settings: { PATCHWRIGHT_LOCATION: 'West Europe' },
      detail: /PATCHWRIGHT_LOCATION: must be a region/,
    },
    {
      fault: 'an unknown setting',
      settings: { PATCHWRIGHT_POLL_SECOND: '3' },
      detail: /PATCHWRIGHT_POLL_SECOND is not a setting/,
    },
    {
      fault: 'several faults at once',
      settings: { PATCHWRIGHT_REGISTRY: '', PATCHWRIGHT_DRY_RUN: 'maybe' },
      detail: /2 faults \\| PATCHWRIGHT_DRY_RUN: .* \\| PATCHWRIGHT_REGISTRY is missing/,
    },
    {
      fault: 'a missing file of an authority',
      settings: { PATCHWRIGHT_EXTRA_CA_FILE: '/nowhere/ca.pem' },
      detail: /PATCHWRIGHT_EXTRA_CA_FILE: \/nowhere\/ca.pem can't be read \(ENOENT\)/,
    },
  ])('$fault', async ({ settings, detail }) => {
    const run = await examine(settings);

    expect(findingsOf(run)).toEqual([expect.stringMatching(/^fail settings: .* → \S/)]);
    expect(findingsOf(run)[0]).toMatch(detail);
    expect(run.code).toBe(1);
    expect(skippedBecauseOf(run, 'settings')).toHaveLength(26);
  });
});

describe('doctor reports only the fault, with advice:', () => {
  it.each(BROKEN_VARIANTS)('$title', async ({ change, settings, finding, code = 1 }) => {
    const changed = await change?.({ here, account, breakages, undo });

    const run = await examine({ ...settings, ...changed });

    expect(findingsOf(run)).toEqual([expect.stringMatching(finding)]);
    expect(run.code).toBe(code);
  });

  it('nothing is left behind by all of these', async () => {
    expect(await account.contents()).toEqual([]);
  });

  it('quotas that may not be read are skipped', async () => {
    breakages.refuseArm(/usages$/);

    const run = await examine();

    expect(findingsOf(run)).toEqual([]);
    expect(reportOf(run).checks).toContainEqual(
      expect.objectContaining({ id: 'container-quota', status: 'skipped' }),
    );
  });

  it('skipped checks name the check that failed first', async () => {
    breakages.answerExchange(401, 'UNAUTHORIZED', 'authentication required');

    const run = await examine();

    expect(skippedBecauseOf(run, 'registry')).toEqual(
      expect.arrayContaining(['registry-token', 'policy', 'registry-list', 'worker-scan-image']),
    );
  });
});

describe('the built program', () => {
  const execute = promisify(execFile);
  const Ended = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });

  it('runs the doctor with a settings file in its own process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'patchwright-cli-'));
    undo(() => rm(folder, { recursive: true }));
    const settings = here.settings({ PATCHWRIGHT_BUILDER: 'none' });
    const list = Object.entries(settings).map(([name, value]) => ({ name, value }));
    const file = join(folder, 'settings.json');
    await writeFile(file, JSON.stringify(list));
    const program = join(import.meta.dirname, '../../dist/cli.cjs');
    const args = [program, 'doctor', '--output', 'json', '--settings', file];
    const identity = here.world.identity.environment;
    const runWith = (environment: Readonly<Record<string, string>>) =>
      execute(process.execPath, args, { env: { ...identity, ...environment } }).then(
        () => expect.fail('the builder is missing'),
        (error: unknown) => Ended.parse(error),
      );

    const trusting = await runWith({ NODE_EXTRA_CA_CERTS: here.caFile });
    const trustless = await runWith({});

    expect(trusting).toMatchObject({ code: 1, stderr: '' });
    expect(findingsOf(trusting)).toEqual([expect.stringMatching(/^fail builder: /)]);
    expect(findingsOf(trustless)).toEqual([
      expect.stringMatching(/^fail storage: .*CERT.* → .*NODE_EXTRA_CA_CERTS/),
      expect.stringMatching(/^fail registry: .*CERT.* → .*NODE_EXTRA_CA_CERTS/),
      expect.stringMatching(/^fail container-groups: .*CERT.* → .*NODE_EXTRA_CA_CERTS/),
      expect.stringMatching(/^fail builder: /),
    ]);
  });
});
