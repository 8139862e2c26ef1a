import * as z from 'zod';

/**
 * The version of the settings' format that this code reads; infra/modules/app.bicep sets the same.
 * Raise it with every new setting. Never remove a setting that the previous version requires, because
 * the previous code runs with the new settings until the app is published (docs/operate.md, Upgrade).
 */
export const SETTINGS_VERSION = 4;

export const VERSION_SETTING = 'PATCHWRIGHT_SETTINGS_VERSION';

/** Advice for settings that are older than the code. */
export const OLDER_SETTINGS = `this code needs version ${SETTINGS_VERSION} of the settings: deploy infra/main.bicep of this version`;

const WholeNumber = z
  .string()
  .regex(/^\d{1,4}$/, 'must be a whole number')
  .transform(Number);

/** A version that this code can start with: its own, or a newer one. */
export const SettingsVersion = WholeNumber.refine((version) => version >= SETTINGS_VERSION, {
  error: ({ input }) => `is ${input}: ${OLDER_SETTINGS}`,
});

/** True if the settings were deployed for newer code, so that unknown names are expected. */
export function isNewerThanCode(version: string | undefined): boolean {
  const parsed = WholeNumber.safeParse(version);
  return parsed.success && parsed.data > SETTINGS_VERSION;
}
