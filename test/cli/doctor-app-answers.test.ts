import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../world/http/local-server.ts';
import { createAuthority } from '../world/tls/certificates.ts';
import { trustAuthority } from '../world/trust.ts';
import { reportOf } from './support/doctor-findings.ts';
import { type CliRun, runInProcess } from './support/run-in-process.ts';

const KEY = 'the-function-key';
const REPORT = {
  version: 1,
  command: 'doctor',
  status: 'fail',
  startedAt: '2026-11-23T02:00:00.000Z',
  finishedAt: '2026-11-23T02:00:01.200Z',
  identity: 'app',
  probed: false,
  interrupted: false,
  counts: { pass: 0, warn: 0, fail: 1, skipped: 0 },
  checks: [
    { id: 'policy', title: 'x', seconds: 1, status: 'fail', detail: 'none', whatToDo: 'push one' },
  ],
};

let server: LocalServer | undefined;
let asked: IncomingMessage[] = [];
afterEach(async () => {
  await server?.close();
  server = undefined;
  asked = [];
});

type Answer = (response: ServerResponse) => void;

function answering(
  status: number,
  body = '',
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return (response) => void response.writeHead(status, headers).end(body);
}

/** Asks a server that answers so in the app's place. */
async function ask(answer: Answer, stop?: AbortSignal): Promise<CliRun> {
  server = await startLocalServer((request, response) => {
    asked.push(request);
    answer(response);
  });
  return doctor(server.url, KEY, stop);
}

async function doctor(url: string, key?: string, stop?: AbortSignal): Promise<CliRun> {
  const run = await runInProcess(['doctor', '--output', 'json', '--app', url], {
    environment: { PATCHWRIGHT_FUNCTION_KEY: key },
    ...(stop && { stop }),
  });
  expect(run.stdout + run.stderr).not.toContain(KEY);
  return run;
}

/** What, where, what to do: a line each. */
function expectFailure(run: CliRun, what: RegExp, whatToDo: RegExp): void {
  expect(run).toMatchObject({ code: 3, stdout: '' });
  const [first = '', where = '', last = '', ...rest] = run.stderr.split('\n');
  expect(first).toMatch(what);
  expect(where).toMatch(/^ {2}where: /);
  expect(last).toMatch(/^ {2}what to do: /);
  expect(last).toMatch(whatToDo);
  expect(rest).toEqual(['']);
}

