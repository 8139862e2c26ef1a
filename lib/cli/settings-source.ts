import { z } from 'zod';
import type { CliContext } from './cli-context.ts';
import { CliError } from './cli-error.ts';

const MAX_CHARACTERS = 1024 * 1024;

/** `local.settings.json`, of which only `Values` counts. */
const LocalSettings = z
  .looseObject({ Values: z.record(z.string(), z.string()) })
  .transform(({ Values }) => Values);

/** What `az functionapp config appsettings list` prints. */
const SettingsList = z
  .array(z.looseObject({ name: z.string(), value: z.string().nullish() }))
  .transform((list) => Object.fromEntries(list.map(({ name, value }) => [name, value ?? ''])));

const SettingsDocument = z.union([LocalSettings, SettingsList]);

/**
 * The app's settings: those of the file where one is named, and then no others, so that settings of
 * two apps are never mixed; else the environment.
 */
export async function settingsFrom(
  context: CliContext,
  file: string | undefined,
): Promise<Readonly<Record<string, string | undefined>>> {
  if (file === undefined) return context.environment;
  const parsed = SettingsDocument.safeParse(await readJson(context, file));
  if (parsed.success) return parsed.data;
  throw new CliError('the settings file has neither form that is understood', {
    where: file,
    whatToDo:
      'give a local.settings.json, or what "az functionapp config appsettings list --output json" prints',
  });
}

async function readJson(context: CliContext, file: string): Promise<unknown> {
  let text: string;
  try {
    text = await context.readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CliError(`the settings file can't be read (${code})`, {
      where: file,
      whatToDo: 'check the name after --settings, and who may read the file',
    });
  }
  try {
    if (text.length <= MAX_CHARACTERS) return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
  }
  throw new CliError('the settings file is not JSON, or larger than 1 MiB', {
    where: file,
    whatToDo: 'write it anew: az functionapp config appsettings list --output json > FILE',
  });
}
