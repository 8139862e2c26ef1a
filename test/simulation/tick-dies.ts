import { RunMessage } from '../../lib/pipeline/messages.ts';
import { runIdOf } from '../../lib/pipeline/records/run-id.ts';
import { QUEUES } from '../../lib/storage/queues.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import type { PendingCall } from './task.ts';
import { START, type World } from './world.ts';

/** True if this call crashes its process, which it does in every tick. */
export function tickDies(world: World, { task, call }: PendingCall): boolean {
  const { runs, tickDiesAt } = world.scenario;
  const [run] = runs;
  if (run === undefined || tickDiesAt === undefined) return false;
  if (world.now < START + tickDiesAt * 1000) return false;
  if (task.message?.queue !== QUEUES.runs || call.method !== 'list') return false;
  // The work of an overdue reaper is no tick.
  if (!RunMessage.safeParse(task.message.body).success) return false;
  const runId = runIdOf(new Date(START + run.at * 1000), run.trigger);
  if (call.label !== `${TABLES.targets} ${runId}`) return false;
  world.coverage.fault('tick-dies');
  return true;
}
