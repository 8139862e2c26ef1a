import { describe, expect, it } from 'vitest';
import { compareDebianVersions } from './debian-version.ts';

describe('compareDebianVersions', () => {
  it.each([
    ['1.0', '1.1'],
    ['1.9', '1.10'],
    ['2.6.1', '2.6.2'],
    ['1.0~rc1', '1.0'],
    ['1.0~~', '1.0~'],
    ['1.0', '1.0a'],
    ['1.0a', '1.0+b'],
    ['3.0.20-1~deb12u2', '3.0.22-1~deb12u1'],
    ['1.0.9-2+b6', '1.0.9-2+deb12u1'],
    ['1.0', '1.0-1'],
    ['9.9', '1:0.1'],
    ['20230311+deb12u1', '20250419~deb12u2'],
    ['1.0-99999999999999999998', '1.0-99999999999999999999'],
  ])('puts %s before %s', (older, newer) => {
    expect(compareDebianVersions(older, newer)).toBeLessThan(0);
    expect(compareDebianVersions(newer, older)).toBeGreaterThan(0);
  });

  it.each([
    ['1.0', '1.0'],
    ['0:1.0', '1.0'],
    ['1.0-01', '1.0-1'],
  ])('treats %s and %s as equal', (a, b) => {
    expect(compareDebianVersions(a, b)).toBe(0);
  });
});
