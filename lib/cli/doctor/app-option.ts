import { isLoopback } from '../../image/loopback.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError, UsageError } from '../cli-error.ts';
import type { Invocation } from '../command.ts';

/** Where the function key is: a command line is seen by others, and kept in histories. */
export const FUNCTION_KEY = 'PATCHWRIGHT_FUNCTION_KEY';

export const GET_KEY = `export ${FUNCTION_KEY}=$(az functionapp keys list --name APP --resource-group GROUP --query functionKeys.default --output tsv)`;

/** The deployed app, and what it lets one in with. */
export interface AppAddress {
  /** `https://NAME.azurewebsites.net` */
  readonly origin: string;
  /** A secret. */
  readonly key: string;
}

/** What `--app` says; undefined where it is not given. Its faults quote nothing: there may be a key in it. */
export function appOption(
  invocation: Invocation,
  environment: CliContext['environment'],
): AppAddress | undefined {
  const given = invocation.value('app');
  if (given === undefined) return undefined;
  if (invocation.flag('probe')) {
    throw new UsageError(
      'option "--app" does not go with "--probe", since the app tries no groups: run "patchwright doctor --probe" without it',
    );
  }
  if (invocation.value('settings') !== undefined) {
    throw new UsageError('option "--app" does not go with "--settings": the app has its own');
  }
  return { origin: originOf(given), key: keyIn(environment) };
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError('option "--app" must be an address: https://NAME.azurewebsites.net');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new UsageError('option "--app" must begin with https://, or the key could be read');
  }
  if (url.href !== `${url.origin}/`) {
    throw new UsageError(
      `option "--app" must be the address alone, without a path, a query or a key (that is in ${FUNCTION_KEY})`,
    );
  }
  return url.origin;
}

function keyIn(environment: CliContext['environment']): string {
  const key = environment[FUNCTION_KEY]?.trim() ?? '';
  if (/^[\x21-\x7e]{1,512}$/.test(key)) return key;
  throw new CliError(key === '' ? 'the function key is missing' : 'that is no function key', {
    where: `the environment variable ${FUNCTION_KEY}`,
    whatToDo: GET_KEY,
  });
}
