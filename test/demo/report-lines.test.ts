import pc from 'picocolors';
import { expect, it } from 'vitest';
import { newRun } from '../unit/pipeline/new-run.ts';
import { reportLines } from './report-lines.ts';

const palette = pc.createColors(false);

function totalsOf(counts: Parameters<typeof newRun>[0]): string | undefined {
  const run = newRun({ state: 'completed', ...counts });
  const none = { tools: undefined, outcomes: [], checks: [], unexpected: [], problems: [] };
  const lines = reportLines({ run, registry: 'local', ...none }, { width: 100, palette });
  return lines.find((line) => line.includes('images in'))?.trim();
}

it('counts the clean images that are only partly covered', () => {
  expect(totalsOf({ targets: 3, clean: 2, cleanPartly: 1, patched: 1 })).toBe(
    '3 images in 0.0 s: 1 patched, 2 clean (1 partly covered)',
  );
  expect(totalsOf({ targets: 2, clean: 2 })).toBe('2 images in 0.0 s: 2 clean');
});
