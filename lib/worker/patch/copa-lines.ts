import { plainLines } from '../../text/plain-lines.ts';
import { truncate } from '../../text/truncate.ts';

/** In UTF-16 units: a longer line decides nothing, and patterns take their time with it. */
const LONGEST_LINE = 1000;
const BLOCK_EDGE = '------';
/** Progress: `#12 0.512 text`. After a failure the same once more, without the number. */
const PROGRESS = /^(?:#\d+ |\d+\.\d+ )/;
const PROGRAM = /^#\d+ \d+\.\d+ (?<text>.*)$/;

/**
 * What Copa says itself. The rest of its output is BuildKit's plain progress, with all that programs
 * of the image print: they could print any text that decides something here.
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

/** Why Copa failed: its last `Error: ` line and what follows. Texts: `main.go`, cobra's `command.go`. */
export function copaFailureLines(ownLines: readonly string[]): readonly string[] {
  const last = ownLines.findLastIndex((line) => line.startsWith('Error: '));
  return last === -1 ? ownLines : ownLines.slice(last);
}

/**
 * What programs of the image printed, a line each: package managers among them, so it is a hint and
 * no more. The log of a failed step repeats its progress, and is left out.
 */
export function programLines(stderr: string): string[] {
  return plainLines(stderr).flatMap((line) => {
    const text = PROGRAM.exec(line)?.groups?.text;
    return text === undefined ? [] : [truncate(text, LONGEST_LINE)];
  });
}
