import { type App, createApp } from '../app.ts';
import { failureName } from '../http/connection-failure.ts';
import { SettingsError } from '../settings/settings-faults.ts';
import { fail, failEach, type Outcome } from './outcome.ts';

export type Opened =
  | { readonly ok: true; readonly app: App }
  | {
      readonly ok: false;
      readonly outcome: Outcome;
      /** A sentence each, without a secret. */
      readonly faults: readonly string[];
    };

/** Makes the app's parts from these settings, or explains the faults. Sends nothing. */
export function openApp(
  settings: Readonly<Record<string, string | undefined>>,
  options: Parameters<typeof createApp>[1],
): Opened {
  try {
    return { ok: true, app: createApp(settings, options) };
  } catch (error) {
    const outcome = explain(error);
    const faults = error instanceof SettingsError ? error.faults : [outcome.detail];
    return { ok: false, outcome, faults };
  }
}

function explain(error: unknown): Outcome {
  if (error instanceof SettingsError) {
    return failEach(error.faults, {
      whatToDo:
        'Correct the parameter or patchwright.env, and deploy infra/main.bicep again (docs/operate.md, Settings, names the parameter of each setting). A change with "az functionapp config appsettings set" lasts only until the next deployment. docs/cli.md says how to pass settings to this command.',
    });
  }
  // The SDKs' error texts may quote a connection string.
  return fail(
    `an address or a connection string is malformed (${failureName(error)})`,
    'Check the settings that start with AzureWebJobsStorage, and PATCHWRIGHT_ARM_ENDPOINT.',
  );
}
