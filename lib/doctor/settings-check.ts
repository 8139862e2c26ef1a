import type { Settings } from '../settings.ts';
import type { Check } from './check.ts';
import { nextRun, nextRunText } from './next-run.ts';
import { type Outcome, pass, warn } from './outcome.ts';

export const settingsCheck: Check = {
  id: 'settings',
  title: 'Every setting is present, known and well-formed',
  needs: [],
  // A context exists only if the settings could be read: see open-app.ts.
  run: async ({ settings, services }) => judgeSettings(settings, services.clock.now()),
};

export function judgeSettings(settings: Settings, now: Date): Outcome {
  const { registry, location, version, unknown } = settings;
  const next = nextRunText(nextRun(settings, now));
  if (unknown.length === 0)
    return pass(`registry ${registry}, container groups in ${location}, ${next}`);
  return warn(
    `settings version ${version} is newer than the code, which does not know ${unknown.join(', ')}; ${next}`,
    'Publish the version of the app whose infra/main.bicep was deployed.',
  );
}
