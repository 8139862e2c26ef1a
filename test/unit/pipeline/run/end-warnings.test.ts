import { expect, it } from 'vitest';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import { endWarnings } from '../../../../lib/pipeline/run/end-warnings.ts';

function skipped(repository: string) {
  return {
    repository: RepositoryName.parse(repository),
    reason: 'claimed-elsewhere' as const,
  };
}

it('warns of a run that completed without a target', () => {
  expect(endWarnings('completed', [])).toEqual([expect.stringContaining('no targets')]);
  expect(endWarnings('failed', [])).toEqual([]);
});

it('warns once of all images that another installation patches', () => {
  const targets = ['team/web', 'team/api', 'team/web'].map(skipped);

  expect(endWarnings('completed', targets)).toEqual([
    'another installation patches team/api, team/web: 3 images skipped, claimed-elsewhere; patchwright doctor says how to take a repository over',
  ]);
});

it('names five repositories at most', () => {
  const targets = Array.from({ length: 5000 }, (_, at) => skipped(`team/app-${1000 + at}`));

  const [warning] = endWarnings('completed-with-failures', targets);

  expect(warning).toContain('team/app-1004 and 4995 more: 5000 images skipped');
});

it('does not warn of images that were skipped for another reason', () => {
  const target = { ...skipped('team/api'), reason: 'multi-arch' as const };

  expect(endWarnings('completed', [target])).toEqual([]);
});
