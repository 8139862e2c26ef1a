import { beforeAll, describe, expect, it } from 'vitest';
import type { EvidenceFile, EvidencePart } from '../../lib/evidence/evidence-part.ts';
import { evidenceParts } from '../../lib/evidence/evidence-parts.ts';
import { reportEvidence } from '../../lib/evidence/report-evidence.ts';
import { ArtifactType } from '../../lib/image/annotations.ts';
import { digestOf } from '../../lib/image/digest.ts';
import { RegistryHost } from '../../lib/image/reference.ts';
import { RunId } from '../../lib/pipeline/records/run-id.ts';
import type { Target } from '../../lib/pipeline/records/target.ts';
import { CONTAINERS } from '../../lib/storage/blobs.ts';
import { MemoryTableQueries } from '../fakes/memory-table-queries.ts';
import type { PipelineWorld } from './pipeline-world.ts';
import { threeNights } from './three-nights.ts';

const DAY_MS = 86_400_000;
const LIMITS = { mostReportBytes: 1024 * 1024 };
const RUN = { registry: RegistryHost.parse('contoso.azurecr.io') };

let world: PipelineWorld;
let now: Date;
beforeAll(async () => {
  const nights = await threeNights();
  world = nights.world;
  now = world.clock.now();
});

describe('the evidence of three nights', () => {
  it('has each run with its policy, by the digest in the run’s row', async () => {
    const parts = await read(30);
    const runs = filesIn(parts, /^runs\/[^/]+\/run\.json$/);

    expect(runs.length).toBe(6);
    for (const { path, bytes } of runs) {
      const row = JSON.parse(`${Buffer.from(bytes)}`);
      const [policy] = filesIn(parts, new RegExp(path.replace('run.json', 'policy.json')));
      if (row.policyBlob !== null) expect(digestOf(policy?.bytes ?? '')).toBe(row.policyDigest);
    }
  });

  it('has for each patch its source, its digest, both reports and the VEX of the registry', async () => {
    const parts = await read(30);
    const lines = filesIn(parts, /patches-/).flatMap(({ bytes }) =>
      `${Buffer.from(bytes)}`
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
    const patched = await patchedTargets();

    expect(patched.length).toBeGreaterThan(0);
    for (const { runId, repository, tag, sourceDigest, patchDigest, ...target } of patched) {
      expect(lines).toContainEqual(
        expect.objectContaining({ image: `${repository}:${tag}`, sourceDigest, patchDigest }),
      );
      for (const name of [target.reportBefore, target.reportAfter]) {
        expect(filesIn(parts, new RegExp(`^reports/${name}$`))).toHaveLength(1);
      }
      if (patchDigest === undefined) continue;
      const referrers = await world.registry.referrers(repository, patchDigest);
      const vex = referrers.find(({ artifactType }) => artifactType === ArtifactType.vex);
      const attached = await world.registry.manifest(repository, vex?.digest ?? patchDigest);
      const path = new RegExp(`^vex/${runId}/.+${patchDigest.replace(':', '-')}\\.json$`);
      const [file] = filesIn(parts, path);
      expect(`${Buffer.from(attached?.bytes ?? '')}`).toContain(digestOf(file?.bytes ?? ''));
    }
  });

  it('has the runs of the range only', async () => {
    const parts = await read(0.5);
    expect(filesIn(parts, /run\.json$/).length).toBe(3);
  });

  it('lists a blob that is gone as missing, and the VEX that needs it', async () => {
    const [target] = await patchedTargets();
    const name = target?.reportBefore ?? '';
    const blob = await world.blobs.read(CONTAINERS.reports, name, LIMITS.mostReportBytes);
    await world.blobs.delete(CONTAINERS.reports, name);
    const parts = await read(30);
    if (blob.found) await world.blobs.create(CONTAINERS.reports, name, blob.bytes, 'x');

    const missing = missingIn(parts).filter(({ why }) => why !== 'the run read none');
    expect(missing).toEqual([
      { kind: 'missing', what: `report ${name}`, why: 'its blob is gone' },
      {
        kind: 'missing',
        what: `OpenVEX of ${target?.repository}@${target?.patchDigest}`,
        why: 'it needs both reports',
      },
    ]);
  });

  it('lists the verification of an earlier patch as missing if its run is before the range', async () => {
    const [target] = await patchedTargets();
    const what = `the verification of ${target?.repository}@${target?.patchDigest}`;

    expect(missingIn(await read(30)).filter((part) => part.what === what)).toEqual([]);
    const why = 'no run of the range published this patch';
    expect(missingIn(await read(0.5))).toContainEqual({ kind: 'missing', what, why });
  });

  it('has the VEX of a patch once for each run that published it', async () => {
    const [target] = await patchedTargets();
    if (target === undefined) throw new Error('no image was patched');
    const paths: string[] = [];
    const runs = ['20261101T020000Z-14f7', '20261110T020000Z-14f7'].map((id) => RunId.parse(id));
    for (const runId of runs) {
      const subject = { target: { ...target, runId }, run: RUN, told: new Set<string>() };
      for await (const part of reportEvidence(world, { ...subject, ...LIMITS })) {
        if (part.kind === 'file') paths.push(part.path);
      }
    }

    const vex = paths.filter((path) => path.startsWith('vex/'));
    expect(vex.map((path) => path.split('/')[1])).toEqual(runs);
  });

  it('lists a report over its limit as missing', async () => {
    const parts = await collect(range(30), { mostReportBytes: 10 });
    expect(missingIn(parts).map(({ why }) => why)).toContain('it is larger than 10 bytes');
    expect(filesIn(parts, /^reports/)).toEqual([]);
  });
});

function range(days: number) {
  return { from: new Date(now.getTime() - days * DAY_MS), to: new Date(now.getTime() + 1) };
}

async function read(days: number): Promise<readonly EvidencePart[]> {
  return collect(range(days), LIMITS);
}

async function collect(
  ...[dates, limits]: [ReturnType<typeof range>, typeof LIMITS]
): Promise<readonly EvidencePart[]> {
  const queries = new MemoryTableQueries(world.tables);
  const parts: EvidencePart[] = [];
  for await (const part of evidenceParts({ queries, blobs: world.blobs }, dates, limits)) {
    parts.push(part);
  }
  return parts;
}

function filesIn(parts: readonly EvidencePart[], path: RegExp): readonly EvidenceFile[] {
  return parts.filter((part) => part.kind === 'file').filter((part) => path.test(part.path));
}

function missingIn(parts: readonly EvidencePart[]) {
  return parts.filter((part) => part.kind === 'missing');
}

async function patchedTargets(): Promise<readonly Target[]> {
  const found: Target[] = [];
  for await (const run of world.services.runs.newestFirst(() => undefined)) {
    for await (const target of world.services.targets.ofRun(run.id)) {
      if (target.state === 'patched') found.push(target);
    }
  }
  return found;
}
