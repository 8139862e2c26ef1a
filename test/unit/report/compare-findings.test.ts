import { expect, it } from 'vitest';
import { compareFindings } from '../../../lib/report/compare-findings.ts';
import { aFinding, aScan } from './report-samples.ts';

const OTHER = aFinding({ id: 'CVE-2024-0002', package: 'curl' });

function unfixed(id: string) {
  const { fixed: _, ...finding } = aFinding({ id });
  return finding;
}

it('accepts a patch that fixes the targeted findings, and returns them', () => {
  const stays = unfixed('CVE-2024-0009');
  const before = aScan({ findings: [aFinding(), stays] });
  const after = aScan({ findings: [stays] });

  const verdict = compareFindings({ before, after, targeted: [aFinding()] });

  expect(verdict).toEqual({ accepted: true, fixed: [aFinding()] });
});

it('refuses a patch that leaves a targeted finding, even at another version', () => {
  const before = aScan({ findings: [aFinding(), OTHER] });
  const after = aScan({ findings: [aFinding({ installed: '9', severity: 'low' })] });

  const verdict = compareFindings({ before, after, targeted: [aFinding(), OTHER] });

  expect(verdict).toEqual({
    accepted: false,
    reason: 'not-fixed',
    detail: '1 still found: CVE-2024-0001 in openssl',
  });
});

it('accepts a patch that leaves a fixable finding that was not targeted', () => {
  const before = aScan({ findings: [aFinding(), OTHER] });
  const after = aScan({ findings: [OTHER] });

  const verdict = compareFindings({ before, after, targeted: [aFinding()] });

  expect(verdict).toMatchObject({ accepted: true });
});

it('distinguishes the same vulnerability in two packages', () => {
  const inCurl = aFinding({ package: 'curl' });
  const before = aScan({ findings: [aFinding(), inCurl] });
  const after = aScan({ findings: [inCurl] });

  const verdict = compareFindings({ before, after, targeted: [aFinding()] });

  expect(verdict).toEqual({ accepted: true, fixed: [aFinding()] });
});

it('refuses a patch that adds a fixable finding', () => {
  const before = aScan({ findings: [aFinding()] });
  const after = aScan({ findings: [OTHER] });

  const verdict = compareFindings({ before, after, targeted: [aFinding()] });

  expect(verdict).toEqual({
    accepted: false,
    reason: 'new-findings',
    detail: '1 new: CVE-2024-0002 in curl',
  });
});

it('accepts a patch that adds a finding without a fix', () => {
  const before = aScan({ findings: [aFinding()] });
  const after = aScan({ findings: [unfixed('CVE-2024-0010')] });

  const verdict = compareFindings({ before, after, targeted: [aFinding()] });

  expect(verdict).toMatchObject({ accepted: true });
});

it.each([
  {
    what: 'two packages',
    after: { packages: [{ name: 'apt', version: '1' }] },
    detail: '2 of 3: dpkg, openssl',
  },
  { what: 'all packages', after: { packages: [] }, detail: '3 of 3: apt, dpkg, openssl' },
  {
    what: 'another family',
    after: { os: { family: 'alpine', name: '3.20', endOfLife: false } },
    detail: 'the operating system was debian 12 and is alpine 3.20',
  },
  {
    what: 'another release',
    after: { os: { family: 'debian', name: '13.1', endOfLife: false } },
    detail: 'the operating system was debian 12 and is debian 13',
  },
])(
  'refuses a patch whose scan lacks packages or has another system: $what',
  ({ after, detail }) => {
    const before = aScan({ findings: [aFinding()] });

    const verdict = compareFindings({ before, after: aScan(after), targeted: [aFinding()] });

    expect(verdict).toEqual({ accepted: false, reason: 'packages-lost', detail });
  },
);

it('refuses a patch whose scan finds no operating system', () => {
  const { os: _, ...after } = aScan();

  const verdict = compareFindings({ before: aScan(), after, targeted: [] });

  expect(verdict).toEqual({
    accepted: false,
    reason: 'packages-lost',
    detail: 'the operating system was debian 12 and is none',
  });
});

it('accepts a patch with a newer point release and added packages', () => {
  const before = aScan({ findings: [aFinding()] });
  const after = aScan({
    os: { family: 'debian', name: '12.6', endOfLife: false },
    packages: [...before.packages, { name: 'libssl3t64', version: '2' }],
  });

  const verdict = compareFindings({ before, after, targeted: [aFinding()] });

  expect(verdict).toMatchObject({ accepted: true });
});

it('names all five findings in its detail', () => {
  const five = Array.from({ length: 5 }, (_, at) => aFinding({ id: `CVE-${at}` }));

  const verdict = compareFindings({
    before: aScan(),
    after: aScan({ findings: five }),
    targeted: five,
  });

  expect(verdict).toMatchObject({
    detail: expect.stringMatching(/^5 still found: (CVE-\d in openssl, ){4}CVE-4 in openssl$/),
  });
});

it('names the first five of many findings in its detail', () => {
  const many = Array.from({ length: 400 }, (_, at) => aFinding({ id: `CVE-${at}` }));

  const verdict = compareFindings({
    before: aScan(),
    after: aScan({ findings: many }),
    targeted: many,
  });

  expect(verdict).toMatchObject({
    detail: expect.stringMatching(/^400 still found: (CVE-\d+ in openssl, ){5}…$/),
  });
});
