import { Random } from '../../simulation/random.ts';
import type { GroupFault } from '../arm/group-fault.ts';

/** The services that can fail. Each except the registry is behind a proxy. */
export type Service = 'registry' | 'arm' | 'blob' | 'queue' | 'table' | 'identity';
export const SERVICES = ['registry', 'arm', 'blob', 'queue', 'table', 'identity'] as const;

/** The failure of one request. `dropped-after`: it took effect, but its sender gets no response. */
export type WireFault =
  | 'throttled'
  | 'server-error'
  | 'unavailable'
  | 'dropped-before'
  | 'dropped-after';

/** The fault of one message on its way into a queue. */
export type MessageFault = 'duplicate' | 'late' | 'lost';

/** Events that a kill may follow, so that it hits the same place on machines of any speed. */
export type Moment = (typeof MOMENTS)[number];
const MOMENTS = ['group', 'patch'] as const;

export interface Kill {
  /** Milliseconds after the start, or with the nth group created or manifest put under a user's tag. */
  readonly at: { readonly ms: number } | { readonly moment: Moment; readonly nth: number };
  /** How long the app stays down. */
  readonly downMs: number;
}

/** A time during which a service answers nobody. */
export interface Outage {
  readonly service: Service;
  readonly atMs: number;
  readonly lastsMs: number;
}

/** All faults of a run, by the number (from 1) of the request, group or message. */
export interface ChaosPlan {
  readonly seed: number;
  /** Time after which nothing fails any more, so that the run can end. */
  readonly untilMs: number;
  readonly kills: readonly Kill[];
  readonly outages: readonly Outage[];
  readonly requests: Readonly<Record<Service, ReadonlyMap<number, WireFault>>>;
  readonly groups: ReadonlyMap<number, GroupFault>;
  readonly messages: ReadonlyMap<number, MessageFault>;
}

export interface ChaosScale {
  readonly untilMs: number;
  /** Kills by the clock, and kills with one of the first events of a kind. */
  readonly kills: {
    readonly clock: number;
  } & Readonly<Record<Moment, { readonly count: number; readonly first: number }>>;
  readonly outages: number;
  /** Time before which outages start. */
  readonly outagesMs: number;
  /** Number of creations of groups that may fail. An image ends after three lost attempts. */
  readonly groups: number;
  /** Faults of groups after which all jobs wait for a minute. */
  readonly minutes: number;
  /**
   * Scale of the planned requests of each service; 1 is more than a demo's run makes without faults.
   */
  readonly requests: number;
}

/** The scales of the demo and, shorter, of the tests. */
export const DEMO_SCALE: ChaosScale = {
  untilMs: 90_000,
  kills: { clock: 1, group: { count: 2, first: 4 }, patch: { count: 2, first: 3 } },
  outages: 4,
  outagesMs: 50_000,
  groups: 14,
  minutes: 0.06,
  requests: 1,
};
export const TEST_SCALE: ChaosScale = {
  // Longer than the run on a slow machine: the plan's faults end by their numbers.
  untilMs: 100_000,
  kills: { clock: 0, group: { count: 1, first: 3 }, patch: { count: 1, first: 2 } },
  outages: 1,
  outagesMs: 6_000,
  groups: 2,
  minutes: 0,
  requests: 0.12,
};

const WIRE = {
  throttled: 3,
  'server-error': 2,
  unavailable: 2,
  'dropped-before': 2,
  'dropped-after': 3,
} as const satisfies Record<WireFault, number>;
const MESSAGE = { duplicate: 3, late: 2, lost: 1 } as const satisfies Record<MessageFault, number>;
/** The share of failing requests among the first ones. Tables get requests all the time. */
const REQUESTS: Readonly<Record<Service, { readonly count: number; readonly share: number }>> = {
  registry: { count: 700, share: 0.05 },
  arm: { count: 60, share: 0.12 },
  blob: { count: 200, share: 0.06 },
  queue: { count: 500, share: 0.03 },
  table: { count: 900, share: 0.03 },
  identity: { count: 30, share: 0.3 },
};
const GROUP_SHARE = 0.35;
const MESSAGES = { count: 150, share: 0.1 } as const;
const FIRST_KILL_MS = 2_000;

/** The same seed and scale give the same plan. */
export function chaosPlan(seed: number, scale: ChaosScale): ChaosPlan {
  const random = new Random(seed);
  const { untilMs } = scale;
  const kill = (at: Kill['at']) => ({ at, downMs: random.between(100, 1_500) });
  const times = (count: number, make: () => Kill) => Array.from({ length: count }, make);
  const kills = [
    ...times(scale.kills.clock, () => kill({ ms: random.between(FIRST_KILL_MS, scale.outagesMs) })),
    ...MOMENTS.flatMap((moment) => {
      const { count, first } = scale.kills[moment];
      return times(count, () => kill({ moment, nth: random.between(1, first) }));
    }),
  ];
  const outages = Array.from({ length: scale.outages }, () => ({
    service: random.pick(SERVICES),
    atMs: random.between(1_000, scale.outagesMs),
    lastsMs: random.between(500, 2_500),
  }));
  const requests = (service: Service) => {
    const { count, share } = REQUESTS[service];
    return some(random, share, Math.ceil(count * scale.requests), () =>
      random.weighted<WireFault>(WIRE),
    );
  };
  return {
    seed,
    untilMs,
    kills,
    outages,
    requests: {
      registry: requests('registry'),
      arm: requests('arm'),
      blob: requests('blob'),
      queue: requests('queue'),
      table: requests('table'),
      identity: requests('identity'),
    },
    groups: some(random, GROUP_SHARE, scale.groups, () => groupFault(random, scale.minutes)),
    messages: some(random, MESSAGES.share, Math.ceil(MESSAGES.count * scale.requests), () =>
      random.weighted<MessageFault>(MESSAGE),
    ),
  };
}

function some<Fault>(
  random: Random,
  share: number,
  count: number,
  fault: () => Fault,
): ReadonlyMap<number, Fault> {
  const faults = new Map<number, Fault>();
  for (let nth = 1; nth <= count; nth += 1) {
    if (random.chance(share)) faults.set(nth, fault());
  }
  return faults;
}

/**
 * Not among them: a group that never leaves its queue, which only the deadline of an attempt ends
 * (40 minutes), and refusals for a quota or for capacity, after which all jobs rest for two.
 */
function groupFault(random: Random, minutes: number): GroupFault {
  const afterMs = random.between(0, 1_500);
  if (random.chance(minutes)) {
    return random.pick<GroupFault>([
      { kind: 'provisioning-failed', event: 'InsufficientCapacity' },
      { kind: 'ends-without-running', exitCode: 7147 },
    ]);
  }
  return random.pick<GroupFault>([
    { kind: 'refused', with: 'throttled', retryAfterSeconds: 1 },
    { kind: 'refused', with: 'network', retryAfterSeconds: 1 },
    { kind: 'refused', with: 'server-error' },
    { kind: 'answer-lost' },
    { kind: 'vanishes', afterMs },
    { kind: 'out-of-memory', afterMs },
    { kind: 'ends-without-running', exitCode: 0 },
    { kind: 'restarted', afterMs },
    { kind: 'slow-start', delayMs: random.between(2_000, 6_000) },
  ]);
}
