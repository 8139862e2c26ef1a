import { describe, expect, it } from 'vitest';
import { Digest } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { groupScopes } from '../../../../lib/pipeline/group/group-scopes.ts';

const repository = RepositoryName.parse('team/api');
const staging = RepositoryName.parse('patchwright/staging/team/api');
const toolingMirror = RepositoryName.parse('patchwright/mirror');
const digest = Digest.parse(`sha256:${'a'.repeat(64)}`);

function patchScopes(...systems: readonly (readonly [family: string, name: string])[]) {
  const images = systems.map(([family, name]) => ({
    digest,
    stagingTag: Tag.parse('job'),
    os: { family, name },
    architecture: 'amd64',
    findings: [],
  }));
  return groupScopes({ kind: 'patch', repository, staging, images }, { toolingMirror });
}

describe('the scopes of a patch group', () => {
  it.each([
    ['debian', ['ghcr.io/project-copacetic/copacetic/debian', 'docker.io/library/debian']],
    ['ubuntu', ['ghcr.io/project-copacetic/copacetic/ubuntu', 'docker.io/library/ubuntu']],
    [
      'rocky',
      [
        'ghcr.io/project-copacetic/copacetic/cbl-mariner/base/core',
        'mcr.microsoft.com/cbl-mariner/base/core',
      ],
    ],
    ['alpine', []],
  ])(
    'are its repository, its staging repository and the images that Copa needs for %s',
    (family, tooling) => {
      expect(patchScopes([family, '9.1'])).toEqual([
        { repository, actions: ['pull'] },
        { repository: staging, actions: ['pull', 'push'] },
        ...tooling.map((name) => ({ repository: `patchwright/mirror/${name}`, actions: ['pull'] })),
      ]);
    },
  );

  it('name a tooling repository once if many images need it', () => {
    const scopes = patchScopes(['debian', '12.15'], ['debian', '11.9'], ['rocky', '9.1']);

    const names = scopes.map((scope) => scope.repository);
    expect(names).toHaveLength(6);
    expect(new Set(names).size).toBe(6);
  });
});

it('a scan group may pull its images and the database', () => {
  const database = { repository: RepositoryName.parse('patchwright/trivy-db'), digest };
  const images = [{ repository, digest, reportUrl: 'https://blob.test/report' }];

  expect(groupScopes({ kind: 'scan', database, images }, { toolingMirror })).toEqual([
    { repository, actions: ['pull'] },
    { repository: database.repository, actions: ['pull'] },
  ]);
});
