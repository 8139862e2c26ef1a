import { describe, expect, it } from 'vitest';
import type { CliContext } from '../../../lib/cli/cli-context.ts';
import { settingsFrom } from '../../../lib/cli/settings-source.ts';

function contextWith(readFile: CliContext['readFile']): CliContext {
  const sink = { write: () => undefined, isTerminal: false };
  return {
    user: 'alice',
    environment: { PATCHWRIGHT_REGISTRY: 'from.the.environment' },
    stdout: sink,
    stderr: sink,
    readFile,
    openFile: () => {
      throw new Error('no file is opened');
    },
    writeFile: async () => undefined,
    clock: { now: () => new Date(0) },
    delays: { wait: async () => undefined, random: () => 0 },
    sleep: async () => undefined,
    openBrowser: async () => false,
    stop: new AbortController().signal,
  };
}

describe('settingsFrom', () => {
  it('returns the environment if no file is named', async () => {
    const context = contextWith(async () => 'never read');

    expect(await settingsFrom(context, undefined)).toBe(context.environment);
  });

  it.each([
    ['a local.settings.json', { IsEncrypted: false, Values: { A: '1', B: '2' } }],
    [
      'the list that az prints',
      [
        { name: 'A', value: '1', slotSetting: false },
        { name: 'B', value: '2', slotSetting: true },
      ],
    ],
  ])('reads %s and ignores the environment', async (_, document) => {
    const context = contextWith(async () => JSON.stringify(document));

    expect(await settingsFrom(context, 'settings.json')).toEqual({ A: '1', B: '2' });
  });

  it('treats a setting without a value as empty', async () => {
    const context = contextWith(async () => '[{"name":"A","value":null}]');

    expect(await settingsFrom(context, 'settings.json')).toEqual({ A: '' });
  });

  it.each([
    ['text that is not JSON', 'AccountKey=secret', /not JSON/],
    ['another document', '{"AccountKey":"secret"}', /unknown format/],
    ['values that are not text', '{"Values":{"A":{"AccountKey":"secret"}}}', /unknown format/],
    ['more than a mebibyte', `"${'x'.repeat(1024 * 1024)}"`, /larger than 1 MiB/],
  ])('refuses %s without quoting it', async (_, text, why) => {
    const refused = settingsFrom(
      contextWith(async () => text),
      'settings.json',
    );

    await expect(refused).rejects.toThrow(why);
    await expect(refused).rejects.toMatchObject({ where: 'settings.json' });
    await expect(refused).rejects.not.toThrow(/secret/);
  });

  it('says why a file can’t be read', async () => {
    const missing = Object.assign(new Error('no'), { code: 'ENOENT' });
    const context = contextWith(async () => {
      throw missing;
    });

    await expect(settingsFrom(context, 'gone.json')).rejects.toThrow(/can't be read \(ENOENT\)/);
  });
});
