import type { CrashPoints } from './crash-points.ts';
import {
  CALL_FAULTS,
  type CallFault,
  GROUP_FAULTS,
  type GroupFault,
  WORKER_FAULTS,
  type WorkerFault,
  type WorldFault,
} from './fault-kinds.ts';
import type { PortCall } from './port-call.ts';
import type { Random } from './random.ts';

/** World faults that occur during the run; the others are part of the scenario. */
const DRAWN_WORLD_FAULTS = [
  'message-lost',
  'message-duplicated',
  'message-late',
  'same-step-twice',
  'lease-stolen',
  'clock-jump',
  'source-moved',
  'source-deleted',
  'tag-locked',
  'staging-purged',
  'ci-numbers',
  'policy-gone',
  'database-gone',
  'malformed-message',
] as const satisfies readonly WorldFault[];
export type DrawnWorldFault = (typeof DRAWN_WORLD_FAULTS)[number];

/** Decides which faults occur, and when. */
export interface FaultPlan {
  call(call: PortCall<unknown>): CallFault | undefined;
  world(): DrawnWorldFault | undefined;
  /** For a group of so many containers. */
  course(containers: number): GroupFault | undefined;
  worker<Kind extends WorkerFault>(among: readonly Kind[]): Kind | undefined;
}

const ALONE: ReadonlySet<GroupFault> = new Set(['container-dies', 'container-hangs']);

/** A plan without faults. */
export const NO_FAULTS: FaultPlan = {
  call: () => undefined,
  world: () => undefined,
  course: () => undefined,
  worker: () => undefined,
};

/** Random faults, whose number and kinds depend on the seed. They stop after some time. */
export class RandomFaults implements FaultPlan {
  readonly #random: Random;
  readonly #rates: Readonly<Record<'call' | 'world' | 'course' | 'worker', number>>;
  readonly #kinds: {
    readonly call: readonly CallFault[];
    readonly world: readonly DrawnWorldFault[];
    readonly course: readonly GroupFault[];
    readonly worker: readonly WorkerFault[];
  };
  readonly #stubborn: WorkerFault | undefined;
  #left: number;
  #answerLost = false;

  constructor(random: Random) {
    this.#random = random;
    const storm = random.weighted({ calm: 2, mixed: 5, storm: 2 });
    const factor = { calm: 0.25, mixed: 1, storm: 3 }[storm];
    const rate = (usual: number) => (random.chance(0.25) ? 0 : usual * factor);
    this.#rates = { call: rate(0.006), world: rate(0.006), course: rate(0.12), worker: rate(0.1) };
    const some = <Kind>(kinds: readonly Kind[]) =>
      random.chance(0.5) ? kinds : random.shuffled(kinds).slice(0, random.between(1, 4));
    this.#kinds = {
      call: some(CALL_FAULTS),
      world: some(DRAWN_WORLD_FAULTS),
      course: some(GROUP_FAULTS),
      worker: some(WORKER_FAULTS),
    };
    this.#left = random.between(20, 120);
    this.#stubborn = random.chance(0.04)
      ? random.pick(['result-names-a-stranger', 'patch-leaves-packages'] as const)
      : undefined;
  }

  call(call: PortCall<unknown>): CallFault | undefined {
    if (!this.#strikes('call', weightOf(call))) return undefined;
    const kinds = this.#kinds.call.filter((kind) => fits(kind, call));
    const rare = kinds.filter((kind) => RARE.has(kind));
    const among = rare.length > 0 && this.#random.chance(0.4) ? rare : kinds;
    const kind = among.length === 0 ? undefined : this.#random.pick(among);
    this.#answerLost =
      call.method === 'create' &&
      call.port === 'groups' &&
      (kind === 'crash-after' || kind === 'timeout-after-effect');
    // Each takes as long as a lease, so that many of them would use up the run's time.
    if (kind === undefined || (kind === 'slow-call' && this.#random.chance(0.6))) return undefined;
    return this.#spend(kind);
  }

  world(): DrawnWorldFault | undefined {
    return this.#strikes('world') ? this.#spend(this.#random.pick(this.#kinds.world)) : undefined;
  }

  course(containers: number): GroupFault | undefined {
    // The pipeline does not know of the group, which may end before anything looks for it.
    if (this.#answerLost && this.#random.chance(0.7)) return 'group-forgotten';
    if (!this.#strikes('course', containers > 1 ? 2 : 1)) return undefined;
    // These faults need a group of several containers, of which there are few.
    const alone = this.#kinds.course.filter((kind) => ALONE.has(kind));
    const among = containers > 1 && alone.length > 0 ? alone : this.#kinds.course;
    return this.#spend(this.#random.pick(among));
  }

  worker<Kind extends WorkerFault>(among: readonly Kind[]): Kind | undefined {
    // The worker repeats it each time, because a single occurrence is harmless.
    const stubborn = among.find((kind) => kind === this.#stubborn);
    if (stubborn !== undefined) return stubborn;
    if (!this.#strikes('worker', among.some((kind) => kind === 'patch-failed') ? 4 : 1)) {
      return undefined;
    }
    const kinds = among.filter((kind) => this.#kinds.worker.includes(kind));
    return kinds.length === 0 ? undefined : this.#spend(this.#random.pick(kinds));
  }

  #strikes(where: 'call' | 'world' | 'course' | 'worker', weight = 1): boolean {
    return this.#left > 0 && this.#random.chance(this.#rates[where] * weight);
  }

  #spend<Kind>(kind: Kind): Kind {
    this.#left -= 1;
    return kind;
  }
}

/** Crashes before or after the nth write, and optionally at the next write. */
export class CrashAt implements FaultPlan {
  readonly #crashes: CrashPoints;
  writes = 0;
  readonly world = NO_FAULTS.world;
  readonly course = NO_FAULTS.course;
  readonly worker = NO_FAULTS.worker;

  constructor(crashes: CrashPoints) {
    this.#crashes = crashes;
  }

  call(call: PortCall<unknown>): CallFault | undefined {
    if (!call.writes) return undefined;
    this.writes += 1;
    return this.#crashes.get(this.writes);
  }
}

/** The few calls that publish, mount and launch get more faults than the many that read. */
function weightOf(call: PortCall<unknown>): number {
  if (call.otherPush !== undefined) return 20;
  if (call.mountLost !== undefined || (call.port === 'groups' && call.method === 'create'))
    return 5;
  return call.writes ? 1.5 : 0.7;
}

/** Faults that apply to few calls have a higher weight, so that they occur at all. */
const RARE: ReadonlySet<CallFault> = new Set(['mount-lost', 'tag-race-before', 'tag-race-after']);

function fits(fault: CallFault, call: PortCall<unknown>): boolean {
  switch (fault) {
    case 'timeout-after-effect':
    case 'late-effect':
      return call.writes;
    case 'lost-race':
      return call.disturb !== undefined;
    case 'own-write-lost':
      return call.ownWriteLost !== undefined;
    case 'registry-denied':
    case 'registry-unauthorized':
    case 'registry-unexpected':
      return call.port === 'registry';
    case 'storage-denied':
    case 'storage-unexpected':
      return call.port === 'tables' || call.port === 'queues' || call.port === 'blobs';
    case 'arm-unauthorized':
      return call.port === 'groups';
    case 'mount-lost':
      return call.mountLost !== undefined;
    case 'tag-race-before':
    case 'tag-race-after':
      return call.otherPush !== undefined;
    default:
      return true;
  }
}
