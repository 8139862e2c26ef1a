/** For the tests of the stand-in for Copa: never shipped. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../../lib/image/digest.ts';
import type { ImageManifest } from '../../../lib/image/manifest.ts';
import { scanOf } from '../../../lib/report/finding.ts';
import { TrivyReport } from '../../../lib/report/trivy-report.ts';
import { demoAdvisories } from '../../images/advisories/demo-database.ts';
import { buildkitd } from '../buildkitd/buildkitd.ts';
import { type PulledImage, pullImage } from '../registry/pulled-image.ts';
import { startToolFixture, type ToolFixture, type ToolResult } from '../tool-fixture.ts';
import { scanReport } from '../trivy/scan-report.ts';
import { reachBuildkit } from './buildkit-connection.ts';
import { copa } from './copa.ts';

export interface Patched {
  readonly run: ToolResult;
  readonly source: PulledImage;
  readonly before: ReturnType<typeof scan>;
  /** Undefined if the staging tag does not exist. */
  readonly result: PulledImage | undefined;
}

export interface PatchOptions {
  /** The report names this system instead of the image's own. */
  readonly os?: string;
  readonly extra?: readonly string[];
}

export interface CopaFixture {
  readonly tools: ToolFixture;
  /** The address of the stand-in for buildkitd. */
  readonly address: string;
  /** Scans an image in the registry and lets the stand-in patch the findings. */
  patch(repository: string, reference: string, options?: PatchOptions): Promise<Patched>;
  close(): Promise<void>;
}

export async function startCopaFixture(): Promise<CopaFixture> {
  const tools = await startToolFixture();
  const config = join(tools.folder, 'buildkitd.toml');
  await writeFile(config, '');
  const address = `unix://${join(tools.folder, 'buildkitd.sock')}`;
  const stop = new AbortController();
  const ended = tools.run(
    (context) => buildkitd(context, stop.signal),
    ['--config', config, '--root', join(tools.folder, 'root'), '--addr', address],
  );
  while (!(await isReachable(address))) {
    await new Promise((resolve) => setImmediate(resolve));
  }

  async function patch(
    repository: string,
    reference: string,
    options: PatchOptions = {},
  ): Promise<Patched> {
    const { host } = tools.registry;
    const source = await pullImage(tools.read(repository), reference);
    const pinned = `${host}/${repository}@${source.document.digest}`;
    const before = scan(source, pinned);
    const report = options.os
      ? { ...before.report, Metadata: { OS: { Family: options.os, Name: '1' } } }
      : before.report;
    const reportFile = join(tools.folder, `${repository.replaceAll('/', '-')}.json`);
    await writeFile(reportFile, JSON.stringify(report));
    const staging = `patchwright/staging/${repository}`;
    const run = await tools.run(
      copa,
      [
        ...['patch', '-i', pinned, '-r', reportFile, '-t', `${host}/${staging}:job1`],
        ...['--addr', address, '--push', '--timeout', '20s', '--progress', 'plain'],
        ...(options.extra ?? []),
      ],
      { scopes: [`repository:${repository}:pull`, `repository:${staging}:pull,push`] },
    );
    const result = await pullImage(tools.read(staging), 'job1').catch(() => undefined);
    return { run, source, before, result };
  }

  async function close(): Promise<void> {
    stop.abort();
    await ended;
    await tools.close();
  }

  return { tools, address, patch, close };
}

/** The report of the stand-in for Trivy, as bytes and as the app parses it. */
export function scan(image: PulledImage, name: string) {
  const report = scanReport({
    image,
    artifactName: name,
    database: demoAdvisories(),
    toolVersion: 'test',
    now: new Date('2026-01-01T00:00:00Z'),
  });
  return { report, scan: scanOf(TrivyReport.parse(report)) };
}

export function layerDigests(manifest: ImageManifest): readonly Digest[] {
  return manifest.layers.map(({ digest }) => digest);
}

async function isReachable(address: string): Promise<boolean> {
  try {
    await reachBuildkit(address);
    return true;
  } catch {
    return false;
  }
}
