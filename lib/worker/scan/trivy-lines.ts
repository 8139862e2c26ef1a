import { plainLines } from '../../text/plain-lines.ts';

/**
 * What Trivy says of its failure: from its `FATAL` line on. What comes before are warnings that may
 * quote file names of the image.
 */
export function trivyFailureLines(stderr: string): string[] {
  const lines = plainLines(stderr);
  const fatal = lines.findIndex((line) => /(?:^|\s)FATAL\s/.test(line));
  return fatal === -1 ? lines : lines.slice(fatal);
}
