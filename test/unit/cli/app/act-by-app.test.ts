import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { type CliRun, runInProcess } from '../../../cli/support/run-in-process.ts';
import { type LocalServer, startLocalServer } from '../../../world/http/local-server.ts';

const KEY = 'the-function-key';
const RUN = '20261123T091500Z-4be1';
const MESSAGE = 'patchwright-runs/20261124T020000Z-failed-1.json';

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

let server: LocalServer | undefined;
let asked: { readonly request: IncomingMessage; readonly body: string }[] = [];
afterEach(async () => {
  await server?.close();
  server = undefined;
  asked = [];
});

/** The app gives these replies in turn. */
async function run(line: string, ...replies: readonly Reply[]): Promise<CliRun> {
  server = await startLocalServer((request, response) => {
    void text(request).then((body) => {
      const { status, body: reply } = replies[asked.length] ?? { status: 500, body: {} };
      asked.push({ request, body });
      response.writeHead(status).end(JSON.stringify(reply));
    });
  });
  const told = await runInProcess([...line.split(' '), '--app', server.url], {
    environment: { PATCHWRIGHT_FUNCTION_KEY: KEY },
  });
  expect(told.stdout + told.stderr).not.toContain(KEY);
  return told;
}

const requests = () => asked.map(({ request: { method, url } }) => `${method} ${url}`);

it('cancels a run by its id through the app', async () => {
  const canceled = await run(`runs cancel ${RUN}`, { status: 202, body: { runId: RUN } });

  expect(canceled).toMatchObject({ code: 0, stderr: '' });
  expect(canceled.stdout).toContain(`run ${RUN} is asked to end\nNext: patchwright runs watch`);
  expect(requests()).toEqual([`POST /api/runs/${RUN}/cancel`]);
  expect(asked[0]?.request.headers).toMatchObject({
    'x-functions-key': KEY,
    'x-patchwright-request': 'cli',
  });
});

it('asks the app which run is meant by "latest"', async () => {
  const one = { runId: RUN, state: 'running' };
  const canceled = await run(
    'runs cancel latest -o json',
    { status: 200, body: one },
    { status: 202, body: { runId: RUN } },
  );

  expect(JSON.parse(canceled.stdout)).toEqual({ version: 1, command: 'runs cancel', runId: RUN });
  expect(requests()).toEqual(['GET /api/runs/latest', `POST /api/runs/${RUN}/cancel`]);
});

it('sends a poison message again through the app', async () => {
  const sent = await run(`poison replay ${MESSAGE}`, { status: 202, body: { name: MESSAGE } });

  expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('sent again') });
  expect(requests()).toEqual(['POST /api/poison/replay']);
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ name: MESSAGE });
});

it.each([
  [
    'runs cancel 2026',
    { status: 404, body: { detail: 'there is no run "2026"', nearest: [RUN] } },
    4,
    new RegExp(`no run "2026"\n.*\n.*did you mean ${RUN}\\? See: patchwright runs list`),
  ],
  [
    `runs cancel ${RUN}`,
    { status: 409, body: { detail: 'the run has ended: it is completed' } },
    3,
    /has ended: it is completed/,
  ],
  [`poison replay ${MESSAGE}`, { status: 404, body: { detail: 'no\u001b[2J' } }, 4, /poison list/],
  [`poison replay ${MESSAGE}`, { status: 404, body: 'x' }, 3, /no \/api\/poison\/replay endpoint/],
  [`runs cancel ${RUN}`, { status: 401, body: {} }, 3, /refuses the function key/],
  [`runs cancel ${RUN}`, { status: 202, body: { runId: '../x' } }, 3, /not that of this version/],
  [`runs cancel ${RUN}`, { status: 202, body: 'x'.repeat(1_100_000) }, 3, /not that of this/],
])('explains why "%s" fails with %j', async (line, reply, code, says) => {
  const failed = await run(line, reply);

  expect(failed).toMatchObject({ code, stdout: '' });
  expect(failed.stderr).toMatch(says);
  expect(failed.stderr).toMatch(/\n {2}what to do: /);
  expect(failed.stderr).not.toContain('\u001b');
});

it.each(['runs cancel latest', `poison replay ${MESSAGE}`])(
  'does not take "--account" beside "--app" for "%s"',
  async (line) => {
    const failed = await run(`${line} --account people`);

    expect(failed).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('exclude each other'),
    });
    expect(asked).toEqual([]);
  },
);
