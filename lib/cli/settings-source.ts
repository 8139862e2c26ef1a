import * as z from 'zod';
import { parseBoundedJson } from '../json/bounded-json.ts';
import { DOCUMENT_LIMITS } from '../json/read-json.ts';
import { APP_TOKEN, APP_VARIABLE, FUNCTION_KEY } from './app/app-option.ts';
import type { CliContext } from './cli-context.ts';
import { CliError } from './cli-error.ts';

const LIMITS = { ...DOCUMENT_LIMITS, maxBytes: 1024 * 1024 };

/** `local.settings.json`; only `Values` is used. */
const LocalSettings = z
  .looseObject({ Values: z.record(z.string(), z.string()) })
  .transform(({ Values }) => Values);

/** The output of `az functionapp config appsettings list`. */
const SettingsList = z
  .array(z.looseObject({ name: z.string(), value: z.string().nullish() }))
  .transform((list) => Object.fromEntries(list.map(({ name, value }) => [name, value ?? ''])));

const SettingsDocument = z.union([LocalSettings, SettingsList]);

/**
 * Reads the app's settings from the file if one is named, else from the environment. Never from both,
 * so that settings of two apps are not mixed.
 */
export async function settingsFrom(
  context: CliContext,
  file: string | undefined,
): Promise<Readonly<Record<string, string | undefined>>> {
  if (file === undefined) return context.environment;
  const parsed = SettingsDocument.safeParse(await readJson(context, file));
  if (parsed.success) return parsed.data;
  throw new CliError('the settings file has an unknown format', {
    where: file,
    whatToDo:
      'use a local.settings.json, or the output of "az functionapp config appsettings list --output json"',
  });
}

/** Variables of the command line, which are not settings of the app. */
const NO_SETTINGS: ReadonlySet<string> = new Set([FUNCTION_KEY, APP_TOKEN, APP_VARIABLE]);

/** The same without the command line's own variables: the app knows no setting of these names. */
export async function appSettingsFrom(
  context: CliContext,
  file: string | undefined,
): Promise<Readonly<Record<string, string | undefined>>> {
  const settings = Object.entries(await settingsFrom(context, file));
  return Object.fromEntries(settings.filter(([name]) => !NO_SETTINGS.has(name)));
}

async function readJson(context: CliContext, file: string): Promise<unknown> {
  let text: string;
  try {
    text = await context.readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CliError(`the settings file can't be read (${code})`, {
      where: file,
      whatToDo: 'ls -l FILE shows whether it is there and may be read',
    });
  }
  const json = parseBoundedJson(new TextEncoder().encode(text), LIMITS);
  if (json.ok) return json.value;
  throw new CliError('the settings file is not JSON, or larger than 1 MiB', {
    where: file,
    whatToDo: 'write it again: az functionapp config appsettings list --output json > FILE',
  });
}
