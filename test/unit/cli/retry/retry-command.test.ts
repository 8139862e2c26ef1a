import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { type CliRun, runInProcess } from '../../../cli/support/run-in-process.ts';
import { type LocalServer, startLocalServer } from '../../../world/http/local-server.ts';

const KEY = 'the-function-key';
const RUN = '20261123T091500Z-4be1';

let server: LocalServer | undefined;
let asked: { readonly request: IncomingMessage; readonly body: string }[] = [];
afterEach(async () => {
  await server?.close();
  server = undefined;
  asked = [];
});

async function retry(
  answer: { readonly status: number; readonly body: unknown },
  options: readonly string[] = [],
): Promise<CliRun> {
  server = await startLocalServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ request, body });
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    });
  });
  const run = await runInProcess(['retry', 'team/api:1.4', '--app', server.url, ...options], {
    environment: { PATCHWRIGHT_FUNCTION_KEY: KEY },
  });
  expect(run.stdout + run.stderr).not.toContain(KEY);
  return run;
}

it('asks the app to try one image again, and names the run', async () => {
  const run = await retry({ status: 202, body: { runId: RUN, dryRun: false } });

  expect(run).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      `^run ${RUN} started for team/api:1.4\nNext: patchwright runs watch ${RUN} --app http:`,
    ),
  });
  expect(asked).toHaveLength(1);
  expect(asked[0]?.request).toMatchObject({ method: 'POST', url: '/api/runs' });
  expect(asked[0]?.request.headers['x-functions-key']).toBe(KEY);
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ images: ['team/api:1.4'], retry: true });
});

it('says if the run is a dry run', async () => {
  const started = { status: 202, body: { runId: RUN, dryRun: true } };

  expect((await retry(started)).stdout).toContain(`dry run ${RUN}`);
});

it('prints JSON for programs', async () => {
  const run = await retry({ status: 202, body: { runId: RUN, dryRun: false } }, ['-o', 'json']);

  const command = { version: 1, command: 'retry', image: 'team/api:1.4' };
  expect(JSON.parse(run.stdout)).toEqual({ ...command, runId: RUN, dryRun: false });
});

it.each([
  [400, { detail: 'team/api:1.4: no enabled rule of the policy covers it' }, /no enabled rule/],
  [401, {}, /refuses the function key/],
  [404, {}, /no \/api\/runs endpoint/],
  [503, {}, /is not running/],
  [202, { runId: 'x y' }, /not that of this version/],
])('explains the status %i', async (status, body, says) => {
  const run = await retry({ status, body });

  expect(run).toMatchObject({ code: 3, stdout: '' });
  expect(run.stderr).toMatch(says);
  expect(run.stderr).toMatch(/\n {2}what to do: /);
});

it.each([[['retry'], /missing required argument 'IMAGE'/]])('refuses %j', async (args, says) => {
  const run = await runInProcess(args, { environment: { PATCHWRIGHT_FUNCTION_KEY: KEY } });

  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(says);
});

it('says how to name the app if nothing names it', async () => {
  const { code, stderr } = await runInProcess(['retry', 'team/api:1.4']);

  expect(code).toBe(3);
  expect(stderr).toContain('export PATCHWRIGHT_APP=');
});
