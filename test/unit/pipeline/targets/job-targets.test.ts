import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import { bySource, pinnedOf } from '../../../../lib/pipeline/targets/job-targets.ts';
import { job, target } from '../run/run-samples.ts';

const SOURCE = digestOf('source');

it('groups targets by image and leaves out those whose source is unknown', () => {
  const [first, second] = ['v1', 'v2'].map((tag) => target('a', tag, { sourceDigest: SOURCE }));
  const elsewhere = target('b', 'v1', { sourceDigest: SOURCE });
  const other = target('a', 'v3', { sourceDigest: digestOf('other') });
  const unknown = target('a', 'v4', { sourceDigest: undefined });
  if (first === undefined || second === undefined) throw new Error();

  expect(bySource([first, elsewhere, second, other, unknown])).toEqual([
    { repository: 'a', digest: SOURCE, targets: [first, second] },
    { repository: 'b', digest: SOURCE, targets: [elsewhere] },
    { repository: 'a', digest: digestOf('other'), targets: [other] },
  ]);
});

const STAGED = {
  staged: digestOf('patch'),
  stagedRepository: RepositoryName.parse('patchwright/staging/a'),
};

it('scans the source and verifies the staged patch', () => {
  const [image] = bySource([target('a', 'v1', { sourceDigest: SOURCE, ...STAGED })]);
  if (image === undefined) throw new Error();

  expect(pinnedOf(job('scan-1'), image)).toEqual({ repository: 'a', digest: SOURCE });
  expect(pinnedOf(job('verify-1', { kind: 'verify' }), image)).toEqual({
    repository: STAGED.stagedRepository,
    digest: STAGED.staged,
  });
});

it('throws for a verification without a staged patch', () => {
  const [image] = bySource([target('a', 'v1', { sourceDigest: SOURCE })]);
  if (image === undefined) throw new Error();

  expect(() => pinnedOf(job('verify-1', { kind: 'verify' }), image)).toThrow('nothing staged');
});
