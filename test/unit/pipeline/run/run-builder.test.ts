import { expect, it } from 'vitest';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import { builderOfRun } from '../../../../lib/pipeline/run/run-builder.ts';
import { newRun } from '../new-run.ts';
import { job } from './run-samples.ts';

const FAULT = {
  builderCall: 'chroot',
  builderErrno: 'EPERM',
  builderDetail: 'no chroot',
  builderSetting: 'standard',
} as const;
const WORKS = { builder: 'mount-free' } as const;
const patchJob = (change: Partial<Job> = {}) => job('patch-1', { kind: 'patch', ...change });
const DONE = { state: 'done' } as const;
const LOST = patchJob({ state: 'lost' });

it.each([
  ['no patch group has ended', {}, [patchJob(), job('s', DONE)], 'nothing'],
  ['a patch group was lost, which says nothing', {}, [LOST], 'works'],
  ['a patch group is done', {}, [patchJob(DONE)], 'works'],
  ['a container has reported a builder', {}, [patchJob(WORKS)], 'works'],
  ['a group ended with a refusal', {}, [patchJob({ ...FAULT, ...DONE })], 'refused'],
  ['a group with a refusal was lost', {}, [patchJob({ ...FAULT, state: 'lost' })], 'refused'],
  ['other containers of the group still work', {}, [patchJob(FAULT)], 'nothing'],
  ['they still work, and another group was lost', {}, [LOST, patchJob(FAULT)], 'nothing'],
  [
    'another container of the group reported a builder',
    {},
    [patchJob({ ...FAULT, ...WORKS, ...DONE })],
    'works',
  ],
  [
    'a container of another group reported a builder',
    {},
    [patchJob({ ...FAULT, ...DONE }), patchJob(WORKS)],
    'works',
  ],
  ['the run has found the refusal before', FAULT, [patchJob(WORKS)], 'refused'],
] as const)('decides when %s', (_, run, jobs, known) => {
  expect(builderOfRun(newRun(run), jobs).known).toBe(known);
});

it('passes on what was refused', () => {
  const refused = { known: 'refused', fault: FAULT };

  expect(builderOfRun(newRun(), [patchJob({ ...FAULT, ...DONE })])).toEqual(refused);
  expect(builderOfRun(newRun(FAULT), [])).toEqual(refused);
});
