import type { WorkerContext } from '../context/worker-context.ts';
import { startTool, type ToolCommand, type ToolEnd } from './start-tool.ts';

export interface ToolRun {
  readonly end: ToolEnd | { readonly how: 'time-limit' } | { readonly how: 'stopped' };
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program until it ends, its time limit passes, or the container must stop. */
export async function runTool(
  context: WorkerContext,
  command: ToolCommand,
  limitSeconds: number,
): Promise<ToolRun> {
  const startedAt = context.clock.now().getTime();
  const tool = startTool(context, command);
  const over = new AbortController();
  const end = await Promise.race([
    tool.ended,
    context.sleep(limitSeconds * 1000, over.signal).then(() => ({ how: 'time-limit' as const })),
    aborted(context.stop, over.signal).then(() => ({ how: 'stopped' as const })),
  ]);
  if (end.how === 'time-limit' || end.how === 'stopped') await tool.stop();
  over.abort();

  context.log.info('A tool ended.', {
    tool: command.name,
    end: describeEnd(end),
    seconds: Math.round((context.clock.now().getTime() - startedAt) / 1000),
  });
  return { end, stdout: tool.stdout(), stderr: tool.stderr() };
}

export function succeeded(run: ToolRun): boolean {
  return run.end.how === 'exit' && run.end.code === 0;
}

export function describeEnd(end: ToolRun['end']): string {
  switch (end.how) {
    case 'exit':
      return `exit ${end.code}`;
    case 'signal':
      return `ended by ${end.signal}`;
    case 'not-started':
      return `could not be started (${end.code})`;
    case 'time-limit':
      return 'stopped at its time limit';
    case 'stopped':
      return 'stopped with the container';
  }
}

function aborted(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true, signal: over });
  });
}
