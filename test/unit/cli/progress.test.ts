import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startProgress } from '../../../lib/cli/progress.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function started(isTerminal: boolean) {
  const written: string[] = [];
  const progress = startProgress({
    stderr: { write: (text) => void written.push(text), isTerminal, columns: 30 },
    clock: { now: () => new Date() },
  });
  return { written, progress };
}

describe('progress', () => {
  it('shows nothing for the first second', () => {
    const { written, progress } = started(true);

    progress.tell('looking');
    vi.advanceTimersByTime(900);
    progress.end();

    expect(written).toEqual([]);
  });

  it('shows one line after a second, no wider than the terminal, and removes it at the end', () => {
    const { written, progress } = started(true);

    progress.tell('looking at something whose name is long');
    vi.advanceTimersByTime(1000);
    progress.end();

    expect(written).toEqual(['\r\u001B[2Klooking at something wh (1 s)', '\r\u001B[2K']);
  });

  it('writes nothing if the output is not a terminal', () => {
    const { written, progress } = started(false);

    progress.tell('looking');
    vi.advanceTimersByTime(5000);
    progress.end();

    expect(written).toEqual([]);
  });
});
