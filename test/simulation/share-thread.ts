import { parentPort, workerData } from 'node:worker_threads';
import { type Share, simulateShare } from './share.ts';

/** A thread of `npm run simulate`: runs its share and posts the results. */
const share: Share = workerData;
const result = await simulateShare(share, () => parentPort?.postMessage({ world: true }));
parentPort?.postMessage({ result });
