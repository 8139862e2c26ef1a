import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blocksOf, sectionOf } from './guides.ts';
import { readText } from './infrastructure.ts';
import { writeStandIns } from './smoke-stand-ins.ts';

const GROUP = 'rg-patchwright-prod';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchwright-remove-'));
  await writeStandIns(folder, { outcome: '', signedIn: true, mode: '' });
  await writeFile(
    join(folder, 'patchwright.env'),
    `export GROUP=${GROUP} JOBS=${GROUP}-jobs CLIENT=client PATCHWRIGHT_REGISTRY_NAME=mine\n`,
  );
  run('az deployment sub create --name patchwright-prod');
});
afterEach(() => rm(folder, { recursive: true }));

/** The commands, as somebody would type them into a new shell; the first that fails ends it. */
function run(commands: string) {
  return spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', commands], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${folder}:${dirname(process.execPath)}:/usr/bin:/bin` },
    timeout: 25_000,
  });
}

describe('What docs/operate.md says to remove everything', () => {
  const [commands = ''] = blocksOf(sectionOf(readText('docs/operate.md'), '## Remove'));

  it('leaves no resource group and no custom role, and takes the roles on the registry back', async () => {
    expect(await readdir(join(folder, 'roles'))).toEqual(['custom-role']);

    const { status, stderr } = run(commands);

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await readdir(join(folder, 'groups'))).toEqual([]);
    expect(await readdir(join(folder, 'roles'))).toEqual([]);
    const calls = await readFile(join(folder, 'calls'), 'utf8');
    expect(calls).toContain('az role assignment delete --assignee client');
  });
});
