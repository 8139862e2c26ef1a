import { PAGE_PATH } from '../../history/page-links.ts';
import { APP_VARIABLE, originOf } from '../app/app-option.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import type { Invocation, OptionSpec } from '../command.ts';

export const APP_OR_VARIABLE: OptionSpec = {
  name: 'app',
  value: 'URL',
  about: `the address of the app: https://NAME.azurewebsites.net; or set ${APP_VARIABLE}`,
};

/** The page's address without a key, which the page asks for. `link` is the part after the path. */
export function pageAddress(
  invocation: Invocation,
  environment: CliContext['environment'],
  link: string,
): string {
  const given = invocation.value('app');
  if (given !== undefined) return originOf(given, 'option "--app"') + PAGE_PATH + link;
  const set = environment[APP_VARIABLE] ?? '';
  if (set !== '')
    return originOf(set, `the environment variable ${APP_VARIABLE}`) + PAGE_PATH + link;
  throw new CliError('the address of the app is missing', {
    where: `option "--app" and the environment variable ${APP_VARIABLE}`,
    whatToDo: `export ${APP_VARIABLE}=https://$(az functionapp show --name APP --resource-group GROUP --query defaultHostName --output tsv)`,
  });
}