describe('the answer to doctor --app', () => {
  it('is asked for once, with the key in a header', async () => {
    const run = await ask(answering(200, JSON.stringify({ ...REPORT, toCome: true })));

    expect(reportOf(run)).toEqual(REPORT);
    expect(run.code).toBe(1);
    expect(asked.map(({ url }) => url)).toEqual(['/api/doctor']);
    expect(asked[0]?.headers['x-functions-key']).toBe(KEY);
  });

  it.each([
    [302, /sends elsewhere/, /own address/],
    [401, /does not take the function key/, /az functionapp keys list/],
    [403, /stopped, or does not let/, /az functionapp start/],
    [404, /there is no doctor/, /func azure functionapp publish.*\/api\/health/],
    [500, /does not run/, /\/api\/health/],
    [503, /does not run/, /wait a minute.*log/],
    [504, /did not end in time/, /again/],
    [418, /nobody expects/, /address/],
  ])('of status %i is explained, and the page with it is not shown', async (status, what, todo) => {
    const html = '<html>Service Unavailable</html>';

    const run = await ask(answering(status, html, { 'content-type': 'text/html' }));

    expectFailure(run, what, todo);
    expect(run.stderr).toContain(`status ${status}`);
    expect(run.stderr).not.toContain('html');
    expect(asked).toHaveLength(1);
  });

  it('takes the key to no other place', async () => {
    const elsewhere: IncomingMessage[] = [];
    const authority = await createAuthority();
    trustAuthority(authority.caPem);
    const other = await startLocalServer(
      (request, response) => {
        elsewhere.push(request);
        response.end(JSON.stringify(REPORT));
      },
      { tls: await authority.issue(['localhost']) },
    );

    const run = await ask(answering(307, '', { location: `${other.url}/api/doctor` }));

    await other.close();
    expectFailure(run, /sends elsewhere/, /App Service Authentication/);
    expect(elsewhere).toEqual([]);
  });

  it.each([
    ['a page', '<html>Your app is up</html>'],
    ['no report', '{"status":"ok"}'],
    ['a report of another version', JSON.stringify({ ...REPORT, version: 2 })],
    ['a report of nothing', JSON.stringify({ ...REPORT, checks: [] })],
    [
      'a check of an unknown status',
      JSON.stringify({ ...REPORT, checks: [{ ...REPORT.checks[0], status: 'fine' }] }),
    ],
    ['more than a mebibyte', JSON.stringify({ ...REPORT, more: 'x'.repeat(1024 * 1024) })],
    ['nothing', ''],
  ])('that is %s is refused', async (_, body) => {
    const run = await ask(answering(200, body));

    expectFailure(run, /no report of a doctor of this version/, /publish the app of the version/);
  });

  it('can forge no line of the report', async () => {
    const [check] = REPORT.checks;
    const detail = 'none\n✓ everything is well \u001b[2J';
    const body = JSON.stringify({ ...REPORT, checks: [{ ...check, detail }] });

    const run = await ask(answering(200, body));

    expect(reportOf(run).checks[0]?.detail).toBe('none?✓ everything is well ?[2J');
  });

  it('that does not come is told by its code', async () => {
    const gone = await startLocalServer(() => undefined);
    await gone.close();

    expectFailure(await doctor(gone.url, KEY), /no answer \(ECONNREFUSED\)/, /address and the net/);
    expectFailure(await ask((response) => void response.destroy()), /no answer \(/, /network/);
  });

  it('from who has no trusted certificate is not taken', async () => {
    const authority = await createAuthority();
    server = await startLocalServer((request) => void asked.push(request), {
      tls: await authority.issue(['localhost']),
    });

    expectFailure(
      await doctor(server.url, KEY),
      /no answer \((?:\w*CERT\w*|UNABLE_\w+)\)/,
      /EXTRA_CA/,
    );
    expect(asked).toEqual([]);
  });

  it('is not waited for after Ctrl+C', async () => {
    const stop = new AbortController();

    const run = await ask(() => stop.abort(), stop.signal);

    expect(run).toEqual({ code: 130, stdout: '', stderr: '' });
  });
});

describe('doctor --app', () => {
  it.each([
    ['my-app', /must be an address: https:/],
    ['ftp://localhost', /must be an address: https:/],
    ['http://my-app.azurewebsites.net', /must begin with https:/],
    ['https://localhost/api/doctor', /the address alone/],
    [`https://localhost/?code=${KEY}`, /the address alone.*PATCHWRIGHT_FUNCTION_KEY/],
    [`https://user:${KEY}@localhost`, /the address alone/],
  ])('refuses the address %s in one line, without quoting it', async (url, says) => {
    const run = await doctor(url, KEY);

    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(says);
    expect(run.stderr.trimEnd()).not.toContain('\n');
  });

  it.each([undefined, '', 'two\nlines'])('needs a function key, which %j is not', async (key) => {
    const run = await doctor('https://localhost:1', key);

    expectFailure(run, /function key/, /az functionapp keys list/);
  });

  it.each([
    [['--probe'], /"--probe".*without it/],
    [['--settings', 'settings.json'], /"--settings": the app has its own/],
  ])('does not go with %j', async (args, says) => {
    const run = await runInProcess(['doctor', '--app', 'https://localhost:1', ...args]);

    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(says);
  });

  it('leaves a key that is in the environment out of the settings, where the app is not asked', async () => {
    const run = await runInProcess(['doctor', '--output', 'json'], {
      environment: { PATCHWRIGHT_FUNCTION_KEY: KEY },
    });

    expect(run.stdout).toContain('PATCHWRIGHT_REGISTRY is missing');
    expect(run.stdout).not.toContain('PATCHWRIGHT_FUNCTION_KEY');
  });
});
