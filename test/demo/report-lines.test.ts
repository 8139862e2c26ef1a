import pc from 'picocolors';
import { expect, it } from 'vitest';
import { newRun } from '../unit/pipeline/new-run.ts';
import { reportLines } from './report-lines.ts';

const palette = pc.createColors(false);

function linesOf(changes: Parameters<typeof newRun>[0]): readonly string[] {
  const run = newRun({ state: 'completed', ...changes });
  const none = { tools: undefined, outcomes: [], checks: [], unexpected: [], problems: [] };
  const lines = reportLines({ run, registry: 'local', ...none }, { width: 100, palette });
  return lines.map((line) => line.trim());
}

function totalsOf(counts: Parameters<typeof newRun>[0]): string | undefined {
  return linesOf(counts).find((line) => line.includes('images in'));
}

it('shows the warnings of the run, such as an old database', () => {
  const lines = linesOf({ warnings: 'the database is 5 days old\nteam/api: many tags' });

  expect(lines).toContain('! the database is 5 days old');
  expect(lines).toContain('! team/api: many tags');
  expect(linesOf({}).filter((line) => line.startsWith('!'))).toEqual([]);
});

it('counts the clean images that are only partly covered', () => {
  expect(totalsOf({ targets: 3, clean: 2, cleanPartly: 1, patched: 1 })).toBe(
    '3 images in 0.0 s: 1 patched, 2 clean (1 partly covered)',
  );
  expect(totalsOf({ targets: 2, clean: 2 })).toBe('2 images in 0.0 s: 2 clean');
});
