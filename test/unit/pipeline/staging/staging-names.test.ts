import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import {
  annotatedTag,
  isOfJob,
  stagingOf,
  stagingTag,
} from '../../../../lib/pipeline/staging/staging-names.ts';
import { job } from '../run/run-samples.ts';

const PATCH = job('patch-1', { kind: 'patch', attempt: 2 });

it('stages a repository under its own name', () => {
  expect(stagingOf(RepositoryName.parse('team/api'))).toBe('patchwright/staging/team/api');
});

it('stages a repository whose name is too long under a stable hash', () => {
  const [one, other] = ['a', 'b'].map((end) => RepositoryName.parse(`${'x'.repeat(240)}${end}`));
  if (one === undefined || other === undefined) throw new Error();

  expect(stagingOf(one)).toMatch(/^patchwright\/staging\/patchwright\/[0-9a-f]{40}$/);
  expect(stagingOf(one)).toBe(stagingOf(one));
  expect(stagingOf(one)).not.toBe(stagingOf(other));
});

it('gives each attempt and each image a tag of its own', () => {
  const tags = [
    stagingTag(PATCH, 'image-0'),
    stagingTag(PATCH, 'image-1'),
    stagingTag({ ...PATCH, attempt: 3 }, 'image-0'),
  ];

  expect(new Set(tags).size).toBe(3);
});

it('recognizes the tags of a job, and those that its group pushed', () => {
  const pushed = stagingTag(PATCH, 'image-0');
  const annotated = annotatedTag(PATCH, digestOf('source'));

  expect(isOfJob(pushed, 'patch-1', 'pushed')).toBe(true);
  expect(isOfJob(annotated, 'patch-1', 'pushed')).toBe(false);
  expect(isOfJob(annotated, 'patch-1', 'all')).toBe(true);
  expect(isOfJob(pushed, 'patch-10', 'all')).toBe(false);
  expect(isOfJob(Tag.parse('patch-10-1-0'), 'patch-1', 'all')).toBe(false);
});
