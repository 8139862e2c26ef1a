import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { RunView } from '../../../../lib/history/run-view.ts';
import { type CliRun, runInProcess } from '../../../cli/support/run-in-process.ts';
import { type LocalServer, startLocalServer } from '../../../world/http/local-server.ts';

const KEY = 'the-function-key';
const RUN = '20261123T091500Z-4be1';
const STARTED = { status: 202, body: { runId: RUN, dryRun: false } };

let server: LocalServer | undefined;
let asked: string[] = [];
let opened: string[] = [];
afterEach(async () => {
  await server?.close();
  server = undefined;
  asked = [];
  opened = [];
});

function ended(state: 'completed' | 'failed') {
  const empty = Object.fromEntries(Object.keys(RunView.shape).map((name) => [name, null]));
  return { ...empty, runId: RUN, state, trigger: 'manual', dryRun: false, targets: 3, active: 0 };
}

interface Options {
  readonly terminal?: boolean;
  /** The address is in the environment, not on the command line. */
  readonly byVariable?: boolean;
}

/** The app gives these replies in turn. */
async function run(
  line: string,
  replies: readonly { readonly status: number; readonly body: unknown }[],
  { terminal = false, byVariable = false }: Options = {},
): Promise<CliRun> {
  server = await startLocalServer((request, response) => {
    void text(request).then(() => {
      const { status, body } = replies[asked.length] ?? { status: 500, body: {} };
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(status).end(JSON.stringify(body));
    });
  });
  const environment = {
    PATCHWRIGHT_FUNCTION_KEY: KEY,
    ...(byVariable && { PATCHWRIGHT_APP: server.url }),
  };
  const told = await runInProcess(
    [...line.split(' '), ...(byVariable ? [] : ['--app', server.url])],
    { environment, terminal, openBrowser: async (url) => opened.push(url) > 0 },
  );
  expect(told.stdout + told.stderr).not.toContain(KEY);
  return told;
}

const pageOf = () => `${server?.url}/api/dashboard#/runs/${RUN}`;

describe('runs start', () => {
  it('names the run, and the command that waits for its end', async () => {
    const { code, stdout } = await run('runs start', [STARTED]);

    expect(code).toBe(0);
    expect(stdout).toBe(
      `run ${RUN} started\nNext: patchwright runs watch ${RUN} --app ${server?.url}\n`,
    );
  });

  it('takes the address from the environment', async () => {
    const { code } = await run('runs start', [STARTED], { byVariable: true });

    expect(code).toBe(0);
    expect(asked).toEqual(['POST /api/runs']);
  });

  it('says how to name the app if nothing names it', async () => {
    const { code, stderr } = await runInProcess(['runs', 'start']);

    expect(code).toBe(3);
    expect(stderr).toContain('export PATCHWRIGHT_APP=');
  });

  it('opens the page of the run with --web', async () => {
    const { stdout, stderr } = await run('runs start --web', [STARTED], { terminal: true });

    expect(stdout).toBe(`run ${RUN} started\n${pageOf()}\n`);
    expect(stderr).toBe('Opening in the browser:\n');
    expect(opened).toEqual([pageOf()]);
  });

  it('has the address in its JSON with --web', async () => {
    const { stdout } = await run('runs start --web -o json', [STARTED]);

    expect(JSON.parse(stdout)).toMatchObject({ runId: RUN, url: pageOf(), opened: false });
    expect(opened).toEqual([]);
  });

  it('ends with the run if it has both --web and --watch', async () => {
    const replies = [STARTED, { status: 200, body: ended('failed') }];
    const { code, stdout } = await run('runs start --web --watch', replies);

    expect(code).toBe(1);
    expect(stdout).toContain(`run ${RUN} started\n${pageOf()}\nrun ${RUN}  failed\n`);
  });
});

describe('runs watch --app', () => {
  it('asks the app which run is meant, and ends with it', async () => {
    const reply = { status: 200, body: ended('completed') };
    const { code, stdout } = await run('runs watch', [reply, reply]);

    expect(code).toBe(0);
    expect(stdout).toContain(`run ${RUN}  completed`);
    expect(asked).toEqual(['GET /api/runs/latest', `GET /api/runs/${RUN}?wait=30`]);
  });

  it('names the nearest runs if there is no such run', async () => {
    const body = { title: 'Not Found', detail: 'there is no run "2026"', nearest: [RUN] };
    const { code, stderr } = await run('runs watch 2026', [{ status: 404, body }]);

    expect(code).toBe(4);
    expect(stderr).toContain(`did you mean ${RUN}?`);
  });
});
