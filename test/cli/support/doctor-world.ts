import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Digest } from '../../../lib/image/digest.ts';
import { ImageManifest } from '../../../lib/image/manifest.ts';
import type { BuilderReport } from '../../../lib/job/builder-report.ts';
import { MIRRORED_SYSTEMS, toolingImages } from '../../../lib/report/tooling-images.ts';
import {
  advisoryArtifact,
  DATABASE_REPOSITORY,
  DATABASE_TAG,
  demoAdvisories,
} from '../../images/advisories/demo-database.ts';
import { buildArtifact } from '../../images/build-image.ts';
import { makeLayout, type OciLayout, pushLayout } from '../../images/oci-layout.ts';
import { PRIVILEGED_GROUP } from '../../stand-ins/builder/patchwright-builder.ts';
import { registryTarget } from '../../world/seed/registry-target.ts';
import { policyOf, seedPolicy } from '../../world/seed/seed-policy.ts';
import { createAuthority } from '../../world/tls/certificates.ts';
import { trustAuthority } from '../../world/trust.ts';
import { startWorld, type World } from '../../world/world.ts';
import { type CliRun, runInProcess } from './run-in-process.ts';
import { type StorageFront, startStorageFront } from './storage-front.ts';

export const POLICY = policyOf([{ repository: 'team/api', tags: ['*'] }]);
/** Small, so that a test can exhaust it. */
const GROUP_QUOTA = 2;

/** A local Azure in which the doctor finds no fault, with controls to change it. */
export interface DoctorWorld {
  readonly world: World;
  /** PEM file with the authorities of the world and of the fronts. */
  readonly caFile: string;
  /** The storage services, each behind a front that may refuse requests. */
  readonly fronts: Readonly<Record<'blob' | 'queue' | 'table', StorageFront>>;
  /** Sets whether `mount` and similar programs succeed. Default: true. */
  allowMounts(allowed: boolean): Promise<void>;
  /** Sets whether runc succeeds. Default: true. */
  allowRunc(allowed: boolean): Promise<void>;
  /** What `patchwright-builder probe` prints; at first what a privileged group finds. */
  printBuilderReport(report: BuilderReport): Promise<void>;
  seedDatabase(age: { readonly days: number; readonly annotated?: boolean }): Promise<void>;
  /** Puts the mirrors of Copa's tooling images into the registry. */
  seedTooling(): Promise<void>;
  removeRepository(repository: string): Promise<void>;
  settings(extra?: Readonly<Record<string, string>>): Record<string, string>;
  /** Runs `patchwright doctor`, with `--output json` by default. */
  doctor(
    args?: readonly string[],
    extra?: Readonly<Record<string, string>>,
    stop?: AbortSignal,
  ): Promise<CliRun>;
  /** The same with only these settings. */
  doctorWith(settings: Readonly<Record<string, string>>): Promise<CliRun>;
  /** Values that must not appear in any output. */
  secrets(): readonly string[];
  close(): Promise<void>;
}

