import { plainLines } from '../../lib/text/plain-lines.ts';
import { truncate } from '../../lib/text/truncate.ts';

/** In UTF-16 units. Longer lines carry no information, and patterns would be slow on them. */
const LONGEST_LINE = 1000;
const BLOCK_EDGE = '------';
/** Progress: `#12 0.512 text`. After a failure BuildKit repeats it without the number. */
const PROGRESS = /^(?:#\d+ |\d+\.\d+ )/;
const PROGRAM = /^#\d+ \d+\.\d+ (?<text>.*)$/;

/**
 * Returns Copa's own messages. The rest of its output is BuildKit's plain progress, with untrusted
 * output of the image's programs, which could imitate any message.
 * Source: BuildKit 0.34.2, `util/progress/progressui/{display,printer}.go`.
 */
export function copaOwnLines(stderr: string): string[] {
  const own: string[] = [];
  let inBlock = false;
  for (const line of plainLines(stderr)) {
    if (line === BLOCK_EDGE) inBlock = !inBlock;
    else if (!inBlock && !PROGRESS.test(line)) own.push(line);
  }
  return own;
}

/** Returns Copa's last `Error: ` line and all after it. Texts: `main.go`, cobra's `command.go`. */
export function copaFailureLines(ownLines: readonly string[]): readonly string[] {
  const last = ownLines.findLastIndex((line) => line.startsWith('Error: '));
  return last === -1 ? ownLines : ownLines.slice(last);
}

/**
 * Returns the output lines of the image's programs, including package managers. It is untrusted, so
 * only a hint. Omits the log of a failed step, which repeats its progress.
 */
export function programLines(stderr: string): string[] {
  return plainLines(stderr).flatMap((line) => {
    const text = PROGRAM.exec(line)?.groups?.text;
    return text === undefined ? [] : [truncate(text, LONGEST_LINE)];
  });
}
