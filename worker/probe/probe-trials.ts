import { mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ProbeResult, Trial } from '../../lib/job/probe-result.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';
import { runcTrial } from './runc-trial.ts';
import { type TrialPrograms, trialPrograms } from './trial-programs.ts';

const CGROUPS = '/sys/fs/cgroup';
/** runc creates a folder in every hierarchy of cgroup v1, so testing one is enough. */
const OLD_HIERARCHIES = ['memory', 'pids', 'cpu'] as const;

/** Tries the operations of BuildKit and runc with the same programs, and cleans up after each. */
export async function runTrials(
  context: WorkerContext,
  environment: ToolEnvironment,
): Promise<ProbeResult['trials']> {
  const folder = join(context.scratch, 'probe');
  const at = (name: string) => join(folder, name);
  for (const name of ['source', 'target', 'lower', 'upper', 'work']) {
    await mkdir(at(name), { recursive: true });
  }
  const overlay = `lowerdir=${at('lower')},upperdir=${at('upper')},workdir=${at('work')}`;
  const target = at('target');
  const programs = trialPrograms(context, environment);
  const { mounted, attempt } = programs;
  const unshare = (...args: string[]) => attempt('unshare', ...args, 'true');
  // Unique, because the name of each container's scratch folder is.
  const name = `patchwright-probe-${basename(context.scratch)}`;

  // Runs in sequence, because the mounts share their target.
  return {
    'bind-mount': await mounted(target, ['--bind', at('source')]),
    'tmpfs-mount': await mounted(target, ['-t', 'tmpfs', 'probe']),
    'overlay-mount': await mounted(target, ['-t', 'overlay', 'probe', '-o', overlay]),
    'proc-mount': await unshare('--pid', '--fork', '--mount-proc'),
    'unshare-mount': await unshare('--mount'),
    'unshare-pid': await unshare('--pid', '--fork'),
    'unshare-user': await unshare('--user'),
    'cgroup-write': await writeCgroup(programs, name),
    'runc-container': await runcTrial(programs, at('runc'), name),
  };
}

/** Creates and removes a cgroup, which is a folder in this file system, as runc does. */
async function writeCgroup({ attempt }: TrialPrograms, name: string): Promise<Trial> {
  const folder = join(await cgroupFolder(), name);
  const made = await attempt('mkdir', folder);
  return made.ok ? await attempt('rmdir', folder) : made;
}

async function cgroupFolder(): Promise<string> {
  for (const name of OLD_HIERARCHIES) {
    const folder = join(CGROUPS, name);
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory() === true) return folder;
  }
  return CGROUPS;
}
