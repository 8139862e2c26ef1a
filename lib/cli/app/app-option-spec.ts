import type { OptionSpec } from '../command.ts';

/** The option of commands that ask the deployed app. */
export const APP_REQUIRED: OptionSpec = {
  name: 'app',
  value: 'URL',
  about: 'the address of the app: https://NAME.azurewebsites.net (required)',
};
