import { Random } from '../../simulation/random.ts';
import type { GroupFault } from '../arm/group-fault.ts';

/** What can be between the app and the outside: every service but the registry has a proxy in front. */
export type Service = 'registry' | 'arm' | 'blob' | 'queue' | 'table' | 'identity';
export const SERVICES = ['registry', 'arm', 'blob', 'queue', 'table', 'identity'] as const;

/** How one request fails. `dropped-after`: it took effect, and its sender never learns of it. */
export type WireFault =
  | 'throttled'
  | 'server-error'
  | 'unavailable'
  | 'dropped-before'
  | 'dropped-after';

/** What becomes of one message on its way into a queue. */
export type MessageFault = 'duplicate' | 'late' | 'lost';

/** What a kill may come with, so that it hits the same place however fast the machine is. */
export type Moment = 'group' | 'patch';

export interface Kill {
  /** Milliseconds after the start, or with the nth group created or manifest put under a user's tag. */
  readonly at: { readonly ms: number } | { readonly moment: Moment; readonly nth: number };
  /** How long nothing runs. */
  readonly downMs: number;
}

/** For a while a service answers nobody. */
export interface Outage {
  readonly service: Service;
  readonly atMs: number;
  readonly lastsMs: number;
}

/** Everything that is done to a run, by the number (from 1) of the request, group or message. */
export interface ChaosPlan {
  readonly seed: number;
  /** From here on nothing fails any more, so that the run can end. */
  readonly untilMs: number;
  readonly kills: readonly Kill[];
  readonly outages: readonly Outage[];
  readonly requests: Readonly<Record<Service, ReadonlyMap<number, WireFault>>>;
  readonly groups: ReadonlyMap<number, GroupFault>;
  readonly messages: ReadonlyMap<number, MessageFault>;
}

export interface ChaosScale {
  readonly untilMs: number;
  /** By the clock, with the creation of a group, and with a patch that is being published. */
  readonly kills: { readonly clock: number } & Readonly<Record<Moment, number>>;
  readonly outages: number;
  /** So many creations of groups may fail; three lost attempts of one image end it. */
  readonly groups: number;
}

/** As a demo shows it, and in short for the tests. */
export const DEMO_SCALE: ChaosScale = {
  untilMs: 45_000,
  kills: { clock: 1, group: 2, patch: 2 },
  outages: 4,
  groups: 14,
};
export const TEST_SCALE: ChaosScale = {
  untilMs: 12_000,
  kills: { clock: 0, group: 1, patch: 1 },
  outages: 1,
  groups: 4,
};

const WIRE = {
  throttled: 3,
  'server-error': 2,
  unavailable: 2,
  'dropped-before': 2,
  'dropped-after': 3,
} as const satisfies Record<WireFault, number>;
const MESSAGE = { duplicate: 3, late: 2, lost: 1 } as const satisfies Record<MessageFault, number>;
/** The share of requests that fail. Storage is asked all the time, the identity once a token. */
const SHARE: Readonly<Record<Service, number>> = {
  registry: 0.05,
  arm: 0.1,
  blob: 0.05,
  queue: 0.03,
  table: 0.03,
  identity: 0.3,
};
const GROUP_SHARE = 0.35;
const MESSAGE_SHARE = 0.1;
const PLANNED_REQUESTS = 5_000;
const FIRST_KILL_MS = 2_000;

/** The same seed and scale give the same plan. */
export function chaosPlan(seed: number, scale: ChaosScale): ChaosPlan {
  const random = new Random(seed);
  const { untilMs } = scale;
  const kill = (at: Kill['at']) => ({ at, downMs: random.between(100, 1_500) });
  const times = (count: number, make: () => Kill) => Array.from({ length: count }, make);
  const kills = [
    ...times(scale.kills.clock, () => kill({ ms: random.between(FIRST_KILL_MS, untilMs / 2) })),
    ...times(scale.kills.group, () => kill({ moment: 'group', nth: random.between(1, 4) })),
    ...times(scale.kills.patch, () => kill({ moment: 'patch', nth: random.between(1, 3) })),
  ];
  const outages = Array.from({ length: scale.outages }, () => ({
    service: random.pick(SERVICES),
    atMs: random.between(1_000, untilMs - 2_000),
    lastsMs: random.between(500, 2_500),
  }));
  const wire = () => random.weighted<WireFault>(WIRE);
  return {
    seed,
    untilMs,
    kills,
    outages,
    requests: {
      registry: some(random, SHARE.registry, PLANNED_REQUESTS, wire),
      arm: some(random, SHARE.arm, PLANNED_REQUESTS, wire),
      blob: some(random, SHARE.blob, PLANNED_REQUESTS, wire),
      queue: some(random, SHARE.queue, PLANNED_REQUESTS, wire),
      table: some(random, SHARE.table, PLANNED_REQUESTS, wire),
      identity: some(random, SHARE.identity, PLANNED_REQUESTS, wire),
    },
    groups: some(random, GROUP_SHARE, scale.groups, () => groupFault(random)),
    messages: some(random, MESSAGE_SHARE, PLANNED_REQUESTS, () =>
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
 * (40 minutes), and refusals after which all jobs rest for minutes. One that fails while it is
 * provisioned costs a minute, and is rare.
 */
function groupFault(random: Random): GroupFault {
  const afterMs = random.between(0, 1_500);
  if (random.chance(0.04)) return { kind: 'provisioning-failed', event: 'InsufficientCapacity' };
  return random.pick<GroupFault>([
    { kind: 'refused', with: 'throttled', retryAfterSeconds: 1 },
    { kind: 'refused', with: 'server-error' },
    { kind: 'answer-lost' },
    { kind: 'vanishes', afterMs },
    { kind: 'out-of-memory', afterMs },
    { kind: 'ends-without-running', exitCode: random.pick([0, 7147]) },
    { kind: 'restarted', afterMs },
    { kind: 'slow-start', delayMs: random.between(2_000, 6_000) },
  ]);
}
