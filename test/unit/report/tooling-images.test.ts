import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { patchability } from '../../../lib/report/patchable-os.ts';
import {
  MIRRORED_SYSTEMS,
  TOOLING_FAMILIES,
  TOOLING_UPSTREAMS,
  toolingImages,
} from '../../../lib/report/tooling-images.ts';
import { aScan } from './report-samples.ts';

/** Returns the references in the order in which Copa tries them. */
function asked(family: string, name: string): readonly string[] | undefined {
  return toolingImages({ family, name })?.map(
    ({ upstream, repository, tag }) => `${upstream}/${repository}:${tag}`,
  );
}

describe('the images with the tools of Copa', () => {
  it.each([
    ['debian', '13.1', 'docker.io/library/debian:13-slim'],
    ['debian', '12.15', 'docker.io/library/debian:12-slim'],
    ['debian', '12', 'docker.io/library/debian:12-slim'],
    ['debian', '11.9', 'docker.io/library/debian:11-slim'],
    ['ubuntu', '24.04', 'docker.io/library/ubuntu:24.04'],
    ['azurelinux', '3.0', 'mcr.microsoft.com/azurelinux/base/core:3.0'],
    ['azurelinux', '3.0.20260401', 'mcr.microsoft.com/azurelinux/base/core:3.0'],
    ['azurelinux', '4.0', 'mcr.microsoft.com/azurelinux/base/core:4.0'],
    ['cbl-mariner', '2.0.20260311', 'mcr.microsoft.com/cbl-mariner/base/core:2.0'],
    ['cbl-mariner', '1', 'mcr.microsoft.com/cbl-mariner/base/core:1.0'],
    ['redhat', '9.6', 'mcr.microsoft.com/cbl-mariner/base/core:2.0'],
    ['rocky', '9.6', 'mcr.microsoft.com/cbl-mariner/base/core:2.0'],
    ['alma', '9.6', 'mcr.microsoft.com/cbl-mariner/base/core:2.0'],
    ['centos', '7.9', 'mcr.microsoft.com/cbl-mariner/base/core:2.0'],
    ['amazon', '2023.6', 'mcr.microsoft.com/cbl-mariner/base/core:2.0'],
  ])('for %s %s are Copa’s copy and the original %s', (family, name, original) => {
    const copy = original.replace(/^[^/]+\/(?:library\/)?/, 'ghcr.io/project-copacetic/copacetic/');

    expect(asked(family, name)).toEqual([copy, original]);
  });

  it('are none for Alpine', () => {
    expect(asked('alpine', '3.22.0')).toEqual([]);
  });

  it.each(['sles', 'opensuse-leap', 'opensuse-tumbleweed', 'oracle', 'wolfi'])(
    'are undefined for %s, which is not patched',
    (family) => {
      const packages = ['rpm', 'zypper', 'dnf', 'apk-tools'].map((name) => ({
        name,
        version: '1',
      }));
      const scan = aScan({ os: { family, name: '1', endOfLife: false }, packages });

      expect(asked(family, '1')).toBeUndefined();
      expect(patchability(scan)).toMatchObject({ patchable: false });
    },
  );

  it('are known only for families that can be patched', () => {
    const names = ['dpkg', 'apt', 'rpm', 'dnf', 'apk-tools', 'zypper'];
    const packages = names.map((name) => ({ name, version: '1' }));

    const answers = TOOLING_FAMILIES.map((family) =>
      patchability(aScan({ os: { family, name: '1', endOfLife: false }, packages })),
    );

    expect(answers).toEqual(TOOLING_FAMILIES.map(() => ({ patchable: true })));
  });

  it('come from three registries', () => {
    expect(TOOLING_UPSTREAMS).toEqual(['ghcr.io', 'docker.io', 'mcr.microsoft.com']);
  });
});

it('docs/operate.md imports the original for every mirrored system', () => {
  const docs = readFileSync(new URL('../../../docs/operate.md', import.meta.url), 'utf8');
  const imported = /^for image in (.+); do\n {2}az acr import .*\$image .*mirror\/\$image/m.exec(
    docs,
  );

  expect(imported?.[1]?.split(' ')).toEqual(
    MIRRORED_SYSTEMS.map(({ family, name }) => asked(family, name)?.at(-1)),
  );
});
