import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { bundledStandIns } from '../../stand-ins/bundle.ts';

/** The stand-in tools, with a Trivy that first writes down what it may do. */
export interface WatchedTrivy {
  readonly toolsFolder: string;
  /** What each call of Trivy found, oldest first. */
  calls(): Promise<readonly TrivyCall[]>;
  remove(): Promise<void>;
}

const TrivyCall = z.object({
  uid: z.int(),
  gid: z.int(),
  /** The answer to an attempt to list the container's secret volume: `read`, or the error's code. */
  secret: z.string(),
});
export type TrivyCall = z.infer<typeof TrivyCall>;

/** The volume lies beside the temporary folder, in which the worker's own folder is. */
const WATCH = `#!/usr/bin/env node
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
let secret = 'read';
try {
  readdirSync(join(process.env.TMPDIR, '../../../volumes'));
} catch (error) {
  secret = error.code;
}
const call = { uid: process.getuid(), gid: process.getgid(), secret };
appendFileSync(CALLS, JSON.stringify(call) + '\\n');
const { status } = spawnSync(TRIVY, process.argv.slice(2), { stdio: 'inherit' });
process.exit(status ?? 1);
`;

export async function watchedTrivy(): Promise<WatchedTrivy> {
  const standIns = await bundledStandIns();
  const toolsFolder = await mkdtemp(join(tmpdir(), 'patchwright-tools-'));
  const calls = join(toolsFolder, 'calls');
  const tools = (await readdir(standIns)).filter((name) => name !== 'trivy');
  for (const name of tools) await symlink(join(standIns, name), join(toolsFolder, name));
  const constants = { CALLS: calls, TRIVY: join(standIns, 'trivy') };
  const program = Object.entries(constants).reduce(
    (text, [name, value]) => text.replace(`(${name},`, () => `(${JSON.stringify(value)},`),
    WATCH,
  );
  await writeFile(join(toolsFolder, 'trivy'), program);
  await writeFile(calls, '');
  await chmod(toolsFolder, 0o755);
  await chmod(join(toolsFolder, 'trivy'), 0o755);
  await chmod(calls, 0o666);
  return {
    toolsFolder,
    async calls() {
      const lines = (await readFile(calls, 'utf8')).split('\n').filter((line) => line !== '');
      return lines.map((line) => TrivyCall.parse(JSON.parse(line)));
    },
    remove: () => rm(toolsFolder, { recursive: true, force: true }),
  };
}

/** Why tools can't run as this user (`UID:GID`) here; undefined if they can. */
export async function whyNotAs(
  user: string,
  { toolsFolder }: WatchedTrivy,
): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root can start a worker that gives up its rights';
  const [uid = 0, gid = 0] = user.split(':').map(Number);
  try {
    await promisify(execFile)(process.execPath, ['--check', join(toolsFolder, 'copa')], {
      uid,
      gid,
    });
  } catch {
    return 'another user cannot read this checkout';
  }
  return undefined;
}
