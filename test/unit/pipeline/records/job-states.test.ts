import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  allJobTransitions,
  assertJobTransition,
  isJobOver,
  JobState,
} from '../../../../lib/pipeline/records/job-states.ts';

it('allows no transition from a state in which a job is over', () => {
  const over = JobState.options.filter((state) => isJobOver({ state }));

  expect(over).toEqual(['done', 'lost', 'canceled', 'dropped', 'run-over']);
  for (const [from] of allJobTransitions()) expect(over).not.toContain(from);
});

it('can reach every state from the first one', () => {
  const reached = new Set<string>(['waiting']);
  for (let round = 0; round < JobState.options.length; round += 1) {
    for (const [from, to] of allJobTransitions()) if (reached.has(from)) reached.add(to);
  }

  expect([...reached].sort()).toEqual([...JobState.options].sort());
});

it('drops only a job that never began', () => {
  expect(allJobTransitions().filter(([, to]) => to === 'dropped')).toEqual([
    ['waiting', 'dropped'],
  ]);
});

it('refuses a transition that is not in the table', () => {
  expect(() => assertJobTransition('waiting', 'running')).toThrow('waiting to running');
});

it('documents each state for operators', () => {
  const states = [...jobsIn('docs/reasons.md').matchAll(/^\| `([a-z-]+)` \|/gm)];

  expect(states.map(([, state]) => state)).toEqual(JobState.options);
});

it('documents each transition', () => {
  const rows = [...jobsIn('ARCHITECTURE.md').matchAll(/^\| `([a-z-]+)` \|.*\|(.*)\|$/gm)];

  const documented = rows.map(([, state, next = '']) => [
    state,
    [...next.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name),
  ]);
  const allowed = JobState.options.map((state) => [
    state,
    allJobTransitions().flatMap(([from, to]) => (from === state ? [to] : [])),
  ]);
  expect(documented).toEqual(allowed);
});

/** Returns the page's section on jobs. */
function jobsIn(page: string): string {
  const text = readFileSync(new URL(`../../../../${page}`, import.meta.url), 'utf8');
  const [, jobs = ''] = text.split(/^#+ Jobs$/m);
  return jobs.split(/^#/m)[0] ?? '';
}
