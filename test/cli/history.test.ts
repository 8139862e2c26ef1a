import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { THIRD } from '../unit/history/history-samples.ts';
import { startHistoryAccount } from './support/history-account.ts';
import { type CliRun, runInProcess } from './support/run-in-process.ts';

const PROGRAM = new URL('../../dist/cli.cjs', import.meta.url).pathname;
/** What no output for a terminal may have: other control characters than a line break. */
const CONTROL = /[^\P{Cc}\n]|\p{Cf}/u;

let account: Awaited<ReturnType<typeof startHistoryAccount>>;
beforeAll(async () => {
  account = await startHistoryAccount();
});
afterAll(() => account?.close());

const environment = () => ({ AZURE_STORAGE_CONNECTION_STRING: account.connectionString });
const run = (line: string, columns?: number): Promise<CliRun> =>
  runInProcess(line.split(' '), {
    environment: { ...environment(), NO_COLOR: '1' },
    ...(columns !== undefined && { terminal: true, columns }),
  });

/** The built program, as a person runs it. */
async function built(...args: string[]): Promise<CliRun> {
  const { PATH } = process.env;
  const child = promisify(execFile)(process.execPath, [PROGRAM, ...args], {
    env: { PATH, ...environment() },
  });
  return child.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => error,
  );
}

describe('evidence', () => {
  it('writes a bundle whose hashes the documented command checks', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'patchwright-evidence-'));
    try {
      const file = join(folder, 'evidence.tar.gz');
      const { code, stdout } = await built('evidence', '--from', '2026-11-24', '--output', file);
      const check = `cd ${folder} && mkdir evidence && tar -xzf evidence.tar.gz -C evidence && (cd evidence && sha256sum --check --quiet SHA256SUMS)`;

      expect(code).toBe(0);
      expect(stdout).toContain('SHA-256 of its manifest.json: ');
      expect(stdout).toMatch(/\d+ missing.*the end of run/s);
      await promisify(execFile)('sh', ['-c', check]);
      const [, next = ''] = /^Next: patchwright (.*)$/m.exec(stdout) ?? [];
      const verified = await built(...next.split(' '));
      expect(verified).toMatchObject({ code: 0, stderr: '' });
      expect(verified.stdout).toMatch(/files are as the manifest says.*, as you gave it/s);
      const other = `evidence verify ${file} --sha256 ${'0'.repeat(64)} --output json`;
      const refused = await run(other);
      expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([
        1,
        { command: 'evidence verify', same: false, differences: [] },
      ]);
      const cut = await run(`evidence verify ${folder}/evidence/manifest.json`);
      expect(cut).toMatchObject({ code: 3, stderr: expect.stringContaining('it is not gzip') });
      await appendFile(join(folder, 'evidence/manifest.json'), ' ');
      await expect(
        promisify(execFile)('sh', ['-c', `cd ${folder}/evidence && sha256sum --check SHA256SUMS`]),
      ).rejects.toThrow();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ['evidence', 'needs "--from WHEN"'],
    ['evidence --from 2026-11-24 --to 2026-11-23', '"--to" must be later than "from"'],
    ['evidence verify', 'missing required argument'],
    ['evidence verify x --sha256 12', '64 hexadecimal digits'],
    ['evidence verify x --from 1d', 'unknown option'],
  ])('refuses "%s"', async (line, fault) => {
    const { code, stderr } = await run(line);
    expect(code).toBe(2);
    expect(stderr).toContain(fault);
  });

  it('names the file that can’t be verified', async () => {
    const { code, stderr } = await run('evidence verify /no/such/bundle.tar.gz');
    expect(code).toBe(3);
    expect(stderr).toMatch(/can.t be read \(ENOENT\)\n {2}where: \/no\/such\/bundle/);
  });

  it('leaves no file behind if it can’t be written', async () => {
    const { code, stderr } = await run('evidence --from 1d --output /no/such/folder/a.tar.gz');
    expect(code).toBe(3);
    expect(stderr).toMatch(/can.t be written \(ENOENT\).*--output FILE/s);
  });
});

