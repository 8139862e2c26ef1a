import type { CliError } from '../cli-error.ts';
import { GET_KEY, GET_TOKEN } from './app-option.ts';

const LOOK_AT_START =
  'check whether /api/health answers; if not, the app did not start, and its log says why (Application Insights, or az functionapp log tail)';

/** Explains a failing status of the app, or of a proxy in front of it, as arguments of a `CliError`. */
export function refusalOf(status: number, where: string): ConstructorParameters<typeof CliError> {
  const [what, whatToDo] = explain(status, where);
  return [`${what} (status ${status})`, { where, whatToDo }];
}

function explain(status: number, where: string): readonly [what: string, whatToDo: string] {
  if (status >= 300 && status < 400) {
    return [
      'the app redirected; refusing to send the key on',
      'use the app’s own address, and exclude /api from App Service Authentication',
    ];
  }
  switch (status) {
    case 401:
      return [
        'the app refuses the function key or the token',
        `${GET_KEY}; or, if the app signs in by Entra: ${GET_TOKEN}`,
      ];
    case 403:
      return [
        'the app is stopped, or refuses this network address or this account',
        'start the app (az functionapp start), allow this address in its access restrictions, or give the account an app role (docs/deploy.md)',
      ];
    case 404:
      return [
        `no ${new URL(where).pathname} endpoint at this address`,
        `check the address, and publish this version of the app (func azure functionapp publish); then ${LOOK_AT_START}`,
      ];
    case 500:
    case 502:
    case 503:
      return ['the app is not running', `after a deployment, wait a minute; then ${LOOK_AT_START}`];
    case 504:
      return ['the app did not finish in time', 'run the command again'];
    default:
      return ['unexpected response of the app', `check the address; then ${LOOK_AT_START}`];
  }
}
