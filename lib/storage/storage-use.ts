import { AsyncLocalStorage } from 'node:async_hooks';

/** One for the process: Node visits each that ever ran something whenever a promise is made. */
const currentRun = new AsyncLocalStorage<string>();
/** Far more than the runs that a process works for at once. */
const MOST_RUNS = 100;

/**
 * Counts this process's requests to storage by the run that causes them. A step's row takes the count in
 * a write that it makes anyway; requests after that write wait for the next row of the same run.
 */
export class StorageUse {
  readonly #open = new Map<string, number>();

  /** Requests within `work` count for this run. Without it, they count for none. */
  during<Result>(runId: string, work: () => Promise<Result>): Promise<Result> {
    return currentRun.run(runId, work);
  }

  /** Notes that storage answered one request, with whatever status. */
  answered(): void {
    const runId = currentRun.getStore();
    if (runId === undefined) return;
    this.#open.set(runId, (this.#open.get(runId) ?? 0) + 1);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_RUNS && oldest !== undefined) this.#open.delete(oldest);
  }

  /**
   * Takes the requests of a run that are in no row yet. Nothing gives them back: a write without an answer
   * may have taken effect, and a request must not count twice.
   */
  take(runId: string): number {
    const open = this.#open.get(runId) ?? 0;
    this.#open.delete(runId);
    return open;
  }
}