describe('the built program', () => {
  it('answers from the tables of the account that az uses', async () => {
    const { code, stdout, stderr } = await built('runs', 'list', '--output', 'tsv');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(rows.map(([, state]) => state)).toEqual([
      'running',
      'completed-with-failures',
      'completed',
      'completed-with-failures',
    ]);
  });

  it('names the nearest image and a command if there is none of this name', async () => {
    const { code, stdout, stderr } = await built('why', 'team/api:2.5');

    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toMatch(
      /no image "team\/api:2\.5".*did you mean team\/api:1\.5.*patchwright images list/s,
    );
  });

  it('prints no color if it is not on a terminal', async () => {
    const { stdout } = await built('images', 'show', 'team/web');
    expect(stdout).not.toMatch(CONTROL);
  });
});

describe('the lists', () => {
  it('are filtered by options', async () => {
    expect((await run('images list --severity high --json image')).stdout).toBe(
      `${JSON.stringify([{ image: 'team/api:1.4' }, { image: 'team/web:2.0' }], null, 2)}\n`,
    );
    const { stdout } = await run('runs show latest --json state');
    expect(JSON.parse(stdout)).toEqual([{ state: 'running' }]);
  });

  it('list their fields, and suggest the one that was meant', async () => {
    expect((await run('runs list --json')).stdout).toMatch(/^runId\nstate\nreason\n/);
    expect(await run('runs list --json runId,stat')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /did you mean "state"\?\n {2}run: patchwright runs list --help/,
      ),
    });
  });

  it('say how to go on', async () => {
    const first = await run('runs list --limit 3 --output tsv');
    const token = /--after (\S+)/.exec(first.stderr)?.[1] ?? '';
    const second = await run(`runs list --after ${token} --output tsv`);

    expect(first.stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(second.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(second.stderr).toBe('');
  });

  it.each([
    ['images list --severity bad', '--severity'],
    ['images list --scanned-before never', '--scanned-before'],
    ['images list --cve x', '--cve'],
    ['runs list --limit 0', '--limit'],
    ['images list --changed-in x', '--changed-in'],
  ])('refuse %s and name the option', async (line, option) => {
    const { code, stderr } = await run(line);
    expect(code).toBe(2);
    expect(stderr).toContain(`option "${option}"`);
  });

  it.each([80, 44])('fit a terminal of %i columns', async (columns) => {
    for (const line of [
      'status',
      'runs list',
      'runs show 20261124',
      'images list',
      'poison list',
    ]) {
      const { stdout } = await run(line, columns);
      for (const text of stdout.split('\n')) expect(text.length).toBeLessThanOrEqual(columns);
    }
  });
});

describe('one image', () => {
  it('has its reason, its rule, its steps and what to do next', async () => {
    const { code, stdout } = await run('why team/api:1.4');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^team\/api:1\.4 {2}already-patched\n/);
    expect(stdout).toMatch(/rule +repository team\/api, tag 1\.4 by name\n/);
    expect(stdout).toMatch(/steps +2026-11-25 02:00:00 discovered\n/);
    expect(stdout).toMatch(/next +Deploy team\/api:1\.4-1\.\n/);
  });

  it('has each change of its state with its time', async () => {
    const { stdout } = await run('why team/web');
    expect(stdout).toMatch(/\n +2026-11-25 02:00:00 failed tool-failed\n/);
  });

  it('is shown with what each run did', async () => {
    const { stdout } = await run('images show team/api:1.4 --output json');
    const { image } = JSON.parse(stdout);
    expect(image).toMatchObject({
      image: 'team/api:1.4',
      history: [{}, {}, { reason: 'timeout' }],
    });
  });

  it('is shown with each step of each run', async () => {
    const { stdout } = await run('images show team/web');
    expect(stdout).toMatch(/\n2026-11-25 02:00:00 +\S+ +failed +tool-failed +/);
    expect(stdout).toMatch(/\n2026-11-23 02:00:00 +\S+ +failed +tool-failed +/);
    expect((await run('images show team/web --runs 1')).stdout).toMatch(
      /older +there are runs before the last 1: patchwright images show team\/web:2\.0 --runs 365\n/,
    );
    expect(await run('images show team/web --runs 0')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('option "--runs"'),
    });
  });

  it.each(['images show team/web', 'why team/web', 'images list'])(
    'can’t write to the terminal: %s',
    async (line) => {
      const { stdout } = await run(line, 80);
      expect(stdout).not.toMatch(CONTROL);
    },
  );

  it('has a report with what its patch fixed', async () => {
    const { stdout } = await run('report team/api:1.4');

    expect(stdout).toContain('patched by team/api:1.4-1');
    expect(stdout).toContain('1 fixed, 0 open, 1 without a fix');
    expect(stdout).toMatch(/^fixed +high +CVE-2026-1 +libssl3 +1\.0 +3\.0\.2$/m);
    expect(stdout).toMatch(/^no-fix +high +CVE-2026-2 +zlib1g +1\.0 +-$/m);
  });

  it.each([
    ['json', { findings: [{ status: 'fixed' }, { status: 'no-fix' }] }],
    [
      'sarif',
      { version: '2.1.0', runs: [{ results: [{ ruleId: 'CVE-2026-2', level: 'error' }] }] },
    ],
    ['cyclonedx', { bomFormat: 'CycloneDX', components: expect.arrayContaining([]) }],
    ['openvex', { statements: [{ vulnerability: { name: 'CVE-2026-1' }, status: 'fixed' }] }],
  ])('has a report as %s', async (format, document) => {
    const { code, stdout } = await run(`report team/api:1.4 --format ${format}`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(document);
  });

  it('has no report if no run kept one', async () => {
    expect(await run('report team/web:2.0')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('patchwright why team/web:2.0'),
    });
  });
});

