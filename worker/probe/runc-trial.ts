import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Trial } from '../../lib/job/probe-result.ts';
import { writeBundle } from './runc-bundle.ts';
import type { TrialPrograms } from './trial-programs.ts';

/**
 * Runs one container with runc, configured like a BuildKit step: on an overlay, in its own
 * namespaces and cgroup, with this container's network. Removes everything afterwards.
 */
export async function runcTrial(
  { attempt, mounted }: TrialPrograms,
  folder: string,
  name: string,
): Promise<Trial> {
  const at = (part: string) => join(folder, part);
  for (const part of ['bundle/rootfs', 'lower', 'upper', 'work', 'state']) {
    await mkdir(at(part), { recursive: true });
  }
  const overlay = `lowerdir=${at('lower')},upperdir=${at('upper')},workdir=${at('work')}`;
  const rootfs = at('bundle/rootfs');
  const runc = (...args: string[]) => attempt('runc', '--root', at('state'), ...args);
  return mounted(rootfs, ['-t', 'overlay', 'probe', '-o', overlay], async () => {
    await writeBundle(at('bundle'), name);
    const run = await runc('run', '--bundle', at('bundle'), name);
    // runc removes a container that exits, but not one that was killed.
    if (!run.ok) await runc('delete', '--force', name);
    return run;
  });
}
