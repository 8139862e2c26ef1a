import { parentPort, workerData } from 'node:worker_threads';
import { type Share, simulateShare } from './share.ts';

/** One thread of `npm run simulate`: does its share and posts how it went. */
const share: Share = workerData;
const result = await simulateShare(share, () => parentPort?.postMessage({ world: true }));
parentPort?.postMessage({ result });
