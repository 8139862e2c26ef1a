import { imageLink, runLink } from '../../history/page-links.ts';
import { APP_OR_VARIABLE } from '../app/app-option-spec.ts';
import { type Command, ONE_RESULT } from '../command.ts';
import { openPage } from './open-page.ts';

export const openCommand: Command = {
  name: 'open',
  summary: 'Open the dashboard of the app in the browser.',
  about: [
    'NAME is a run or an image, as in "runs show" and "images show"; without it, the page shows all',
    'images. Prints the address, which has no key: the page asks for it. Without a terminal or a',
    'browser, it only prints the address.',
  ],
  options: [APP_OR_VARIABLE],
  operands: ['[NAME]'],
  examples: ['open --app https://NAME.azurewebsites.net', 'open team/api:1.4', 'open latest'],
  outputs: ONE_RESULT,
  run: (invocation, context) =>
    openPage(openCommand, invocation, context, linkTo(invocation.operands[0])),
};

/** The id of a run begins with its date. A repository with such a name needs its tag to be found. */
function linkTo(name: string | undefined): string {
  if (name === undefined) return '';
  const isRun = name === 'latest' || /^\d{8}(?:T[\dZa-f-]{0,12})?$/.test(name);
  return isRun ? runLink(name) : imageLink(name);
}
