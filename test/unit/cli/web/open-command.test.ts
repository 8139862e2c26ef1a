import { describe, expect, it } from 'vitest';
import { openerOf, withoutSecrets } from '../../../../lib/cli/web/open-browser.ts';
import { runInProcess } from '../../../cli/support/run-in-process.ts';

const APP = 'https://patch-1.azurewebsites.net';
const PAGE = `${APP}/api/dashboard`;
const KEY = 'very-secret-key';
const environment = { PATCHWRIGHT_APP: APP, PATCHWRIGHT_FUNCTION_KEY: KEY };

describe('patchwright open', () => {
  it.each([
    [['open'], PAGE],
    [['open', 'team/api:1.4'], `${PAGE}#/images/team/api:1.4`],
    [['open', 'team/api@sha256:1f9a'], `${PAGE}#/images/team/api%40sha256:1f9a`],
    [['open', 'latest'], `${PAGE}#/runs/latest`],
    [['open', '20261123T020000Z-7f3a'], `${PAGE}#/runs/20261123T020000Z-7f3a`],
    [['open', '20261123'], `${PAGE}#/runs/20261123`],
    [['status', '--web'], PAGE],
    [['runs', 'show', '--web'], `${PAGE}#/runs/latest`],
    [['runs', 'show', '20261123', '--web'], `${PAGE}#/runs/20261123`],
    [['runs', 'watch', '--web'], `${PAGE}#/runs/latest`],
    [['images', 'show', 'team/api:1.4', '--web'], `${PAGE}#/images/team/api:1.4`],
    [['report', 'team/api:1.4', '--web'], `${PAGE}#/images/team/api:1.4`],
    [['why', 'team/api', '--web'], `${PAGE}#/images/team/api`],
  ])('%j opens the page that shows it, without a key in the address', async (args, address) => {
    const opened: string[] = [];

    const run = await runInProcess(args, {
      environment,
      terminal: true,
      openBrowser: async (url) => opened.push(url) > 0,
    });

    expect(run).toEqual({
      code: 0,
      stdout: `${address}\n`,
      stderr: 'Opening in the browser:\n',
    });
    expect(opened).toEqual([address]);
  });

  it('says that there is no browser if none can be opened', async () => {
    const run = await runInProcess(['open'], { environment, terminal: true });

    expect(run.stdout).toBe(`${PAGE}\n`);
    expect(run.stderr).toBe('There is no browser here. Open:\n');
  });

  it('only prints the address if its output is no terminal', async () => {
    const openBrowser = () => Promise.reject(new Error('opened'));

    expect(await runInProcess(['open'], { environment, openBrowser })).toEqual({
      code: 0,
      stdout: `${PAGE}\n`,
      stderr: '',
    });
    const asJson = await runInProcess(['open', '-o', 'json'], { environment, openBrowser });
    expect(JSON.parse(asJson.stdout)).toEqual({
      version: 1,
      command: 'open',
      url: PAGE,
      opened: false,
    });
  });

  it('takes the address of --app before that of the environment', async () => {
    const run = await runInProcess(['open', '--app', 'http://localhost:7071'], { environment });

    expect(run.stdout).toBe('http://localhost:7071/api/dashboard\n');
  });

  it('says how to name the app if nothing names it', async () => {
    const run = await runInProcess(['open']);

    expect(run.code).toBe(3);
    expect(run.stderr).toContain('the address of the app is missing');
    expect(run.stderr).toContain('export PATCHWRIGHT_APP=');
  });

  it.each([`${APP}/api?code=${KEY}`, `http://${KEY}.example.test`, KEY])(
    'refuses an address that is no origin, and does not repeat it: %#',
    async (address) => {
      const run = await runInProcess(['open'], { environment: { PATCHWRIGHT_APP: address } });

      expect(run.code).toBe(2);
      expect(run.stderr).toContain('the environment variable PATCHWRIGHT_APP must');
      expect(run.stderr + run.stdout).not.toContain(KEY);
    },
  );
});

describe('the program that opens an address', () => {
  it.each([
    ['darwin', {}, 'open'],
    ['win32', {}, 'rundll32.exe'],
    ['linux', { DISPLAY: ':0' }, 'xdg-open'],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'xdg-open'],
    ['linux', { BROWSER: 'firefox' }, 'xdg-open'],
    ['linux', { DISPLAY: '' }, undefined],
    ['linux', {}, undefined],
  ] as const)('is for %s with %j: %s', (platform, variables, program) => {
    expect(openerOf(platform, variables)?.program).toBe(program);
  });

  it('gets no variable that may hold a key', () => {
    const all = { HOME: '/home/a', AZURE_STORAGE_CONNECTION_STRING: KEY, AzureWebJobsStorage: KEY };

    expect(withoutSecrets({ ...all, PATCHWRIGHT_FUNCTION_KEY: KEY })).toEqual({ HOME: '/home/a' });
  });
});
