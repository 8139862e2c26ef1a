import type {
  ContainerSpec,
  GroupRefusal,
  GroupSpec,
} from '../../lib/containers/container-groups.ts';
import type { GroupCourse } from '../fakes/containers/group-course.ts';
import { PULL_TOKEN } from '../fakes/memory-pull-tokens.ts';
import { isDefect } from './defect.ts';
import type { GroupFault, WorkerFault } from './fault-kinds.ts';
import { hostileCourse, litters } from './neighbors/hostile-course.ts';
import { runSimulatedWorker, secretsOf } from './worker/simulated-worker.ts';
import type { WorkerEnd } from './worker/worker-world.ts';
import type { World } from './world.ts';

/** Returns the course of a new container group: a plain one, or that of its fault. */
export function decideCourse(world: World, spec: GroupSpec): GroupCourse {
  const { random } = world;
  const pulls = spec.imageCredential.password === PULL_TOKEN || !world.scenario.pullsRefused;
  if (!pulls) return { kind: 'refused', refusal: 'image-pull' };
  if (world.scenario.hostile !== undefined) {
    return hostileCourse(world, spec, (given, container) =>
      work(world, given, container, 'result'),
    );
  }
  const startsAfter = random.between(5, 90);
  const runsFor = random.between(20, 400);
  const log = logOf(world, spec);
  const runs = (end: WorkerEnd): Extract<GroupCourse, { kind: 'runs' }> => ({
    kind: 'runs',
    startsAfter,
    runsFor,
    ...(end === 'restarted' && { restarts: 1 }),
    ...log,
    work: (given, container) => work(world, given, container, end),
  });
  const fault = world.faulty ? world.plan.course(spec.containers.length) : undefined;
  if (fault === undefined) return runs('result');
  world.coverage.fault(fault);
  world.note(() => `${spec.name}  ← ${fault}`);
  switch (fault) {
    case 'group-never-starts':
      return { kind: 'never-starts' };
    case 'group-fails-to-start':
      return { kind: 'fails-to-start', after: startsAfter, detail: 'InsufficientCapacity' };
    case 'group-restarts':
      return runs('restarted');
    case 'group-vanishes':
      return { kind: 'vanishes', after: startsAfter };
    case 'group-never-ends':
      return { kind: 'never-ends', startsAfter, ...log };
    case 'container-dies':
    case 'container-hangs': {
      const { name } = random.pick(spec.containers);
      const end =
        fault === 'container-hangs'
          ? ({ kind: 'hangs' } as const)
          : ({ kind: 'dies', after: random.between(1, 400), exitCode: 137 } as const);
      // The others work for so long that the job looks at the group meanwhile.
      const others = { runsFor: random.between(300, 1500) };
      return { ...runs('result'), ...others, containers: { [name]: end } };
    }
    case 'group-no-result':
      return runs('no-result');
    case 'group-half-result':
      return runs('half-result');
    case 'group-late-result': {
      // ARM no longer knows the group, which works until its token expires.
      const seconds = random.between(5, 74) * 60;
      world.later(seconds, `late worker of ${spec.name}`, () => workAll(world, spec));
      return { kind: 'vanishes', after: startsAfter };
    }
    case 'group-forgotten': {
      const end = startsAfter + runsFor;
      world.later(end, `end of ${spec.name}`, () => workAll(world, spec));
      return { kind: 'vanishes', after: end };
    }
    case 'group-refused-quota':
    case 'group-refused-capacity':
    case 'group-refused-network':
    case 'group-refused-throttled':
    case 'group-refused-transitioning':
    case 'group-refused-image-pull':
    case 'group-refused-too-large':
    case 'group-refused-configuration':
    case 'group-refused-unauthorized':
    case 'group-refused-unavailable':
      return {
        kind: 'refused',
        refusal: REFUSALS[fault],
        ...(random.chance(0.5) && { retryAfterSeconds: random.between(1, 300) }),
      };
    default:
      return fault satisfies never;
  }
}

async function workAll(world: World, spec: GroupSpec): Promise<void> {
  for (const container of spec.containers) await work(world, spec, container, 'result');
}

/** Runs the worker of a container. */
async function work(
  world: World,
  spec: GroupSpec,
  container: ContainerSpec,
  end: WorkerEnd,
): Promise<void> {
  const { registry, blobs } = world.backends;
  const work = runSimulatedWorker(
    container,
    {
      registry,
      blobs,
      truth: world.truth,
      now: world.clock.now(),
      database: world.database,
      builderRefused: world.scenario.builderRefused,
      fault: (among) => litterOf(world, spec, among) ?? workerFault(world, spec, among),
      pick: (items) => world.random.pick(items),
    },
    end,
  );
  // Its token has expired, or its image is gone. Only the log shows this.
  await work.catch((error: unknown) => {
    if (isDefect(error)) throw error;
  });
}

/** Returns the log of a container. */
function logOf(world: World, spec: GroupSpec): { readonly log?: string } {
  const leaks = workerFault(world, spec, ['secret-in-log']) !== undefined;
  const [container] = spec.containers;
  if (!leaks || container === undefined) return {};
  return { log: `it works with ${secretsOf(container, world.backends.blobs)}\n` };
}

function litterOf<Kind extends WorkerFault>(
  world: World,
  spec: GroupSpec,
  among: readonly Kind[],
): Kind | undefined {
  const litter = among.find((kind) => kind === 'staging-littered');
  if (litter === undefined || !litters(world, spec)) return undefined;
  world.coverage.fault('hostile-litters');
  return litter;
}

function workerFault<Kind extends WorkerFault>(
  world: World,
  spec: GroupSpec,
  among: readonly Kind[],
): Kind | undefined {
  const fault = world.faulty ? world.plan.worker(among) : undefined;
  if (fault === undefined) return undefined;
  world.coverage.fault(fault);
  world.note(() => `worker of ${spec.name}  ← ${fault}`);
  return fault;
}

const REFUSALS = {
  'group-refused-quota': 'quota',
  'group-refused-capacity': 'capacity',
  'group-refused-network': 'network',
  'group-refused-throttled': 'throttled',
  'group-refused-transitioning': 'transitioning',
  'group-refused-image-pull': 'image-pull',
  'group-refused-too-large': 'too-large',
  'group-refused-configuration': 'configuration',
  'group-refused-unauthorized': 'unauthorized',
  'group-refused-unavailable': 'unavailable',
} as const satisfies Partial<Record<GroupFault, GroupRefusal>>;
