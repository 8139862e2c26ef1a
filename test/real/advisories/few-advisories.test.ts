import { describe, expect, it } from 'vitest';
import { fewAdvisories } from './few-advisories.ts';

function upgrade(source: string, name = source) {
  return { package: name, source, installed: '1', candidate: '2', sourceInstalled: '1' };
}

function advisory(source: string, id = source) {
  return { source, id, fixedVersion: '2', title: id, severity: 'HIGH' } as const;
}

describe('few advisories', () => {
  it('are those of the package and of the sources with the fewest outdated packages', () => {
    const upgrades = [
      ...['pam-a', 'pam-b'].map((name) => upgrade('pam', name)),
      ...['zlib', 'brotli', 'pcre'].map((source) => upgrade(source)),
      upgrade('libssl', 'openssl'),
    ];
    const advisories = ['pam', 'zlib', 'brotli', 'pcre', 'libssl'].map((name) => advisory(name));

    const few = fewAdvisories({ advisories, upgrades }, { package: 'openssl', others: 2 });

    expect(few.map(({ source }) => source)).toEqual(['brotli', 'pcre', 'libssl']);
  });

  it('keep every advisory of a source', () => {
    const advisories = [advisory('a', 'CVE-1'), advisory('b'), advisory('a', 'CVE-2')];
    const upgrades = [upgrade('a'), upgrade('b')];

    const few = fewAdvisories({ advisories, upgrades }, { package: 'a', others: 0 });

    expect(few.map(({ id }) => id)).toEqual(['CVE-1', 'CVE-2']);
  });
});
