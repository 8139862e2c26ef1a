import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alteredWorld, GROUP_JOBS } from './hostile/altered-run.ts';
import { EACH_TEXT, hostileText, pollution } from './hostile/hostile-values.ts';
import { runToItsEnd } from './hostile/run-end.ts';
import { formulas, shownTexts, unprintable } from './hostile/shown-texts.ts';

describe.each(GROUP_JOBS)('the texts of a %s job', (job) => {
  it('are sanitized for rows and logs: the message of a failed image', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, async (message) => {
        const claim = {
          outcome: 'failed',
          failure: 'tool-failed',
          message: message.slice(0, 2000),
        };
        const alter = (usual: Uint8Array) =>
          changed(usual, (result) => ({
            ...result,
            images: result.images.map(({ digest }: { digest: string }) => ({ digest, ...claim })),
          }));
        const world = await alteredWorld({ job, what: 'result', alter });

        const end = await runToItsEnd(world);

        expect(end).toEqual({
          run: 'completed-with-failures',
          target: 'failed tool-failed',
          lost: [],
        });
        expect(unprintable(shownTexts(world))).toEqual([]);
        expect(formulas(shownTexts(world))).toEqual([]);
      }),
      EACH_TEXT,
    );
  });

  it('are sanitized for rows, logs and annotations: names and versions', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        const alter = (usual: Uint8Array) =>
          changed(usual, (result) => ({
            ...result,
            tools: { copa: text.slice(0, 64) },
            ...(job !== 'patch' && { advisoryPlatforms: ['debian 12', text.slice(0, 128)] }),
          }));
        const world = await alteredWorld({ job, what: 'result', alter });

        const end = await runToItsEnd(world);

        expect(end).toEqual({ run: 'completed', target: 'patched', lost: [] });
        expect(unprintable(shownTexts(world))).toEqual([]);
        expect(formulas(shownTexts(world))).toEqual([]);
        expect(pollution()).toEqual([]);
      }),
      EACH_TEXT,
    );
  });
});

describe.each(['scan', 'verify'] as const)('a report of a %s job', (job) => {
  it.each([
    ['a system', (report: Report, text: string) => ({ ...report, Metadata: systemOf(text) })],
    ['a package', (report: Report, text: string) => withFinding(report, { PkgName: text })],
    [
      'a field that nothing reads',
      (report: Report, text: string) => withFinding(report, { Title: text }),
    ],
  ])('has its texts sanitized for rows and logs: %s', async (_, change) => {
    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        const alter = (usual: Uint8Array) => changed(usual, (report) => change(report, text));
        const world = await alteredWorld({ job, what: 'report', alter });

        const end = await runToItsEnd(world);

        expect(end.lost).toEqual([]);
        expect(unprintable(shownTexts(world))).toEqual([]);
        expect(formulas(shownTexts(world))).toEqual([]);
        expect(pollution()).toEqual([]);
      }),
      EACH_TEXT,
    );
  });
});

// biome-ignore lint/suspicious/noExplicitAny: untrusted output, which the test edits by hand
type Report = any;

function changed(bytes: Uint8Array, change: (value: Report) => unknown): Uint8Array {
  return Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(bytes).toString()))));
}

function systemOf(text: string): object {
  return { OS: { Family: 'debian', Name: text }, ImageConfig: { architecture: text } };
}

/** One more finding with otherwise valid fields. */
function withFinding(report: Report, field: object): object {
  const usual = { VulnerabilityID: 'CVE-2026-9', PkgName: 'zlib1g', FixedVersion: '2' };
  const [first] = report.Results;
  const found = [...(first.Vulnerabilities ?? []), { ...usual, ...field }];
  return { ...report, Results: [{ ...first, Vulnerabilities: found }] };
}
