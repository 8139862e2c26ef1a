import type { CallFault } from './fault-kinds.ts';
import type { Instance, Task } from './task.ts';
import type { World } from './world.ts';

/** The behavior and times of the real Functions host after a worker fails (test/world/functions-host). */
export const HOST_FAULTS = [
  'worker-crash',
  'third-worker-crash',
  'function-times-out',
  'neighbor-hangs',
] as const satisfies readonly CallFault[];
export type HostFault = (typeof HOST_FAULTS)[number];

/** `functionTimeout` of host.json. */
const LIMIT_SECONDS = 600;
/** `visibilityTimeout` of host.json: seconds until a failed message is visible again. */
export const AGAIN_SECONDS = 120;
/** Seconds from a function's limit to the end of its worker. */
const GRACE_SECONDS = 2;
/** Seconds from then until the host releases the message of that function. */
const REPLACED_SECONDS = 10;
/** Seconds until the third worker of an instance runs. */
const HELD_BACK_SECONDS = 8;
const MOST_EXITS = 3;

export function isHostFault(fault: CallFault | undefined): fault is HostFault {
  return HOST_FAULTS.some((kind) => kind === fault);
}

/** Fails a task: its message is retried after so many seconds, or goes to the poison queue. */
export type Fail = (task: Task, afterSeconds: number) => void;

/** Applies a fault at a call of this task. */
export function meetHostFault(world: World, fault: HostFault, task: Task, fail: Fail): void {
  switch (fault) {
    case 'worker-crash':
      workerEnds(world, task.instance, fail);
      return;
    case 'third-worker-crash':
      task.instance.exits = MOST_EXITS - 1;
      workerEnds(world, task.instance, fail);
      return;
    case 'function-times-out':
      timesOut(world, task, fail);
      return;
    case 'neighbor-hangs':
      hang(world, task.instance, fail);
      return;
    default:
      fault satisfies never;
  }
}

/** Fails all tasks of the worker at once. */
function workerEnds(world: World, instance: Instance, fail: Fail): void {
  instance.exits += 1;
  for (const task of tasksOf(world, instance)) fail(task, AGAIN_SECONDS);
  if (instance.exits === MOST_EXITS - 1) instance.downUntil = world.now + HELD_BACK_SECONDS * 1000;
  if (instance.exits < MOST_EXITS) return;
  instance.exits = 0;
  instance.downUntil = world.now + world.random.between(10, 90) * 1000;
}

function timesOut(world: World, task: Task, fail: Fail): void {
  stopAnswering(world, task);
  atLimit(world, task, () => {
    fail(task, GRACE_SECONDS + REPLACED_SECONDS + AGAIN_SECONDS);
    world.later(GRACE_SECONDS, 'worker replaced', () => {
      hang(world, task.instance, fail);
    });
  });
}

/** The tasks of the old worker get no more answers, and each one waits for its own limit. */
function hang(world: World, instance: Instance, fail: Fail): void {
  for (const task of tasksOf(world, instance)) {
    stopAnswering(world, task);
    atLimit(world, task, () => fail(task, GRACE_SECONDS + AGAIN_SECONDS));
  }
}

function tasksOf({ tasks }: World, instance: Instance): readonly Task[] {
  return [...tasks].filter((task) => task.instance === instance);
}

/** Stops a task's handler, while the host renews the lease of its message. */
function stopAnswering(world: World, task: Task): void {
  world.tasks.delete(task);
  world.note(() => `${task.instance.name}#${task.id} hangs in ${task.name}`);
  if (task.message !== undefined) {
    world.backends.queues.renew(task.message, LIMIT_SECONDS + 2 * AGAIN_SECONDS);
  }
}

function atLimit(world: World, task: Task, act: () => void): void {
  const limit = Math.max(world.now, task.beganAt + LIMIT_SECONDS * 1000);
  world.timetable.at(limit, `limit of ${task.name}`, act);
}
