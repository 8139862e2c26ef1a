import type { CliError } from '../cli-error.ts';
import { GET_KEY } from './app-option.ts';

const LOOK_AT_START =
  'look whether /api/health answers; if not, the app did not start, and one message in its log names every faulty setting (Application Insights, or az functionapp log tail)';

/** What it means that the app, or what stands before it, answers so: what a `CliError` is made from. */
export function refusalOf(status: number, where: string): ConstructorParameters<typeof CliError> {
  const [what, whatToDo] = explain(status);
  return [`${what} (status ${status})`, { where, whatToDo }];
}

function explain(status: number): readonly [what: string, whatToDo: string] {
  if (status >= 300 && status < 400) {
    return [
      'the app sends elsewhere, where the key must not go',
      'name the app’s own address, and let no sign-in (App Service Authentication) stand before /api',
    ];
  }
  switch (status) {
    case 401:
      return ['the app does not take the function key', GET_KEY];
    case 403:
      return [
        'the app is stopped, or does not let this address in',
        'start it (az functionapp start), or allow this address in its access restrictions',
      ];
    case 404:
      return [
        'there is no doctor',
        `check the address, and publish the app of this version (func azure functionapp publish); else ${LOOK_AT_START}`,
      ];
    case 500:
    case 502:
    case 503:
      return ['the app does not run', `wait a minute after a deployment; then ${LOOK_AT_START}`];
    case 504:
      return ['the app did not end in time', 'run it again'];
    default:
      return ['the app answers what nobody expects', `check the address; then ${LOOK_AT_START}`];
  }
}
