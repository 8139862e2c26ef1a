import { describe, expect, it } from 'vitest';
import { findImage } from '../../../lib/history/find-image.ts';
import { imageStory } from '../../../lib/history/image-story.ts';
import { listImages } from '../../../lib/history/images.ts';
import { readStatus } from '../../../lib/history/status.ts';
import { digestOf } from '../../../lib/image/digest.ts';
import { NOW, SECOND, THIRD, threeNights } from './history-samples.ts';

const { history, operations } = await threeNights();
const names = async (filters: Parameters<typeof listImages>[1]) =>
  (await listImages(history, filters, NOW)).items.map((one) => `${one.repository}:${one.tag}`);

describe('the list of images', () => {
  it.each([
    [{}, ['team/api:1.4', 'team/api:1.5', 'team/web:2.0', 'team/windows:1']],
    [{ severity: 'critical' as const }, ['team/api:1.4']],
    [{ severity: 'high' as const }, ['team/api:1.4', 'team/web:2.0']],
    [{ severity: 'unknown' as const, repository: 'team/w*' }, ['team/web:2.0']],
    [{ repository: 'team/api' }, ['team/api:1.4', 'team/api:1.5']],
    [{ repository: '*', state: 'failed,skipped' }, ['team/web:2.0', 'team/windows:1']],
    [{ reason: 'windows' as const }, ['team/windows:1']],
    [{ fixable: 'false' as const }, ['team/api:1.5']],
    [{ scannedBefore: '24h' }, []],
    [{ scannedBefore: '1h', state: 'clean' }, ['team/api:1.5']],
    [{ present: 'false' as const }, []],
  ])('is filtered by %j in one operation', async (filters, expected) => {
    operations();

    expect(await names(filters)).toEqual(expected);
    expect(operations()).toBe(1);
  });

  it('shows what a run changed', async () => {
    expect(await names({ changedIn: SECOND })).toEqual(['team/api:1.4']);
  });
});

describe('an image that a person names', () => {
  it('is found by repository and tag, in one point read', async () => {
    operations();
    expect(await findImage(history, 'team/web:2.0')).toMatchObject({ found: 'one' });
    expect(operations()).toBe(1);
  });

  it.each([
    'team/web',
    'team/web:',
    'team/web:2',
    'team/we',
    `team/web@${digestOf('team/web:2.0')}`,
    `team/web@${digestOf('team/web:2.0').slice(0, 15)}`,
    digestOf('team/web:2.0').slice(0, 20),
  ])('is found as %s', async (name) => {
    expect(await findImage(history, name)).toMatchObject({
      found: 'one',
      item: { repository: 'team/web', tag: '2.0' },
    });
  });

  it.each(['team/api:1.4-1', digestOf('a patch')])('is found by its patch %s', async (name) => {
    expect(await findImage(history, name)).toMatchObject({ found: 'one', item: { tag: '1.4' } });
  });

  it('is one of several if the beginning is not unique', async () => {
    expect(await findImage(history, 'team/api:1')).toEqual({
      found: 'several',
      names: ['team/api:1.4', 'team/api:1.5'],
    });
  });

  it('names the nearest tags of a known repository, and else the nearest repositories', async () => {
    expect(await findImage(history, 'team/api:2.5')).toEqual({
      found: 'none',
      nearest: ['team/api:1.5', 'team/api:1.4'],
    });
    expect(await findImage(history, 'team/apj:1.4')).toMatchObject({
      nearest: ['team/api', 'team/web', 'team/windows'],
    });
  });

  it.each([
    '',
    ':',
    '@',
    '<script>',
    'sha256:',
    'team/api@sha256:zz',
    "a'b:c",
    ''.padEnd(9000, 'a'),
  ])('is not found as %j', async (name) => {
    expect(await findImage(history, name)).toMatchObject({ found: 'none' });
  });
});

describe('the story of an image', () => {
  it('has what each run did, newest first, with a point read for each run', async () => {
    const image = await findImage(history, 'team/api:1.4');
    if (image.found !== 'one') throw new Error('not found');
    operations();

    const story = await imageStory(history, image.item);

    expect(story.history.map(({ state }) => state)).toEqual([
      'already-patched',
      'patched',
      'failed',
    ]);
    expect(story).toMatchObject({ nextStep: 'Deploy team/api:1.4-1.', runId: THIRD });
    // The list of runs, and four runs.
    expect(operations()).toBe(5);
  });
});

describe('the story of an image with a limit', () => {
  it('looks at so many runs, and at the last one of the image, and says that there are older ones', async () => {
    const image = await findImage(history, 'team/api:1.4');
    if (image.found !== 'one') throw new Error('not found');

    const story = await imageStory(history, image.item, { runs: '1' });
    const all = await imageStory(history, image.item);

    expect(story).toMatchObject({ runs: 1, olderRuns: true, history: [{ runId: THIRD }] });
    expect(all).toMatchObject({ runs: 30, olderRuns: false });
  });
});

describe('the status', () => {
  it('sums up the images, in one operation for the runs and one for a thousand images', async () => {
    operations();

    const status = await readStatus(history, NOW);

    expect(status).toMatchObject({
      lastRun: { runId: THIRD },
      activeRuns: [{ startedBy: 'function key alice' }],
      images: 4,
      byState: { 'already-patched': 1, clean: 1, failed: 1, skipped: 1 },
      countsUnknown: 1,
      findings: { critical: 1, high: 3, fixable: 2 },
      findingsWithPatches: { critical: 0, high: 2, fixable: 1 },
      openFixable: 1,
      exposure: [
        { severity: 'critical', targetDays: 7, images: 1, beyondTarget: 1 },
        {},
        {},
        {},
        {},
      ],
      timeToPatch: [],
      complete: true,
    });
    expect(operations()).toBe(2);
  });
});
