import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { reportOf } from '../../../cli/support/doctor-findings.ts';
import { type CliRun, runInProcess } from '../../../cli/support/run-in-process.ts';
import { type LocalServer, startLocalServer } from '../../../world/http/local-server.ts';
import { createAuthority } from '../../../world/tls/certificates.ts';
import { trustAuthority } from '../../../world/trust.ts';

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

/** Runs `doctor --app` against a server that gives this answer. */
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

/** Expects one line each for what failed, where, and what to do. */
function expectFailure(run: CliRun, what: RegExp, whatToDo: RegExp): void {
  expect(run).toMatchObject({ code: 3, stdout: '' });
  const [first = '', where = '', last = '', ...rest] = run.stderr.split('\n');
  expect(first).toMatch(what);
  expect(where).toMatch(/^ {2}where: /);
  expect(last).toMatch(/^ {2}what to do: /);
  expect(last).toMatch(whatToDo);
  expect(rest).toEqual(['']);
}

describe('doctor --app, by the app’s response,', () => {
  it('sends one request, with the key in a header', async () => {
    const run = await ask(answering(200, JSON.stringify({ ...REPORT, toCome: true })));

    expect(reportOf(run)).toEqual(REPORT);
    expect(run.code).toBe(1);
    expect(asked.map(({ url }) => url)).toEqual(['/api/doctor']);
    expect(asked[0]?.headers['x-functions-key']).toBe(KEY);
  });

  it.each([
    [302, /the app redirected/, /own address/],
    [401, /refuses the function key/, /az functionapp keys list/],
    [403, /stopped, or refuses/, /az functionapp start/],
    [404, /no \/api\/doctor endpoint/, /func azure functionapp publish.*\/api\/health/],
    [500, /is not running/, /\/api\/health/],
    [503, /is not running/, /wait a minute.*log/],
    [504, /did not finish in time/, /again/],
    [418, /unexpected response/, /address/],
  ])('explains the status %i and does not show the page', async (status, what, todo) => {
    const html = '<html>Service Unavailable</html>';

    const run = await ask(answering(status, html, { 'content-type': 'text/html' }));

    expectFailure(run, what, todo);
    expect(run.stderr).toContain(`status ${status}`);
    expect(run.stderr).not.toContain('html');
    expect(asked).toHaveLength(1);
  });

  it('does not send the key to the target of a redirect', async () => {
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
    expectFailure(run, /the app redirected/, /App Service Authentication/);
    expect(elsewhere).toEqual([]);
  });

  it.each([
    ['a page', '<html>Your app is up</html>'],
    ['another document', '{"status":"ok"}'],
    ['a report of another version', JSON.stringify({ ...REPORT, version: 2 })],
    ['a report without checks', JSON.stringify({ ...REPORT, checks: [] })],
    [
      'a check with an unknown status',
      JSON.stringify({ ...REPORT, checks: [{ ...REPORT.checks[0], status: 'fine' }] }),
    ],
    ['more than a mebibyte', JSON.stringify({ ...REPORT, more: 'x'.repeat(1024 * 1024) })],
    ['an empty body', ''],
  ])('refuses %s', async (_, body) => {
    const run = await ask(answering(200, body));

    expectFailure(run, /not a doctor report of this version/, /publish the version of the app/);
  });

  it('does not let a detail forge a line of the report', async () => {
    const [check] = REPORT.checks;
    const detail = 'none\n✓ everything is well \u001b[2J';
    const body = JSON.stringify({ ...REPORT, checks: [{ ...check, detail }] });

    const run = await ask(answering(200, body));

    expect(reportOf(run).checks[0]?.detail).toBe('none ✓ everything is well');
  });

  it('names the error code if no response arrives', async () => {
    const gone = await startLocalServer(() => undefined);
    await gone.close();

    expectFailure(await doctor(gone.url, KEY), /no answer \(ECONNREFUSED\)/, /address and the net/);
    expectFailure(await ask((response) => void response.destroy()), /no answer \(/, /network/);
  });

  it('refuses a server whose certificate is not trusted', async () => {
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

  it('stops waiting after Ctrl+C', async () => {
    const stop = new AbortController();

    const run = await ask(() => stop.abort(), stop.signal);

    expect(run).toEqual({ code: 130, stdout: '', stderr: '' });
  });
});
