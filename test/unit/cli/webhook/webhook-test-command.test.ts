import { afterEach, expect, it } from 'vitest';
import { type CliRun, runInProcess } from '../../../cli/support/run-in-process.ts';
import { type LocalServer, startLocalServer } from '../../../world/http/local-server.ts';

const KEY = 'the-function-key';

let server: LocalServer | undefined;
let asked: string[] = [];
afterEach(async () => {
  await server?.close();
  server = undefined;
  asked = [];
});

async function tested(
  answer: { readonly status: number; readonly body: unknown },
  options: readonly string[] = [],
): Promise<CliRun> {
  server = await startLocalServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => {
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    });
  });
  const run = await runInProcess(['webhook', 'test', '--app', server.url, ...options], {
    environment: { PATCHWRIGHT_FUNCTION_KEY: KEY },
  });
  expect(run.stdout + run.stderr).not.toContain(KEY);
  return run;
}

it('lets the app send a test event', async () => {
  const run = await tested({ status: 200, body: { receiver: 'hooks.example', accepted: true } });

  expect(run).toMatchObject({ code: 0, stdout: 'hooks.example accepted the test event.\n' });
  expect(asked).toEqual(['POST /api/webhook/test']);
});

it('says why the receiver did not accept it', async () => {
  const body = { receiver: 'hooks.example', accepted: false, detail: 'no answer\u001b[31m' };
  const run = await tested({ status: 200, body });

  expect(run.code).toBe(1);
  expect(run.stdout).toContain('hooks.example did not accept the test event: no answer\nNext: ');
});

it('prints JSON for programs', async () => {
  const body = { receiver: 'hooks.example', accepted: true };
  const run = await tested({ status: 200, body }, ['-o', 'json']);

  expect(JSON.parse(run.stdout)).toEqual({ version: 1, command: 'webhook test', ...body });
});

it.each([
  [409, {}, /the app has no webhook/],
  [401, {}, /refuses the function key/],
  [200, { receiver: 1 }, /not that of this version/],
])('explains the status %i', async (status, body, says) => {
  const run = await tested({ status, body });

  expect(run).toMatchObject({ code: 3, stdout: '' });
  expect(run.stderr).toMatch(says);
});

it('needs the address of an app', async () => {
  const run = await runInProcess(['webhook', 'test'], { environment: {} });

  expect(run).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('export PATCHWRIGHT_APP='),
  });
});
