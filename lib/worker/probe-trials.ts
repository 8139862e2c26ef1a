import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeResult, Trial } from '../job/probe-result.ts';
import { plainLines, tailMessage } from './plain-text.ts';
import { describeEnd, runTool, succeeded } from './run-tool.ts';
import type { ToolEnvironment } from './tool-environment.ts';
import type { WorkerContext } from './worker-context.ts';

const LIMIT_SECONDS = 20;
const LONGEST_DETAIL = 300;

interface Attempt {
  readonly program: string;
  readonly args: readonly string[];
}

/** Tries each system call by the program that makes it, and takes every mount away again. */
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

  async function attempt({ program, args }: Attempt): Promise<Trial> {
    const command = { name: program, args, environment: environment.variables };
    const run = await runTool(context, command, LIMIT_SECONDS);
    if (succeeded(run)) return { ok: true, detail: '' };
    const end = `${program} ${describeEnd(run.end)}`;
    const said = tailMessage(plainLines(run.stderr), 1, LONGEST_DETAIL - end.length - 2);
    return { ok: false, detail: said === '' ? end : `${end}: ${said}` };
  }

  async function mount(...args: string[]): Promise<Trial> {
    const mounted = await attempt({ program: 'mount', args: [...args, target] });
    if (!mounted.ok) return mounted;
    const unmounted = await attempt({ program: 'umount', args: [target] });
    if (!unmounted.ok) await attempt({ program: 'umount', args: ['--lazy', target] });
    return unmounted;
  }

  const unshare = (...args: string[]) => attempt({ program: 'unshare', args: [...args, 'true'] });
  // One after the other: the mounts share their target.
  return {
    'bind-mount': await mount('--bind', at('source')),
    'tmpfs-mount': await mount('-t', 'tmpfs', 'probe'),
    'overlay-mount': await mount('-t', 'overlay', 'probe', '-o', overlay),
    'unshare-mount': await unshare('--mount'),
    'unshare-pid': await unshare('--pid', '--fork'),
    'unshare-user': await unshare('--user'),
  };
}
