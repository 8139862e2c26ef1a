import type { Inspection } from '../app.ts';
import { awaitRoles, type Surroundings } from './await-roles.ts';
import { roleTrials } from './role-trials.ts';

/**
 * What is done once, before the first function: it says of settings that they are newer than the code,
 * and gives new roles time to spread. Never fails: only settings end a start, and they were read before.
 */
export async function startUp(
  { app, settings }: Pick<Inspection, 'app' | 'settings'>,
  { log, sleep }: Pick<Surroundings, 'log' | 'sleep'>,
): Promise<void> {
  if (settings.unknown.length > 0) {
    log.warn('at start: the settings are newer than the code, which does not know all of them', {
      version: settings.version,
      unknown: settings.unknown.join(', '),
    });
  }
  await awaitRoles(roleTrials(app), { clock: app.clock, log, sleep });
}
