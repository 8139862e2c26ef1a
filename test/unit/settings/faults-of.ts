import { SettingsError } from '../../../lib/settings/settings-faults.ts';
import { readSettings } from '../../../lib/settings.ts';
import sample from '../../../local.settings.sample.json' with { type: 'json' };

/** Valid settings: those of the sample. */
export const SAMPLE_VALUES: Readonly<Record<string, string>> = sample.Values;

/** The text of the error that these settings cause; empty if they are valid. */
export function faultsOf(environment: Readonly<Record<string, string | undefined>>): string {
  try {
    readSettings(environment);
    return '';
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.message;
  }
}
