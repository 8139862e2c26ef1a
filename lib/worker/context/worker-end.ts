/** How the worker ended, for its log and its tests; the process exits with 0 in any case. */
export type WorkerEnd = 'done' | 'bad-input' | 'already-written' | 'stopped' | 'result-not-stored';
