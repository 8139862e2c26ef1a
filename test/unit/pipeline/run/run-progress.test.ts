import { describe, expect, it } from 'vitest';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { runProgress } from '../../../../lib/pipeline/run/run-progress.ts';
import { newRun } from '../new-run.ts';
import { job, target } from './run-samples.ts';

const RUN = newRun();
const at = (minutes: number) => new Date(RUN.createdAt.getTime() + minutes * 60_000);
const scanned = (tag: string, changes: Partial<Target> = {}) =>
  target('a', tag, { discoveredAt: at(0), scannedAt: at(5), ...changes });

const progress = (targets: readonly Target[], jobs: Parameters<typeof job>[1][] = []) =>
  runProgress(RUN, { targets, jobs: jobs.map((change, nth) => job(`job-${nth}`, change)) }, at(30));

describe('the progress of a run', () => {
  it('is when a target or a job last moved on', () => {
    const targets = [scanned('v1'), scanned('v2', { state: 'clean', finishedAt: at(6) })];

    expect(progress(targets).progressAt).toEqual(at(6));
    expect(progress(targets, [{ launchedAt: at(9) }]).progressAt).toEqual(at(9));
    expect(progress([]).progressAt).toBeUndefined();
  });

  it('names each tool of its groups once', () => {
    const tools = ['trivy/0.74.0', 'copa/0.14.2 buildkitd/0.34.2', 'trivy/0.74.0', undefined];
    const jobs = tools.map((one) => (one === undefined ? {} : { tools: one }));

    expect(progress([], jobs).tools).toBe('buildkitd/0.34.2 copa/0.14.2 trivy/0.74.0');
    expect(progress([], [{}])).not.toHaveProperty('tools');
  });
});

describe('the expected end of a run', () => {
  const ended = (tag: string) => scanned(tag, { state: 'clean', finishedAt: at(6) });
  const untouched = target('a', 'windows', { state: 'skipped', discoveredAt: at(0) });

  it('goes on at the pace of the images that groups worked on', () => {
    const targets = [ended('v1'), ended('v2'), scanned('v3'), untouched];

    expect(progress(targets).expectedAt).toEqual(at(45));
  });

  it('is never after the deadline', () => {
    const many = Array.from({ length: 100 }, (_, nth) => scanned(`w${nth}`));

    expect(progress([ended('v1'), ...many]).expectedAt).toEqual(RUN.deadline);
  });

  it.each([
    ['no image has ended that a group worked on', [scanned('v1'), untouched]],
    ['every image has ended', [ended('v1')]],
  ])('is unknown if %s', (_, targets) => {
    expect(progress(targets).expectedAt).toBeUndefined();
  });
});
