import { beforeAll, expect, it } from 'vitest';
import { demoImages } from '../images/demo-images.ts';
import { chaosPlan, TEST_SCALE } from './chaos/chaos-plan.ts';
import { type ChaosEnd, runThroughChaos } from './chaos/chaos-run.ts';

/*
 * The short form of `npm run demo -- --chaos`: the built app, its process killed twice, every
 * service failing for a while.
 */
const SEED = 1;
const IMAGES = ['team/api', 'platform/base'];
let end: ChaosEnd;

beforeAll(async () => {
  end = await runThroughChaos({
    plan: chaosPlan(SEED, TEST_SCALE),
    settings: { PATCHWRIGHT_LEASE_SECONDS: '5' },
    images: async (registry) =>
      (await demoImages({ registry })).filter(({ repository }) => IMAGES.includes(repository)),
  });
}, 240_000);

it('a run with kills and faults in every service keeps every promise', () => {
  expect(end.promises.filter(({ broken }) => broken.length > 0)).toEqual([]);
  expect(end.promises.length).toBeGreaterThan(0);
});

it('a fault explains every image that ends differently than without faults', () => {
  expect(end.unexplained).toEqual([]);
});

it('the process was killed, and every service failed', () => {
  const places = new Set(Object.keys(end.faults).map((name) => name.split(' ')[0]));

  expect(end.faults['app kill']).toBeGreaterThanOrEqual(2);
  expect([...places].sort()).toEqual(
    expect.arrayContaining(['app', 'arm', 'blob', 'identity', 'queue', 'registry', 'table']),
  );
});
