import { beforeEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../../lib/app.ts';
import { RegistryError } from '../../../lib/registry/registry.ts';
import { startUp } from '../../../lib/start-up/start-up.ts';
import { StorageError } from '../../../lib/storage/storage-error.ts';
import sample from '../../../local.settings.sample.json' with { type: 'json' };
import { RecordingLog } from '../../fakes/recording-log.ts';
import { VirtualTime } from '../../fakes/virtual-time.ts';

const DENIED = new StorageError('denied', 'reading PatchwrightRuns failed: 403');

let time: VirtualTime;
let log: RecordingLog;
beforeEach(() => {
  time = new VirtualTime();
  log = new RecordingLog();
});

/** Creates the app from the sample settings, with these answers of storage and the registry. */
function appWith(
  answers: {
    readonly storage?: () => Promise<boolean>;
    readonly token?: () => Promise<string>;
  } = {},
  settings: Readonly<Record<string, string>> = {},
): Pick<App, 'services' | 'settings'> {
  const { services, settings: read } = createApp(
    { ...sample.Values, ...settings },
    { identity: 'app' },
  );
  const { storage = async () => false, token = async () => tokenFor('pull') } = answers;
  services.throttle.heldUntil = async () => ((await storage()) ? new Date(0) : undefined);
  services.registry.mintToken = async () => ({ token: await token(), expiresAt: new Date(0) });
  return { services: { ...services, clock: time.clock }, settings: read };
}

/** Returns a token of the registry with these rights on the worker's repository. */
function tokenFor(...actions: readonly string[]): string {
  const access = actions.length === 0 ? [] : [{ type: 'repository', name: 'x', actions }];
  return `e30.${Buffer.from(JSON.stringify({ access })).toString('base64url')}.x`;
}

async function started(app: Pick<App, 'services' | 'settings'>): Promise<number> {
  return time.run(startUp(app, { log, sleep: time.sleep }));
}

describe('startUp', () => {
  it('takes no time and logs nothing if every role is in effect', async () => {
    expect(await started(appWith())).toBe(0);
    expect(log.lines).toEqual([]);
  });

  it.each([
    [
      'storage that refuses',
      { storage: async () => Promise.reject(DENIED) },
      'storage',
      /^reading/,
    ],
    [
      'a registry that refuses the identity',
      { token: async () => Promise.reject(new RegistryError('unauthorized', 'exchange: 401')) },
      'the registry',
      /^exchange: 401$/,
    ],
    [
      'a registry whose token allows nothing',
      { token: async () => tokenFor() },
      'the registry',
      /^no right to pull patchwright\/worker-scan$/,
    ],
  ])('waits for %s', async (_, answers, what, detail) => {
    expect(await started(appWith(answers))).toBeGreaterThan(10);
    expect(log.lines[0]).toMatchObject({
      level: 'warn',
      fields: { what, detail: expect.stringMatching(detail) },
    });
  });

  it('checks storage and the registry at the same time', async () => {
    const asked: string[] = [];
    const both = async (name: string) => {
      asked.push(name);
      await time.sleep(1000);
      return undefined;
    };

    const seconds = await started(
      appWith({
        storage: async () => (await both('storage')) ?? false,
        token: async () => {
          await both('registry');
          return tokenFor('pull');
        },
      }),
    );

    expect(asked).toEqual(['storage', 'registry']);
    expect(seconds).toBe(1);
  });

  it('names all unknown settings of a newer version in one warning', async () => {
    const newer = { PATCHWRIGHT_SETTINGS_VERSION: '9', PATCHWRIGHT_A: 'x', PATCHWRIGHT_B: 'y' };

    await started(appWith({}, newer));

    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: expect.stringContaining('newer than the code'),
        fields: { version: 9, unknown: 'PATCHWRIGHT_A, PATCHWRIGHT_B' },
      },
    ]);
  });
});