export async function startDoctorWorld(): Promise<DoctorWorld> {
  const tools = await mkdtemp(join(tmpdir(), 'patchwright-tools-'));
  await addPrograms(tools);
  const world = await startWorld({
    toolsFolder: tools,
    arm: { quotas: { groups: GROUP_QUOTA }, startDelayMs: 20 },
    settings: {
      PATCHWRIGHT_INSTALLATION: 'here',
      PATCHWRIGHT_MAX_GROUPS: String(GROUP_QUOTA),
      PATCHWRIGHT_BUILDER: 'confidential',
    },
  });
  const { account } = world.storage;
  const authority = await createAuthority();
  trustAuthority(authority.caPem);
  const caFile = join(tools, 'ca.pem');
  await writeFile(caFile, `${world.caPem}\n${authority.caPem}`);
  const fronts = {
    blob: await startStorageFront(account.blobUri, authority),
    queue: await startStorageFront(account.queueUri, authority),
    table: await startStorageFront(account.tableUri, authority),
  };
  for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER'] as const) {
    vi.stubEnv(name, world.identity.environment[name]);
  }

  const settings: DoctorWorld['settings'] = (extra = {}) =>
    world.appEnvironment({
      PATCHWRIGHT_EXTRA_CA_FILE: caFile,
      AzureWebJobsStorage__blobServiceUri: fronts.blob.url,
      AzureWebJobsStorage__queueServiceUri: fronts.queue.url,
      AzureWebJobsStorage__tableServiceUri: fronts.table.url,
      ...extra,
    });
  const doctorWorld: DoctorWorld = {
    world,
    caFile,
    fronts,
    settings,
    allowMounts: (allowed) => flag(join(tools, 'refused'), !allowed),
    printBuilderReport: (report) =>
      writeFile(join(tools, 'builder-report.json'), JSON.stringify(report)),
    allowRunc: (allowed) => flag(join(tools, 'refused-runc'), !allowed),
    async seedDatabase({ days, annotated = true }) {
      const made = new Date(Date.now() - days * 24 * 3_600_000);
      const layout = await advisoryArtifact(demoAdvisories(), made);
      const target = registryTarget(world.registry, DATABASE_REPOSITORY);
      await pushLayout(annotated ? layout : withoutAnnotations(layout), target);
    },
    async seedTooling() {
      for (const system of MIRRORED_SYSTEMS) {
        const { upstream = '', repository = '', tag = '' } = toolingImages(system)?.at(-1) ?? {};
        await seedArtifact(world, `patchwright/mirror/${upstream}/${repository}`, tag);
      }
    },
    async removeRepository(repository) {
      const found = world.registry.storage.repositories().find(({ name }) => name === repository);
      if (found !== undefined) await world.registry.storage.deleteRepository(found);
    },
    doctor: (args = [], extra = {}, stop) =>
      runInProcess(['doctor', '--output', 'json', ...args], {
        environment: settings(extra),
        ...(stop && { stop }),
      }),
    doctorWith: (environment) => runInProcess(['doctor', '--output', 'json'], { environment }),
    secrets: () => [
      /AccountKey=([^;]+)/.exec(account.connectionString)?.[1] ?? account.connectionString,
      world.identity.environment.IDENTITY_HEADER,
    ],
    async close() {
      vi.unstubAllEnvs();
      await Promise.all(Object.values(fronts).map((front) => front.close()));
      await world.close();
      await rm(tools, { recursive: true, force: true });
    },
  };
  await seedAll(doctorWorld);
  return doctorWorld;
}

async function seedAll({ world, seedDatabase, seedTooling }: DoctorWorld): Promise<void> {
  await seedPolicy(world.registry, POLICY);
  await seedDatabase({ days: 0 });
  await seedTooling();
  await seedArtifact(world, 'team/api', 'v1');
}

async function seedArtifact({ registry }: World, repository: string, tag: string): Promise<void> {
  const content = buildArtifact({ configType: 'application/x-test', layers: [] });
  await pushLayout(makeLayout([{ content, tags: [tag] }]), registryTarget(registry, repository));
}

function withoutAnnotations(layout: OciLayout): OciLayout {
  const digest = layout.entries[0]?.descriptor.digest;
  const manifest = ImageManifest.parse(JSON.parse(bytesOf(layout, digest).toString('utf8')));
  const layers = manifest.layers.map((layer) => ({
    mediaType: layer.mediaType,
    bytes: bytesOf(layout, layer.digest),
  }));
  const content = buildArtifact({ configType: manifest.config.mediaType, layers });
  return makeLayout([{ content, tags: [DATABASE_TAG] }]);
}

function bytesOf(layout: OciLayout, digest: Digest | undefined): Buffer {
  return Buffer.from((digest && layout.blobs.get(digest)) ?? '');
}

/** Creates or removes a file that the scripts test. */
async function flag(file: string, isThere: boolean): Promise<void> {
  await (isThere ? writeFile(file, '') : rm(file, { force: true }));
}

/** The programs that the worker's probe starts. Shell scripts, because Node starts slowly. */
async function addPrograms(folder: string): Promise<void> {
  const refuseIf = (file: string) =>
    `if [ -e '${folder}/${file}' ]; then echo 'permission denied' >&2; exit 32; fi`;
  const refuse = refuseIf('refused');
  const versions = { trivy: '0.74.0', copa: '0.14.2', buildkitd: '0.34.2' };
  const bodies = [
    ...['mount', 'umount', 'unshare', 'mkdir', 'rmdir'].map((name) => [name, refuse]),
    ['runc', `[ "$1" = --version ] && echo 'runc 1.1.5' && exit 0\n${refuseIf('refused-runc')}`],
    ['patchwright-builder', `cat '${folder}/builder-report.json'`],
    ...Object.entries(versions).map(([name, version]) => [name, `echo '${name} ${version}'`]),
  ];
  await writeFile(join(folder, 'builder-report.json'), JSON.stringify(PRIVILEGED_GROUP));
  for (const [name = '', body] of bodies) {
    await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`);
    await chmod(join(folder, name), 0o755);
  }
}
