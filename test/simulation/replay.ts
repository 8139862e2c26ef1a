import { stepJob } from '../../lib/pipeline/job/step-job.ts';
import { JobMessage } from '../../lib/pipeline/messages.ts';
import { handleRunsMessage } from '../../lib/pipeline/upkeep/runs-queue.ts';
import { QUEUES } from '../../lib/storage/queues.ts';
import type { Gate } from './gates/gate.ts';
import { gatedServices } from './gates/gated-services.ts';
import { clockOf, newTask } from './task.ts';
import type { World } from './world.ts';

/** Delivers every message again after the end, and checks that none causes a write. */
export async function replayMessages(world: World): Promise<void> {
  for (const instance of world.instances) instance.skewMs = 0;
  const {
    observer,
    instances: [instance],
  } = world;
  const { tables } = world.backends;
  const gate: Gate = {
    backends: world.backends,
    observer,
    options: world.options,
    now: (task) => clockOf(task, world.now),
    pass: (task, call) => {
      observer.asked(task, call);
      return call.perform();
    },
    pushOther: async () => {},
  };
  // The reaper starts for each hint whose occurrence it missed, so that a hint that was lost is news.
  const { timers } = gatedServices(
    gate,
    newTask({ id: 0, name: 'replay', instance, message: undefined, now: world.now }),
  );
  const now = new Date(world.now);
  await timers.startReaper({ since: now, now });
  const before = tables.writes + observer.effects;
  for (const { queue, body } of [...observer.messages]) {
    const task = newTask({ id: 0, name: 'replay', instance, message: undefined, now: world.now });
    const services = gatedServices(gate, task);
    if (queue === QUEUES.runs) await handleRunsMessage(services, body);
    else await stepJob(services, JobMessage.parse(body));
    if (tables.writes + observer.effects !== before) {
      observer.violations.push(`a replayed message caused a write: ${JSON.stringify(body)}`);
      return;
    }
  }
}
