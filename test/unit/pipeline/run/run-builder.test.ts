import { expect, it } from 'vitest';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import { builderOfRun } from '../../../../lib/pipeline/run/run-builder.ts';
import { newRun } from '../new-run.ts';
import { job, target } from './run-samples.ts';

const FAULT = { builderCall: 'chroot', builderErrno: 'EPERM', builderDetail: 'no chroot' };
const patchJob = (change: Partial<Job> = {}) => job('patch-1', { kind: 'patch', ...change });
const PATCHED = target('a', 'v1', { builder: 'mount-free' });

it.each([
  ['no patch group has ended', {}, [patchJob(), job('s', { state: 'done' })], [], 'nothing'],
  ['a patch group was lost, which says nothing', {}, [patchJob({ state: 'lost' })], [], 'works'],
  ['a patch group is done', {}, [patchJob({ state: 'done' })], [], 'works'],
  ['a container has patched an image', {}, [patchJob()], [PATCHED], 'works'],
  ['a group reports a refusal', {}, [patchJob(FAULT)], [], 'refused'],
  ['another group has patched an image', {}, [patchJob(FAULT)], [PATCHED], 'works'],
  ['the run has found the refusal before', FAULT, [], [PATCHED], 'refused'],
] as const)('decides when %s', (_, run, jobs, targets, known) => {
  expect(builderOfRun(newRun(run), jobs, targets).known).toBe(known);
});

it('passes on what was refused', () => {
  expect(builderOfRun(newRun(), [patchJob(FAULT)], [])).toEqual({ known: 'refused', fault: FAULT });
  expect(builderOfRun(newRun(FAULT), [], [])).toEqual({ known: 'refused', fault: FAULT });
});
