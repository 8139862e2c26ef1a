import { fixable, type Scan } from '../../report/finding.ts';
import { toolingMirrors } from '../../report/tooling-mirrors.ts';
import type { Lease } from '../lease.ts';
import { containerOf } from '../records/container-names.ts';
import { withKeptReport } from '../results/accepted-scans.ts';
import type { Services } from '../services.ts';
import { copyTag, stagingOf, stagingTag } from '../staging/staging-names.ts';
import type { SourceImage } from '../targets/job-targets.ts';
import { patchSize } from './container-size.ts';
import type { Attempt, ContainerPart } from './container-spec.ts';
import { copyForCopa } from './copy-source.ts';

/** The container that patches one image. */
export async function patchPart(
  services: Services,
  job: Attempt,
  image: SourceImage,
  lease: Lease,
): Promise<ContainerPart> {
  const { options, registry } = services;
  const { builder } = options;
  const [target] = image.targets;
  const { os, findings } = await withKeptReport(services, target?.reportBefore, ({ scan }) =>
    findingsToFix(scan),
  );
  const name = containerOf(image);
  const copy =
    target?.needsCopy === true
      ? await copyForCopa(services, image, { tag: copyTag(job, name), lease })
      : undefined;
  const patched = {
    digest: image.digest,
    ...(copy !== undefined && { copy }),
    stagingTag: stagingTag(job, name),
    os,
    architecture: target?.architecture ?? 'amd64',
    findings,
  };
  return {
    name,
    size: patchSize(target?.sourceBytes ?? 0, options),
    part: {
      kind: 'patch',
      ...(builder.kind === 'remote' && { buildkitAddress: builder.address }),
      toolingMirrors: toolingMirrors(registry.host, options.toolingMirror),
      repository: image.repository,
      staging: stagingOf(image.repository),
      images: [patched],
    },
  };
}

async function findingsToFix(scan: Scan) {
  if (scan.os === undefined) throw new Error('the accepted report names no operating system');
  const { family, name } = scan.os;
  const findings = fixable(scan).map((finding) => ({
    id: finding.id,
    package: finding.package,
    installed: finding.installed,
    fixed: finding.fixed ?? '',
  }));
  return { os: { family, name }, findings };
}
