import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareTools } from '../prepare.ts';
import { type ProcessResult, runToExit } from '../process/run-process.ts';
import { stderrProgress } from '../progress.ts';
import { type EnclosureRules, makeEnclosures, whyNoEnclosure } from './enclosures.ts';

const ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

let runc: string;
let path: string;

beforeEach(async () => {
  runc = (await prepareTools(stderrProgress())).runc;
  path = await mkdtemp(join(tmpdir(), 'patchwright-enclosed-'));
});

afterEach(() => rm(path, { recursive: true }));

/** Runs a shell script several times as a container of a Standard group would. */
async function enclosed(
  script: string,
  { times = 1, ...rules }: EnclosureRules & { readonly times?: number } = {},
): Promise<readonly ProcessResult[]> {
  const enclosures = await makeEnclosures({ runc, rules: () => rules });
  const inside = { command: '/bin/sh', args: ['-c', script], cwd: '/', env: ENV };
  const enclosure = await enclosures.enclose(inside, { path });
  try {
    const results: ProcessResult[] = [];
    for (let nth = 0; nth < times; nth += 1) {
      results.push(await runToExit({ ...enclosure.next(), timeoutMs: 60_000 }));
    }
    return results;
  } finally {
    await enclosure.remove();
    await enclosures.remove();
  }
}

describe('an enclosed container', () => {
  it('can be made on a machine with root and runc', async () => {
    const enclosures = await makeEnclosures({ runc });

    const why = await whyNoEnclosure(enclosures, [process.execPath]);
    await enclosures.remove();

    expect(why).toBeUndefined();
  });

  it.each([
    [true, '1'],
    [false, '0'],
  ])('has 14 capabilities, a seccomp filter, and noNewPrivileges %s', async (value, shown) => {
    const [result] = await enclosed('grep -E "^(CapEff|Seccomp|NoNewPrivs):" /proc/self/status', {
      noNewPrivileges: value,
    });

    expect(result?.stdout.replaceAll(/\s+/g, ' ').trim()).toBe(
      `CapEff: 00000000a80425fb NoNewPrivs: ${shown} Seccomp: 2`,
    );
  });

  it('may not mount, and sees no process but its own', async () => {
    const [result] = await enclosed('mount -t tmpfs none /mnt; echo $? $$');

    expect(result?.stdout.trim()).toBe('32 1');
    expect(result?.stderr).toContain('permission denied');
  });

  it.each([
    [true, 'full null random tty urandom zero'],
    [false, ''],
  ])('has the device nodes of the worker image: %s', async (deviceNodes, names) => {
    const [result] = await enclosed('ls /usr/local/share/patchwright/dev', { deviceNodes });

    expect(result?.stdout.trim().replaceAll('\n', ' ')).toBe(names);
  });

  it('ends with the exit code of its command, and keeps its files for the next start', async () => {
    const results = await enclosed('cat /written 2>&-; echo once > /written; exit 3', { times: 2 });

    expect(results.map(({ exitCode, stdout }) => [exitCode, stdout])).toEqual([
      [3, ''],
      [3, 'once\n'],
    ]);
    expect(await readdir('/')).not.toContain('written');
    expect(await readdir(path)).toEqual([]);
  });
});
