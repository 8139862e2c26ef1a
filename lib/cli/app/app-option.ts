import { isLoopback } from '../../image/loopback.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError, UsageError } from '../cli-error.ts';
import type { Invocation } from '../command.ts';

/**
 * The environment variable with the function key. Command lines are visible to others and in histories.
 */
export const FUNCTION_KEY = 'PATCHWRIGHT_FUNCTION_KEY';

export const GET_KEY = `export ${FUNCTION_KEY}=$(az functionapp keys list --name APP --resource-group GROUP --query functionKeys.default --output tsv)`;

/** The variable with a token of Microsoft Entra, for an app with that sign-in. It wins over the key. */
export const APP_TOKEN = 'PATCHWRIGHT_TOKEN';

/** The variable with the address of the app, for commands that open its page or need the app. */
export const APP_VARIABLE = 'PATCHWRIGHT_APP';

export const GET_TOKEN = `export ${APP_TOKEN}=$(az account get-access-token --resource api://CLIENT_ID --query accessToken --output tsv)`;

/** The address of a deployed app, and what signs the request in. */
export interface AppAddress {
  /** `https://NAME.azurewebsites.net` */
  readonly origin: string;
  /** The function key. A secret; empty beside a token. */
  readonly key: string;
  /** A token of Microsoft Entra. A secret. */
  readonly token?: string;
}

/** Reads `--app`; undefined if absent. Errors never quote the value, which may contain a key. */
export function appOption(
  invocation: Invocation,
  environment: CliContext['environment'],
): AppAddress | undefined {
  const given = invocation.value('app');
  if (given === undefined) return undefined;
  refuseOthers(invocation);
  return { origin: originOf(given, 'option "--app"'), ...secretIn(environment) };
}

/** The same for a command that can't do without the app. Throws if nothing names it. */
export function requiredApp(
  invocation: Invocation,
  environment: CliContext['environment'],
): AppAddress {
  refuseOthers(invocation);
  return { origin: appOrigin(invocation, environment), ...secretIn(environment) };
}

/** The origin of `--app`, or else of `PATCHWRIGHT_APP`. Throws if nothing names it. */
export function appOrigin(invocation: Invocation, environment: CliContext['environment']): string {
  const given = invocation.value('app');
  if (given !== undefined) return originOf(given, 'option "--app"');
  const set = environment[APP_VARIABLE] ?? '';
  if (set !== '') return originOf(set, `the environment variable ${APP_VARIABLE}`);
  throw new CliError('the address of the app is missing', {
    where: `option "--app" and the environment variable ${APP_VARIABLE}`,
    whatToDo: `export ${APP_VARIABLE}=https://$(az functionapp show --name APP --resource-group GROUP --query defaultHostName --output tsv)`,
  });
}

/** The origin that `named` gives. Errors never quote the value. */
function originOf(text: string, named: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${named} must be an address: https://NAME.azurewebsites.net`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new UsageError(`${named} must start with https://, to protect the function key`);
  }
  if (url.href !== `${url.origin}/`) {
    throw new UsageError(
      `${named} must be an address without a path, a query or a key (set the key in ${FUNCTION_KEY})`,
    );
  }
  return url.origin;
}

/** Refuses options that do not go with an app. */
function refuseOthers(invocation: Invocation): void {
  if (invocation.flag('probe')) {
    throw new UsageError(
      'options "--app" and "--probe" exclude each other: run "patchwright doctor --probe" without "--app"',
    );
  }
  if (invocation.value('settings') !== undefined) {
    throw new UsageError(
      'options "--app" and "--settings" exclude each other: the app uses its own settings',
    );
  }
  if (invocation.value('account') !== undefined) {
    throw new UsageError(
      'options "--app" and "--account" exclude each other: the app uses its own storage account',
    );
  }
}

function secretIn(environment: CliContext['environment']): Pick<AppAddress, 'key' | 'token'> {
  const token = environment[APP_TOKEN]?.trim() ?? '';
  if (token === '') return { key: keyIn(environment) };
  if (/^[\w.~+/=-]{1,16384}$/.test(token)) return { key: '', token };
  throw new CliError('the token is malformed', {
    where: `the environment variable ${APP_TOKEN}`,
    whatToDo: GET_TOKEN,
  });
}

function keyIn(environment: CliContext['environment']): string {
  const key = environment[FUNCTION_KEY]?.trim() ?? '';
  if (/^[\x21-\x7e]{1,512}$/.test(key)) return key;
  throw new CliError(key === '' ? 'the function key is missing' : 'the function key is malformed', {
    where: `the environment variable ${FUNCTION_KEY}`,
    whatToDo: GET_KEY,
  });
}
