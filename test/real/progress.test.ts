import { describe, expect, it } from 'vitest';
import { createProgress } from './progress.ts';

function record(isTTY: boolean) {
  const written: string[] = [];
  let time = 0;
  const stream = { isTTY, columns: 60, write: (text: string) => written.push(text) > 0 };
  return {
    written,
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
    progress: createProgress({ stream, now: () => time }),
  };
}

describe('progress', () => {
  it('is printed as plain lines if the output is not a terminal', () => {
    const { written, pass, progress } = record(false);
    const step = progress.step('trivy 0.74.0');
    step.update('12 packages compiled');
    pass(431_000);

    step.done('built');

    expect(written).toEqual(['trivy 0.74.0: started\n', 'trivy 0.74.0: built (431 s)\n']);
  });

  it('is one line for each step in a terminal, and never wider than it', () => {
    const { written, progress } = record(true);
    const step = progress.step('a very long name of a step'.repeat(5));

    step.done('built');

    const clearLine = '\r\u001b[2K';
    expect(written.every((text) => text.startsWith(clearLine))).toBe(true);
    expect(written.every((text) => text.slice(clearLine.length).trimEnd().length < 60)).toBe(true);
    expect(written.at(-1)?.endsWith('\n')).toBe(true);
  });

  it('shows that a step failed', () => {
    const { written, progress } = record(false);

    progress.step('copa').failed('not built');

    expect(written.at(-1)).toBe('copa: FAILED: not built (0 s)\n');
  });
});
