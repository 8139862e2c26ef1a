import { afterAll, beforeAll, expect, it } from 'vitest';
import { fixable } from '../../../lib/report/finding.ts';
import { debianImage, MID_2025 } from '../../images/debian/debian-image.ts';
import { makeLayout } from '../../images/oci-layout.ts';
import {
  type CopaFixture,
  layerDigests,
  type Patched,
  scan,
  startCopaFixture,
} from './copa-fixture.ts';
import { COPA_FAULT_LABEL, type CopaFault } from './faults.ts';

let fixture: CopaFixture;
beforeAll(async () => {
  fixture = await startCopaFixture();
});
afterAll(() => fixture.close());

async function patchWith(fault: CopaFault, extra: readonly string[] = []): Promise<Patched> {
  const content = await debianImage({
    app: 'fault',
    older: MID_2025,
    curl: false,
    labels: { [COPA_FAULT_LABEL]: fault },
  });
  await fixture.tools.push(`test/${fault}`, makeLayout([{ content, tags: ['1'] }]));
  return fixture.patch(`test/${fault}`, '1', { extra });
}

it('fails like apt', async () => {
  const { run, result } = await patchWith('fail-apt');

  expect(run.status).toBe(1);
  expect(run.stderr).toContain('did not complete successfully: exit code: 100');
  expect(result).toBeUndefined();
});

it('hangs until its time limit', async () => {
  const { run } = await patchWith('hang', ['--timeout', '1s']);

  expect(run.status).toBe(1);
  expect(run.stderr).toContain('patch exceeded timeout of 1s');
});

it('claims to have patched, but pushes nothing', async () => {
  const { run, result } = await patchWith('lie');

  expect(run.stderr).toContain('Patched image (linux/amd64)');
  expect(result).toBeUndefined();
});

it('claims that there is nothing to do', async () => {
  const { run, result } = await patchWith('nothing-to-do');

  expect(run.stderr).toContain('Image is already up-to-date. No patch was applied.');
  expect(result).toBeUndefined();
});

it('pushes a patch that fixes nothing', async () => {
  const { before, result } = await patchWith('no-op');

  expect(result && scan(result, 'after').scan.findings).toEqual(before.scan.findings);
  expect(result?.manifest.layers.length).toBe(3);
});

it('changes only the package database', async () => {
  const { result } = await patchWith('paper-only');

  expect(result && fixable(scan(result, 'after').scan)).toEqual([]);
  expect(result?.layers.at(-1)?.some(({ path }) => path.startsWith('usr/'))).toBe(false);
});

it('adds too many layers', async () => {
  const { source, result } = await patchWith('extra-layer');

  expect(result?.manifest.layers.length).toBe(source.manifest.layers.length + 4);
});

it('omits a source layer', async () => {
  const { source, result } = await patchWith('drop-layer');

  expect(result && layerDigests(result.manifest)).not.toContain(
    layerDigests(source.manifest).at(-1),
  );
  expect(result?.config.rootfs.diff_ids).toHaveLength(result?.manifest.layers.length ?? 0);
});

it('changes the entry point', async () => {
  const { result } = await patchWith('tamper');

  expect(result?.config.config?.Entrypoint).toEqual(['/usr/local/bin/other']);
});

it('adds a new finding', async () => {
  const { result } = await patchWith('new-finding');

  const names = result ? fixable(scan(result, 'after').scan).map((one) => one.package) : [];
  expect(new Set(names)).toEqual(new Set(['libexpat1']));
});

it('loses a package', async () => {
  const { before, result } = await patchWith('lose-package');

  const after = result ? scan(result, 'after').scan.packages.length : 0;
  expect(after).toBe(before.scan.packages.length - 1);
});

it('adds a setuid program that no package owns', async () => {
  const { result } = await patchWith('setuid');

  expect(result?.layers.at(-1)).toContainEqual(
    expect.objectContaining({ path: 'usr/local/bin/helper', mode: 0o4755 }),
  );
});

it('turns an OCI image into Docker schema 2', async () => {
  const { result } = await patchWith('media-type');

  expect(result?.document.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
});
