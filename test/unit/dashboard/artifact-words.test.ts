import { expect, it } from 'vitest';
import { artifactWords } from '../../../dashboard/model/artifact-words.ts';
import { ArtifactType } from '../../../lib/image/annotations.ts';

it('has words for each type that the app attaches', () => {
  for (const type of Object.values(ArtifactType)) expect(artifactWords(type)).not.toBe(type);
});

it('leaves other types as they are', () => {
  expect(artifactWords('application/x')).toBe('application/x');
  expect(artifactWords('constructor')).toBe('constructor');
  expect(artifactWords(null)).toBe('of no type');
});
