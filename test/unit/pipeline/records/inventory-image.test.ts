import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import {
  unknownImage,
  withClaim,
  withFailure,
  withoutClaim,
  withoutFailures,
  withPatches,
} from '../../../../lib/pipeline/records/inventory-image.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';

const OPERATE = readFileSync(
  new URL('../../../../docs/operate.md', import.meta.url),
  'utf8',
).replaceAll(/\s+/g, ' ');

const HOUR_MS = 3600 * 1000;
const image = unknownImage({ repository: RepositoryName.parse('team/api'), digest: digestOf('x') });
const now = new Date('2026-11-23T02:10:00Z');
const run = {
  id: RunId.parse('20261123T020000Z-7f3a'),
  deadline: new Date(now.getTime() + HOUR_MS),
};
const other = { ...run, id: RunId.parse('20261123T020000Z-86c8') };
const at = (time: Date) => ({ now: time, over: new Set<string>() });

describe('a claim', () => {
  const claimed = { ...image, ...withClaim(image, run, at(now)) };

  it('lasts an hour past the deadline of its run', () => {
    expect(claimed.claimedBy).toBe(run.id);
    expect(claimed.claimedUntil?.getTime()).toBe(run.deadline.getTime() + HOUR_MS);
  });

  it('excludes other runs until it expires', () => {
    const expiry = new Date(run.deadline.getTime() + HOUR_MS);

    expect(withClaim(claimed, other, at(new Date(expiry.getTime() - 1)))).toBeUndefined();
    expect(withClaim(claimed, other, at(expiry))?.claimedBy).toBe(other.id);
  });

  it('no longer counts once its run has ended', () => {
    const over = new Set([run.id]);

    expect(withClaim(claimed, other, { now, over })?.claimedBy).toBe(other.id);
    expect(withClaim(claimed, other, { now, over: new Set([other.id]) })).toBeUndefined();
  });

  it('can be renewed by the run that holds it', () => {
    expect(withClaim(claimed, run, at(now))?.claimedBy).toBe(run.id);
  });

  it('is released only by the run that holds it', () => {
    expect(withoutClaim(claimed, other.id)).toBeUndefined();
    expect(withoutClaim(claimed, run.id)).toMatchObject({ claimedBy: '', claimedUntil: undefined });
  });
});

describe('known patches', () => {
  it('are kept once each, in the order in which they were published', () => {
    const first = { ...image, ...withPatches(image, [digestOf('1'), digestOf('2')]) };

    const then = withPatches(first, [digestOf('2'), digestOf('3')]);

    expect(then?.patchDigests).toEqual(['1', '2', '3'].map(digestOf));
  });

  it('change nothing if all are known', () => {
    const known = { ...image, patchDigests: [digestOf('1')] };

    expect(withPatches(known, [digestOf('1')])).toBeUndefined();
  });

  it('are the newest 420, which fit one column', () => {
    const many = Array.from({ length: 421 }, (_, at) => digestOf(`${at}`));

    const { patchDigests } = { ...image, ...withPatches(image, many) };

    expect(patchDigests).toEqual(many.slice(1));
    expect(JSON.stringify(patchDigests).length).toBeLessThan(32 * 1024);
  });
});

describe('a failed patch', () => {
  const failure = { runId: run.id, fingerprint: 'f1', tools: 'copa', at: now };
  const hoursOf = (until: Date | undefined) => ((until?.getTime() ?? 0) - now.getTime()) / HOUR_MS;

  it('backs the image off for longer each time, at most for 14 days, as documented', () => {
    let known = image;
    const hours: number[] = [];
    for (let run = 0; run < 7; run += 1) {
      const runId = RunId.parse(`20261123T02000${run}Z-7f3a`);
      known = { ...known, ...withFailure(known, { ...failure, runId }) };
      hours.push(hoursOf(known.retryAfter));
    }

    expect(hours).toEqual([20, 40, 80, 160, 320, 336, 336]);
    const [first, second, third, fourth, fifth, longest = 0] = hours;
    expect(OPERATE).toContain(
      `${first} hours after the first failure, then ${second}, ${third}, ${fourth} and ${fifth} hours, and at most ${longest / 24} days (${longest} hours)`,
    );
  });

  it('counts once a run', () => {
    const failed = { ...image, ...withFailure(image, failure) };

    expect(withFailure(failed, { ...failure, fingerprint: 'f2' })).toBeUndefined();
  });

  it('counts from the start for other findings', () => {
    const failed = { ...image, ...withFailure(image, failure), failures: 4 };

    const next = withFailure(failed, { ...failure, runId: other.id, fingerprint: 'f2' });

    expect(next).toMatchObject({ failures: 1, failedFingerprint: 'f2' });
  });

  it('keeps the fingerprint of a partial patch as long as the findings are the same', () => {
    const partial = { ...image, ...withFailure(image, { ...failure, fixedFingerprint: 'p1' }) };
    const again = { ...failure, runId: other.id };

    expect(partial.partialFingerprint).toBe('p1');
    expect(withFailure(partial, again)?.partialFingerprint).toBe('p1');
    expect(withFailure(partial, { ...again, fingerprint: 'f2' })?.partialFingerprint).toBe(
      undefined,
    );
  });

  it('is forgotten after a patch was published', () => {
    const failed = { ...image, ...withFailure(image, failure) };

    expect(withoutFailures(failed)).toEqual(image);
    expect(withoutFailures(image)).toBeUndefined();
  });
});
