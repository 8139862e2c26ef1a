import { SettingsError } from '../../../lib/settings/settings-faults.ts';
import { readSettings } from '../../../lib/settings.ts';
import sample from '../../../local.settings.sample.json' with { type: 'json' };

/** The valid settings of the sample. */
export const SAMPLE_VALUES: Readonly<Record<string, string>> = sample.Values;

/** Returns the message of the error that these settings cause, or '' if they are valid. */
export function faultsOf(environment: Readonly<Record<string, string | undefined>>): string {
  try {
    readSettings(environment);
    return '';
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.message;
  }
}
