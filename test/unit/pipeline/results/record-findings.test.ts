import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { endFindings } from '../../../../lib/pipeline/discovery/end-findings.ts';
import { recordScan } from '../../../../lib/pipeline/results/record-findings.ts';
import type { Finding } from '../../../../lib/report/finding.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

const image = digestOf('team/api:1.4');
const tag = { repository: RepositoryName.parse('team/api'), tag: Tag.parse('1.4') };
const HOUR_MS = 3600_000;

const FINDING: Finding = {
  id: 'CVE-1',
  package: 'apt',
  installed: '1.0',
  fixed: '1.1',
  severity: 'high',
};

it('tells nothing of a tag that another run missed since this run found it', async () => {
  const { services, clock } = new UnitWorld();
  const discoveredAt = clock.now();
  const found = target('team/api', '1.4', { digest: image, sourceDigest: image, discoveredAt });
  const goneAt = new Date(discoveredAt.getTime() + HOUR_MS);
  await endFindings(services, tag, { runId: found.runId, at: goneAt });

  const at = new Date(goneAt.getTime() + 100 * HOUR_MS);
  const about = {
    at,
    scan: { findings: [FINDING], packages: [] },
    patch: undefined,
    patchFindings: undefined,
  };

  expect(await recordScan(services, found, about)).toEqual({});
  expect((await services.findings.ofTag(tag))?.findings.size).toBe(0);
});
