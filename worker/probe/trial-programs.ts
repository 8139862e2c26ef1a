import type { Trial } from '../../lib/job/probe-result.ts';
import { plainLines } from '../../lib/text/plain-lines.ts';
import { tailMessage } from '../context/tail-message.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { describeEnd, runTool, succeeded } from '../tools/run-tool.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';

const LIMIT_SECONDS = 20;
const LONGEST_DETAIL = 300;

/** Runs programs that test the privileges of a container. */
export interface TrialPrograms {
  /** Runs one to its end. If it fails, the detail quotes its output. */
  attempt(program: string, ...args: readonly string[]): Promise<Trial>;
  /** Mounts, runs `there`, and always unmounts. */
  mounted(target: string, args: readonly string[], there?: () => Promise<Trial>): Promise<Trial>;
}

export function trialPrograms(
  context: WorkerContext,
  { variables }: ToolEnvironment,
): TrialPrograms {
  async function attempt(program: string, ...args: readonly string[]): Promise<Trial> {
    const command = { name: program, args, environment: variables };
    const run = await runTool(context, command, LIMIT_SECONDS);
    if (succeeded(run)) return { ok: true, detail: '' };
    const end = `${program} ${describeEnd(run.end)}`;
    const said = tailMessage(plainLines(run.stderr), 1, LONGEST_DETAIL - end.length - 2);
    return { ok: false, detail: said === '' ? end : `${end}: ${said}` };
  }

  async function unmount(target: string): Promise<Trial> {
    const unmounted = await attempt('umount', target);
    if (!unmounted.ok) await attempt('umount', '--lazy', target);
    return unmounted;
  }

  return {
    attempt,
    async mounted(target, args, there) {
      const mount = await attempt('mount', ...args, target);
      if (!mount.ok) return mount;
      const done = await there?.().catch((error: unknown): Trial => {
        return { ok: false, detail: `failed: ${String(error)}`.slice(0, LONGEST_DETAIL) };
      });
      const unmounted = await unmount(target);
      return done?.ok === false ? done : unmounted;
    },
  };
}
