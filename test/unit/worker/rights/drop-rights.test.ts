import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { dropRights, type ProcessUser } from '../../../../worker/rights/drop-rights.ts';

/** Our own ids, so that the files can be given to them without root's rights. */
const UID = process.getuid?.() || 65532;
const GID = process.getgid?.() || 65532;

/** Records the calls, and is root until `setuid`. */
function root(refuse?: string) {
  let uid = 0;
  const calls: string[] = [];
  const call = (name: string, given: unknown) => {
    if (name === refuse) throw Object.assign(new Error('refused'), { code: 'EPERM' });
    calls.push(`${name} ${JSON.stringify(given)}`);
  };
  const user: ProcessUser = {
    getuid: () => uid,
    setgroups: (groups) => call('setgroups', groups),
    setgid: (id) => call('setgid', id),
    setuid: (id) => {
      call('setuid', id);
      uid = id;
    },
  };
  return { user, calls };
}

async function folders() {
  const base = await mkdtemp(join(tmpdir(), 'pw-rights-'));
  onTestFinished(() => rm(base, { recursive: true, force: true }));
  const [job, scratch] = [join(base, 'job'), join(base, 'scratch')];
  await mkdir(job);
  await mkdir(scratch);
  await writeFile(join(job, 'job.json'), '{}', { mode: 0o600 });
  await writeFile(join(job, 'config.json'), '{"auths":{}}', { mode: 0o600 });
  await writeFile(join(job, 'other'), 'not of the job');
  const environment = { PATCHWRIGHT_USER: `${UID}:${GID}`, PATCHWRIGHT_JOB_FOLDER: job };
  return { environment, scratch };
}

it('copies the files of the job, then gives up the groups, the group and the user', async () => {
  const { environment, scratch } = await folders();
  const { user, calls } = root();

  const dropped = await dropRights(environment, scratch, user);

  const folder = join(scratch, 'job');
  expect(dropped).toEqual({ ok: true, value: { ...environment, PATCHWRIGHT_JOB_FOLDER: folder } });
  expect((await readdir(folder)).sort()).toEqual(['config.json', 'job.json']);
  expect(await readFile(join(folder, 'config.json'), 'utf8')).toBe('{"auths":{}}');
  expect(calls).toEqual(['setgroups []', `setgid ${GID}`, `setuid ${UID}`]);
});

it('lets the owner of a copy read it, whatever the mode of the secret', async () => {
  const { environment, scratch } = await folders();
  await chmod(join(environment.PATCHWRIGHT_JOB_FOLDER, 'config.json'), 0o644);

  await dropRights(environment, scratch, root().user);

  for (const name of ['job.json', 'config.json']) {
    expect((await stat(join(scratch, 'job', name))).mode & 0o777).toBe(0o400);
  }
});

it.each(['setgroups', 'setgid', 'setuid'])('refuses to go on if %s is refused', async (call) => {
  const { environment, scratch } = await folders();

  expect(await dropRights(environment, scratch, root(call).user)).toEqual({
    ok: false,
    fault: 'the rights of root were not given up (EPERM)',
  });
});

it('refuses to go on if it is still root afterwards', async () => {
  const { environment, scratch } = await folders();
  const { user } = root();

  const dropped = await dropRights(environment, scratch, { ...user, getuid: () => 0 });

  expect(dropped).toEqual({ ok: false, fault: 'the worker is still root' });
});

it.each(['0:0', '0:65532', '65532:0', '65532', 'nobody', '65532:65532:1', '-1:1'])(
  'refuses the user %s',
  async (wanted) => {
    const { environment, scratch } = await folders();
    const { user, calls } = root();

    const dropped = await dropRights({ ...environment, PATCHWRIGHT_USER: wanted }, scratch, user);

    expect(dropped).toEqual({ ok: false, fault: expect.stringContaining('must be UID:GID') });
    expect(calls).toEqual([]);
  },
);

it('keeps its rights if the image names no user', async () => {
  const { environment, scratch } = await folders();
  const { user, calls } = root();
  const { PATCHWRIGHT_USER: _, ...without } = environment;

  expect(await dropRights(without, scratch, user)).toEqual({ ok: true, value: without });
  expect(calls).toEqual([]);
});

it('changes nothing if it does not run as root', async () => {
  const { environment, scratch } = await folders();
  const { user, calls } = root();

  const dropped = await dropRights(environment, scratch, { ...user, getuid: () => 1000 });

  expect(dropped).toEqual({ ok: true, value: environment });
  expect(calls).toEqual([]);
});
