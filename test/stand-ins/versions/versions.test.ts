import { describe, expect, it } from 'vitest';
import { compareApkVersions } from './apk-version.ts';
import { compareDebianVersions } from './debian-version.ts';

describe('Debian versions', () => {
  it.each([
    ['1.0', '1.0', 0],
    ['1.0', '1.0-0', 0],
    ['3.0.11-1~deb12u2', '3.0.17-1~deb12u3', -1],
    ['3.0.11-1~deb12u2', '3.0.11-1', -1],
    ['2.36-9+deb12u4', '2.36-9+deb12u10', -1],
    ['2.36-9', '2.36-9+deb12u1', -1],
    ['1:1.2.13.dfsg-1', '1.3.1', 1],
    ['1.0~rc1', '1.0', -1],
    ['1.0~~', '1.0~', -1],
    ['1.0a', '1.0', 1],
    ['1.0a', '1.0+', -1],
    ['007', '7', 0],
    ['252.22-1~deb12u1', '252.4-1~deb12u1', 1],
    ['4.13+dfsg1-1+b1', '4.13+dfsg1-1+deb12u1', -1],
  ])('compares %s with %s as %i', (a, b, order) => {
    expect(compareDebianVersions(a, b)).toBe(order);
    expect(compareDebianVersions(b, a)).toBe(order === 0 ? 0 : -order);
  });

  it('refuses an invalid version', () => {
    expect(() => compareDebianVersions('', '1')).toThrow('not a Debian version');
    expect(() => compareDebianVersions('1', '1 2')).toThrow('not a Debian version');
  });
});

describe('Alpine versions', () => {
  it.each([
    ['1.2.5-r9', '1.2.5-r10', -1],
    ['3.5.0-r0', '3.5.4-r0', -1],
    ['1.0', '1.0-r0', 0],
    ['1.0.1', '1.0', 1],
    ['1.0.1', '1.0a', 1],
    ['1.0b', '1.0a', 1],
    ['1.0a', '1.0', 1],
    ['1.0_rc1', '1.0', -1],
    ['1.0_p1', '1.0', 1],
    ['1.0_alpha2', '1.0_beta1', -1],
    ['1.0_git20250101', '1.0_p1', -1],
    ['1.05', '1.1', -1],
    ['1.10', '1.9', 1],
    ['20250108-r0', '20241121-r2', 1],
  ])('compares %s with %s as %i', (a, b, order) => {
    expect(compareApkVersions(a, b)).toBe(order);
    expect(compareApkVersions(b, a)).toBe(order === 0 ? 0 : -order);
  });

  it('refuses an invalid version', () => {
    expect(() => compareApkVersions('1.0-1', '1')).toThrow('not an Alpine package version');
  });
});
