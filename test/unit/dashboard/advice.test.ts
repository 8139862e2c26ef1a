import { describe, expect, it } from 'vitest';
import { adviceFor, whyNotStarted } from '../../../dashboard/model/advice.ts';
import { Reason } from '../../../lib/pipeline/records/reasons.ts';
import { anImage, patchWith } from '../../browser/sample-views.ts';

describe('the advice about an image', () => {
  it('names the button of the page, if the page has one', () => {
    const waiting = anImage('a:1', { state: 'waiting', reason: 'backing-off' });
    const planned = anImage('a:1', { state: 'planned', reason: 'dry-run' });

    expect(adviceFor(waiting)).toContain('press “Retry”');
    expect(adviceFor(planned)).toContain('press “Start a run”');
  });

  it('never names a command of the command line that starts or retries runs', () => {
    const advice = Reason.options.map((reason) =>
      adviceFor(anImage('a:1', { state: 'failed', reason })),
    );

    expect(advice.filter((text) => /patchwright (?:runs|retry|images|poison)/.test(text))).toEqual(
      [],
    );
  });

  it('names the patch to deploy', () => {
    const image = anImage('team/api:1.4', { state: 'patched', ...patchWith('1.4-1', 0, 0) });

    expect(adviceFor(image)).toBe('Deploy team/api:1.4-1.');
  });
});

describe('a run', () => {
  it.each([
    ['a patch', { isPatch: true }, 'It is a patch'],
    ['an image that a run works on', { state: 'patching' }, 'A run works on it'],
    ['an image that is gone', { present: false }, 'was deleted or has left the policy'],
    ['an entry with faults', { state: 'failed', reason: 'entry-invalid' }, 'can’t be used'],
  ] as const)('can’t be started for %s', (_what, given, why) => {
    expect(whyNotStarted(anImage('a:1', given))).toContain(why);
  });

  it('can be started for every other image', () => {
    expect(whyNotStarted(anImage('a:1'))).toBeUndefined();
    expect(whyNotStarted(anImage('a:1', { state: 'failed', reason: 'timeout' }))).toBeUndefined();
  });
});
