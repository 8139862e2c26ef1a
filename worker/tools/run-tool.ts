import type { WorkerContext } from '../context/worker-context.ts';
import { exceedsMemory } from './memory-limit.ts';
import { startTool, type ToolCommand, type ToolEnd } from './start-tool.ts';

export interface ToolRun {
  readonly end: ToolEnd | { readonly how: 'time-limit' | 'memory-limit' | 'stopped' };
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program until it ends, it exceeds a limit, or the container must stop. */
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
    ...memoryLimit(context, tool.pid, { maxBytes: command.maxMemoryBytes, over: over.signal }),
  ]);
  // It may take the rest of the container's memory before it obeys another signal.
  if (end.how === 'memory-limit') await tool.kill();
  if (end.how === 'time-limit' || end.how === 'stopped') await tool.stop();
  over.abort();

  context.log.info('A tool ended.', {
    tool: command.name,
    end: describeEnd(end),
    seconds: Math.round((context.clock.now().getTime() - startedAt) / 1000),
  });
  return { end, stdout: tool.stdout(), stderr: tool.stderr() };
}

function memoryLimit(
  context: WorkerContext,
  pid: number | undefined,
  { maxBytes, over }: { readonly maxBytes: number | undefined; readonly over: AbortSignal },
): readonly Promise<{ readonly how: 'memory-limit' }>[] {
  if (pid === undefined || maxBytes === undefined) return [];
  const exceeded = exceedsMemory(context, pid, { maxBytes, over });
  return [exceeded.then(() => ({ how: 'memory-limit' }))];
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
    case 'memory-limit':
      return 'killed at its memory limit';
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
