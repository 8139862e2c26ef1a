import { readFile } from 'node:fs/promises';
import type { WorkerContext } from '../context/worker-context.ts';

const LOOK_EVERY_MS = 250;
/** Memory of the program itself, without files that it maps, such as the vulnerability database. */
const OWN_MEMORY = /^RssAnon:\s+(\d+) kB$/m;

/**
 * Resolves once a process holds more memory than the limit. Linux alone would end any process of the
 * container, the worker included. Never resolves if the process has ended or `over` is aborted.
 */
export async function exceedsMemory(
  context: Pick<WorkerContext, 'sleep'>,
  pid: number,
  watch: { readonly maxBytes: number; readonly over: AbortSignal },
): Promise<void> {
  while (!watch.over.aborted) {
    const bytes = await ownMemory(pid);
    if (bytes === undefined) break;
    if (bytes > watch.maxBytes) return;
    await context.sleep(LOOK_EVERY_MS, watch.over);
  }
  await new Promise(() => {});
}

/** Source: proc_pid_status(5). Undefined if the process has ended or its system has no such file. */
async function ownMemory(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = OWN_MEMORY.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
