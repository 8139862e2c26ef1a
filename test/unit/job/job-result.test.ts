import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { JobResult } from '../../../lib/job/job-result.ts';

const TOKEN = `eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`;

function resultWith(parts: Record<string, unknown>) {
  return {
    version: 1,
    kind: 'patch',
    jobId: 'patch-1',
    attempt: 1,
    startedAt: '2026-11-23T02:00:00Z',
    finishedAt: '2026-11-23T02:10:00Z',
    tools: { copa: '0.14.2' },
    images: [],
    ...parts,
  };
}

const failed = (message: string) => ({
  digest: digestOf('an image'),
  outcome: 'failed',
  failure: 'tool-failed',
  message,
});

describe('a job result', () => {
  it('removes control characters, text direction and credentials from a message', () => {
    const message = `copa: \u001b[31mno\u202E\nnew line, ${TOKEN}, x?sig=secret \uD83D`;

    const parsed = JobResult.parse(resultWith({ images: [failed(message)] }));

    expect(parsed.images).toEqual([failed('copa: no new line, ***, x?sig=***')]);
  });

  it('limits the length of a message even if masks make it longer', () => {
    const message = '&sig=a'.repeat(333);

    const parsed = JobResult.parse(resultWith({ images: [failed(message)] }));

    const [image] = parsed.images;
    expect(image?.outcome === 'failed' ? image.message.length : 0).toBe(2000);
  });

  it('sanitizes the detail of a blocked package and refuses an unknown reason', () => {
    const patched = (blocked: object) => ({
      digest: digestOf('an image'),
      outcome: 'patched',
      staged: digestOf('a patch'),
      blocked: [{ package: 'apt', reason: 'held', ...blocked }],
    });

    const parsed = JobResult.parse(resultWith({ images: [patched({ detail: '=1\nx' })] }));
    const other = JobResult.safeParse(resultWith({ images: [patched({ reason: 'because' })] }));

    expect(parsed.images).toMatchObject([{ blocked: [{ detail: '1 x' }] }]);
    expect(other.success).toBe(false);
  });

  it('is refused with more blocked packages than a row can hold', () => {
    const blocked = Array.from({ length: 151 }, (_, at) => ({ package: `p${at}`, reason: 'held' }));
    const image = { digest: digestOf('an image'), outcome: 'nothing-to-do', blocked };

    expect(JobResult.safeParse(resultWith({ images: [image] })).success).toBe(false);
  });

  it.each([
    ['is accepted if it', 'fails every image as builder-unavailable', {}, {}, true],
    ['is invalid if it', 'names a builder too', { builder: 'mount-free' }, {}, false],
    ['is invalid if it', 'fails an image otherwise', {}, { failure: 'timeout' }, false],
    ['is invalid if it', 'patches nothing', {}, { outcome: 'nothing-to-do' }, false],
  ])('with refusals %s %s', (_, _if, parts, image, accepted) => {
    const refusals = [{ name: 'chroot', call: 'chroot', errno: 'EPERM', lasting: true }];
    const { digest, ...rest } = { ...failed('none'), failure: 'builder-unavailable', ...image };
    const images = [
      rest.outcome === 'failed' ? { digest, ...rest } : { digest, outcome: rest.outcome },
    ];

    const parsed = JobResult.safeParse(resultWith({ images, refusals, ...parts }));

    expect(parsed.success).toBe(accepted);
  });

  it('sanitizes the versions of tools for use in an annotation', () => {
    const parsed = JobResult.parse(
      resultWith({ tools: { copa: '0.14.2\n\u202Eevil', runc: '1' } }),
    );

    expect(parsed.tools).toEqual({ copa: '0.14.2 evil', runc: '1' });
  });

  it('drops a tool that is named __proto__', () => {
    const tools: unknown = JSON.parse('{"__proto__":"1"}');

    const parsed = JobResult.parse(resultWith({ tools }));

    expect(Object.getOwnPropertyNames(parsed.tools)).toEqual([]);
  });

  it.each([
    ['more than five tools', Object.fromEntries([...'abcdef'].map((name) => [name, '1']))],
    ['a tool with an invalid name', { 'copa\n': '1' }],
    ['a tool with an upper-case name', { Copa: '1' }],
  ])('is refused with %s', (_, tools) => {
    expect(JobResult.safeParse(resultWith({ tools })).success).toBe(false);
  });
});
