import type { App } from '../../app.ts';
import { openApp } from '../../doctor/open-app.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import type { Invocation } from '../command.ts';
import { appSettingsFrom } from '../settings-source.ts';

const GET_SETTINGS =
  'az functionapp config appsettings list --resource-group GROUP --name APP --output json > settings.json, and run the command with --settings settings.json';

/** The app's parts with the account signed in here, from the settings that name its registry. */
export async function openRegistry(invocation: Invocation, context: CliContext): Promise<App> {
  const file = invocation.value('settings');
  const settings = await appSettingsFrom(context, file);
  const opened = openApp(settings, { identity: 'signed-in', delays: context.delays });
  if (opened.ok) return opened.app;
  const { faults } = opened;
  const [first = 'a fault', ...others] = faults;
  const more = others.length === 0 ? '' : ` (and ${others.length} more faults)`;
  throw new CliError(`the app’s settings can’t be used: ${first}${more}`, {
    where: file ?? 'the environment',
    whatToDo: GET_SETTINGS,
  });
}
