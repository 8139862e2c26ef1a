import { expect, it } from 'vitest';
import { chaosPlan, DEMO_SCALE, SERVICES, TEST_SCALE } from './chaos-plan.ts';

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed);

it('the same seed gives the same plan, and another seed another plan', () => {
  expect(chaosPlan(7, DEMO_SCALE)).toEqual(chaosPlan(7, DEMO_SCALE));
  expect(chaosPlan(7, DEMO_SCALE)).not.toEqual(chaosPlan(8, DEMO_SCALE));
});

it.each([
  ['demo', DEMO_SCALE, 5],
  ['test', TEST_SCALE, 2],
] as const)('every plan of a %s kills the app several times', (_, scale, kills) => {
  const counts = SEEDS.map((seed) => chaosPlan(seed, scale).kills.length);

  expect(new Set(counts)).toEqual(new Set([kills]));
});

it.each(SERVICES)('every plan of a demo has faults of %s, among its first requests', (service) => {
  const firsts = SEEDS.map((seed) => {
    const [first = Number.POSITIVE_INFINITY] = chaosPlan(seed, DEMO_SCALE).requests[service].keys();
    return first;
  });

  expect(Math.max(...firsts)).toBeLessThan(300);
});

it('plans vary how groups, requests and messages fail, and use every kind of fault', () => {
  const plans = SEEDS.map((seed) => chaosPlan(seed, DEMO_SCALE));

  const groups = new Set(
    plans.flatMap((plan) => [...plan.groups.values()].map(({ kind }) => kind)),
  );
  const messages = new Set(plans.flatMap((plan) => [...plan.messages.values()]));
  const requests = new Set(plans.flatMap((plan) => [...plan.requests.registry.values()]));
  expect([...groups].sort()).toEqual([
    'answer-lost',
    'ends-without-running',
    'out-of-memory',
    'provisioning-failed',
    'refused',
    'restarted',
    'slow-start',
    'vanishes',
  ]);
  expect([...messages].sort()).toEqual(['duplicate', 'late', 'lost']);
  expect([...requests].sort()).toEqual([
    'dropped-after',
    'dropped-before',
    'server-error',
    'throttled',
    'unavailable',
  ]);
});
