import type { App } from '../app.ts';
import { awaitRoles, type Surroundings } from './await-roles.ts';
import { roleTrials } from './role-trials.ts';

/**
 * Runs once before the first function: warns if the settings are newer than the code, and waits for new
 * role assignments. Never fails.
 */
export async function startUp(
  { services, settings }: Pick<App, 'services' | 'settings'>,
  { log, sleep }: Pick<Surroundings, 'log' | 'sleep'>,
): Promise<void> {
  if (settings.unknown.length > 0) {
    log.warn('at start: the settings are newer than the code, which ignores the unknown ones', {
      version: settings.version,
      unknown: settings.unknown.join(', '),
    });
  }
  await awaitRoles(roleTrials(services), { clock: services.clock, log, sleep });
}
