/** How the worker ended, for its log and its tests. The process always exits with 0. */
export type WorkerEnd = 'done' | 'bad-input' | 'already-written' | 'stopped' | 'result-not-stored';