describe('a run', () => {
  it('that has ended ends "watch" with its own status', async () => {
    expect((await run('runs watch 20261124')).code).toBe(0);
    expect((await run(`runs watch ${THIRD}`)).code).toBe(1);
  });

  it('that has ended can’t be canceled', async () => {
    expect(await run(`runs cancel ${THIRD}`)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`patchwright runs show ${THIRD}`),
    });
  });

  it('that is active is asked to end', async () => {
    const before = await account.waiting();
    expect(await run('runs cancel latest')).toMatchObject({ code: 0 });
    expect(await account.waiting()).toBe(before + 1);
  });

  it('of several needs more of its name', async () => {
    expect(await run('runs show 20261125')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining(THIRD),
    });
  });
});

describe('export', () => {
  it('writes CSV that no spreadsheet evaluates', async () => {
    const { stdout } = await run('export images');
    const [header, ...rows] = stdout.trimEnd().split('\r\n');

    expect(header).toMatch(/^image,repository,tag,state/);
    expect(rows).toHaveLength(4);
    for (const row of rows) expect(row).not.toMatch(/(?:^|,)"?[=+@]/);
  });

  it('writes JSON lines', async () => {
    const lines = (await run('export targets --run 20261124 --format jsonl')).stdout.trimEnd();
    expect(
      lines
        .split('\n')
        .map((line) => JSON.parse(line).state)
        .sort(),
    ).toEqual(['clean', 'patched', 'skipped', 'waiting']);
  });

  it('needs to know what, and of which run', async () => {
    expect((await run('export things')).code).toBe(2);
    expect((await run('export targets')).stderr).toContain('--run RUN');
  });
});

describe('a poison message', () => {
  it('is listed, and sent again once', async () => {
    const name = (await run('poison list --output tsv')).stdout.trimEnd().split('\t')[2] ?? '';
    const before = await account.waiting();

    expect((await run(`poison replay ${name}`)).code).toBe(0);
    expect(await account.waiting()).toBe(before + 1);
    expect((await run(`poison replay ${name}`)).code).toBe(4);
    expect((await run('poison list')).stdout).toBe('There are no poison messages.\n');
  });
});

describe('a storage account', () => {
  it('must be named', async () => {
    const { code, stderr } = await runInProcess(['runs', 'list']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/what to do: use --account NAME.*az storage account list/);
  });

  it('that refuses or does not answer is named, with the reason', async () => {
    const broken = account.connectionString.replace(/AccountKey=[^;]+/, 'AccountKey=AAAA');
    const { code, stderr } = await runInProcess(['runs', 'list'], {
      environment: { AzureWebJobsStorage: broken },
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /querying PatchwrightRuns failed: 403.*\n {2}where: http.*\n.*show-connection-string/,
    );
  });

  it('can’t be named twice', async () => {
    expect((await run('runs list --account abc --settings x')).code).toBe(2);
    expect((await run('runs list --account A')).code).toBe(2);
  });
});
