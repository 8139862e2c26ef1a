import { describe, expect, it } from 'vitest';
import { fitsGroup, patchSize } from '../../../../lib/pipeline/group/container-size.ts';

const STANDARD = { builder: { kind: 'standard' } } as const;
const CONFIDENTIAL = { builder: { kind: 'confidential' } } as const;
const tls = { ca: '', cert: '', key: '' };
const REMOTE = { builder: { kind: 'remote', address: 'tcp://x:1', tls } } as const;
const GB = 1024 ** 3;

const many = (count: number, bytes: number, options: typeof STANDARD | typeof CONFIDENTIAL) =>
  Array.from({ length: count }, () => patchSize(bytes, options));

describe('the size of a patch container', () => {
  it('grows with its image', () => {
    const sizes = [0.1, 0.5, 2].map((gb) => patchSize(gb * GB, STANDARD));

    expect(sizes.map(({ cpu, memoryGb }) => [cpu, memoryGb])).toEqual([
      [1, 2],
      [1, 3],
      [2, 4],
    ]);
    expect(sizes.map(({ diskGb }) => Math.round(diskGb))).toEqual([3, 7, 23]);
  });

  it.each([
    ['Debian of 110 MB', 57, 1.386],
    ['Debian with Java, nginx, PostgreSQL and systemd', 272, 3.4],
    ['Debian padded to 720 MB', 365, 2.923],
    ['Debian padded to 2000 MB', 1012, 6.138],
  ])('has more disk than the builder used for %s, but not three times as much', (_, mb, used) => {
    const { diskGb } = patchSize(mb * 1_000_000, STANDARD);

    expect(diskGb / used).toBeGreaterThan(1.2);
    expect(diskGb / used).toBeLessThan(3);
  });

  it('is that of a client if the builder is remote', () => {
    expect(patchSize(2 * GB, REMOTE)).toEqual({ cpu: 1, memoryGb: 1, diskGb: 1 });
  });
});

describe('fitsGroup', () => {
  it.each([
    ['accepts four small images', many(4, 0.1 * GB, STANDARD), STANDARD, true],
    [
      'refuses five small images, which need too much CPU',
      many(5, 0.1 * GB, STANDARD),
      STANDARD,
      false,
    ],
    [
      'refuses two images of 2 GB, which need too much disk',
      many(2, 2 * GB, STANDARD),
      STANDARD,
      false,
    ],
    ['accepts one image of any size', many(1, 9 * GB, STANDARD), STANDARD, true],
    [
      'accepts four images in a Confidential group',
      many(4, 0.1 * GB, CONFIDENTIAL),
      CONFIDENTIAL,
      true,
    ],
  ])('%s', (_, sizes, options, expected) => {
    expect(fitsGroup(sizes, options)).toBe(expected);
  });

  const tiny = (count: number) =>
    Array.from({ length: count }, () => ({ cpu: 0.1, memoryGb: 0.1, diskGb: 0.1 }));

  it('accepts at most nine containers, because the request has room for no more', () => {
    expect(fitsGroup(tiny(9), STANDARD)).toBe(true);
    expect(fitsGroup(tiny(10), STANDARD)).toBe(false);
  });

  it('accepts fewer containers if the certificates of each fill the request', () => {
    const pem = 'x'.repeat(3300);
    const remote = { ...REMOTE.builder, tls: { ca: pem, cert: pem, key: pem } };

    expect(fitsGroup(tiny(3), { builder: remote })).toBe(true);
    expect(fitsGroup(tiny(3), { builder: remote, extraCa: pem })).toBe(false);
    expect(fitsGroup(tiny(2), { builder: remote, extraCa: pem })).toBe(true);
    expect(fitsGroup(tiny(1), { builder: remote, extraCa: pem.repeat(20) })).toBe(true);
  });
});
