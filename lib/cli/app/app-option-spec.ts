import type { OptionSpec } from '../command.ts';
import { APP_VARIABLE } from './app-option.ts';

/** The option of commands that ask the deployed app, or open its page. */
export const APP_OR_VARIABLE: OptionSpec = {
  name: 'app',
  value: 'URL',
  about: `the address of the app: https://NAME.azurewebsites.net; or set ${APP_VARIABLE}`,
};

/** The option of commands that may also let the deployed app do their work. */
export const APP_INSTEAD: OptionSpec = {
  name: 'app',
  value: 'URL',
  about: 'let the app at this address do it, by a function key or a token: no storage is read',
};
