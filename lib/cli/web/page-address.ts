import { PAGE_PATH } from '../../history/page-links.ts';
import { appOrigin } from '../app/app-option.ts';
import type { CliContext } from '../cli-context.ts';
import type { Invocation } from '../command.ts';

/** The page's address without a key, which the page asks for. `link` is the part after the path. */
export function pageAddress(
  invocation: Invocation,
  environment: CliContext['environment'],
  link: string,
): string {
  return appOrigin(invocation, environment) + PAGE_PATH + link;
}
