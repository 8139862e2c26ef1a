import { expect, it } from 'vitest';
import { RepositoryName } from '../../../lib/image/reference.ts';
import {
  mirrorOf,
  toolingMirrors,
  toolingRepositories,
} from '../../../lib/report/tooling-mirrors.ts';

const MIRROR = RepositoryName.parse('mirror');
const DEBIAN = { family: 'debian', name: '12.5' };

it('mirrors an image under its registry and name', () => {
  const image = { upstream: 'docker.io', repository: 'library/debian' };

  expect(mirrorOf(MIRROR, image)).toBe('mirror/docker.io/library/debian');
});

it('lists each repository once for all systems of a job', () => {
  const repositories = toolingRepositories(MIRROR, [
    DEBIAN,
    { family: 'debian', name: '11.9' },
    { family: 'ubuntu', name: '24.04' },
  ]);

  expect(repositories).toContain('mirror/docker.io/library/debian');
  expect(repositories).toContain('mirror/docker.io/library/ubuntu');
  expect(new Set(repositories).size).toBe(repositories.length);
});

it('lists no repository for a system that needs no tools or is not patched', () => {
  const systems = ['alpine', 'wolfi'].map((family) => ({ family, name: '3.20' }));

  expect(toolingRepositories(MIRROR, systems)).toEqual([]);
});

it('returns a mirror on the host for every upstream registry', () => {
  const mirrors = toolingMirrors('registry.example.com', MIRROR);

  expect(mirrors).toContainEqual({
    upstream: 'docker.io',
    mirror: 'registry.example.com/mirror/docker.io',
  });
  for (const { upstream, mirror } of mirrors) {
    expect(mirror).toBe(`registry.example.com/mirror/${upstream}`);
  }
});
