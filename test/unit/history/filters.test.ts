import { describe, expect, it } from 'vitest';
import { momentOf } from '../../../lib/history/filter-text.ts';
import { ImageFilters, parseFilters, RunFilters } from '../../../lib/history/filters.ts';
import { nextStep } from '../../../lib/history/next-step.ts';
import { RepositoryName } from '../../../lib/image/reference.ts';

describe('filters', () => {
  it('name each wrong field and say what is right', () => {
    const given = { state: 'done', limit: '0', since: 'yesterday', colour: 'red' };

    expect(parseFilters(RunFilters, given)).toEqual({
      ok: false,
      fault: [
        { field: 'state', fault: expect.stringMatching(/^must be one or more of: discovering, /) },
        { field: 'since', fault: expect.stringMatching(/^must be an age such as 24h or 7d/) },
        { field: 'limit', fault: 'must be a whole number from 1 to 1000' },
        { field: 'colour', fault: 'is not a filter' },
      ],
    });
  });

  it.each(['team/api', 'team/*', '*', 'team*'])('accept the repository %s', (repository) => {
    expect(parseFilters(ImageFilters, { repository }).ok).toBe(true);
  });

  it.each(['Team', 'a*b', "a'b", '', '**', 'a//*'])('refuse the repository %j', (repository) => {
    expect(parseFilters(ImageFilters, { repository })).toMatchObject({
      fault: [{ field: 'repository' }],
    });
  });

  it('say what the id of a run looks like', () => {
    expect(parseFilters(ImageFilters, { changedIn: 'latest' })).toMatchObject({
      fault: [
        { field: 'changedIn', fault: expect.stringMatching(/^must be the id of a run, such/) },
      ],
    });
  });

  it('leave out what is not given', () => {
    expect(parseFilters(RunFilters, { state: undefined })).toEqual({ ok: true, value: {} });
  });
});

describe('a moment', () => {
  const now = new Date('2026-11-25T08:00:00Z');
  it.each([
    ['90m', '2026-11-25T06:30:00.000Z'],
    ['24h', '2026-11-24T08:00:00.000Z'],
    ['7d', '2026-11-18T08:00:00.000Z'],
    ['2w', '2026-11-11T08:00:00.000Z'],
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T02:00:00+02:00', '2026-11-01T00:00:00.000Z'],
  ])('is read from %s', (text, expected) => {
    expect(momentOf(text, now).toISOString()).toBe(expected);
  });
});

describe('the next step', () => {
  const image = { repository: RepositoryName.parse('a'), present: true, counts: 'known' } as const;

  it('is that of the reason, if there is one', () => {
    expect(nextStep({ ...image, state: 'failed', reason: 'no-builder' })).toContain(
      'doctor --probe',
    );
  });

  it('is nothing for an image that is gone, whatever became of it', () => {
    const gone = { ...image, present: false, state: 'failed', reason: 'timeout' } as const;
    expect(nextStep(gone)).toMatch(/^Nothing: the tag was deleted/);
  });
});
