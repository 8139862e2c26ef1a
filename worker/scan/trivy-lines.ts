import { plainLines } from '../../lib/text/plain-lines.ts';

/**
 * Returns Trivy's error, from its `FATAL` line on. The lines before are warnings that may quote
 * file names of the image.
 */
export function trivyFailureLines(stderr: string): string[] {
  const lines = plainLines(stderr);
  const fatal = lines.findIndex((line) => /(?:^|\s)FATAL\s/.test(line));
  return fatal === -1 ? lines : lines.slice(fatal);
}
