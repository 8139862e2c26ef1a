import * as z from 'zod';
import type { Task } from '../task.ts';

const OfRun = z.object({ runId: z.string() });
const Tell = z.object({ tell: z.string() });

/** Knows how many requests storage received, by the run that the message of the invocation names. */
export class StorageWatch {
  readonly #ofRuns = new Map<string, number>();
  /** Of timers, which work for any run. */
  #ofTimers = 0;

  received({ message }: Pick<Task, 'message'>): void {
    const runId =
      OfRun.safeParse(message?.body).data?.runId ?? Tell.safeParse(message?.body).data?.tell;
    if (runId === undefined) this.#ofTimers += 1;
    else this.#ofRuns.set(runId, (this.#ofRuns.get(runId) ?? 0) + 1);
  }

  /** At most so many requests were sent for this run. */
  mostOf(runId: string): number {
    return (this.#ofRuns.get(runId) ?? 0) + this.#ofTimers;
  }
}
