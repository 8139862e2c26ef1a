import * as z from 'zod';
import { Digest } from '../image/digest.ts';
import { ImageConfig, ImageIndex, ImageManifest } from '../image/manifest.ts';
import { readJson } from '../json/read-json.ts';
import type { WorkerImage } from '../pipeline/services.ts';
import type { Registry } from '../registry/registry.ts';
import type { Check } from './check.ts';
import { fail, failEach, type Outcome, pass, skipped, warn } from './outcome.ts';
import { TOOL_LABEL, WORKER_TOOLS } from './worker-tools.ts';

const MAX_CONFIG_BYTES = 1024 * 1024;

/** Advice for a worker image that is absent or wrong. */
export function buildAdvice(setting: string): string {
  return `Build the worker images again and deploy: infra/build-worker.sh prints the value of ${setting} (docs/deploy.md, step 2).`;
}

/** Targets of infra/worker/Dockerfile. */
const TARGETS = {
  standard: 'patch',
  confidential: 'patch-privileged',
  remote: 'patch-remote',
} as const;

/** `User` of an image's config. Empty means root. */
const StartUser = z.string();
const ROOT = /^(|0|root)(:.*)?$/;

export const workerImageChecks: readonly Check[] = [
  {
    id: 'worker-scan-image',
    title: 'The scanning worker image exists and has the expected tools',
    needs: ['registry-token'],
    run: ({ services }) => inspect(services.registry, services.options.scanWorkerImage, 'scan'),
  },
  {
    id: 'worker-patch-image',
    title: 'The patching worker image exists and has the expected tools',
    needs: ['registry-token'],
    async run({ services }) {
      const { builder, patchWorkerImage } = services.options;
      if (builder.kind === 'none') return skipped('not needed: PATCHWRIGHT_BUILDER is none');
      const target = TARGETS[builder.kind];
      return inspect(services.registry, patchWorkerImage, target);
    },
  },
];

async function inspect(
  registry: Registry,
  image: WorkerImage,
  kind: keyof typeof WORKER_TOOLS,
): Promise<Outcome> {
  const setting = `PATCHWRIGHT_${kind === 'scan' ? 'SCAN' : 'PATCH'}_WORKER_IMAGE`;
  const config = await readConfig(registry, image);
  if (config === undefined) {
    return fail(`the registry has no ${image.reference}`, buildAdvice(setting));
  }
  const { os, architecture } = config;
  if (os !== 'linux' || architecture !== 'amd64') {
    return fail(
      `${image.reference} is for ${os}/${architecture}; container groups run linux/amd64`,
      buildAdvice(setting),
    );
  }
  const outcome = compareTools(config.config?.Labels ?? {}, kind, setting);
  const user = StartUser.safeParse(config.config?.User).data ?? '';
  if (outcome.status !== 'pass' || ROOT.test(user)) return outcome;
  return warn(
    `the image starts as user ${user.slice(0, 64)}, who may not read the secret of a container group`,
    `${buildAdvice(setting)} Its images start as root and give up root's rights.`,
  );
}

function compareTools(
  labels: Readonly<Record<string, string>>,
  kind: keyof typeof WORKER_TOOLS,
  setting: string,
): Outcome {
  const expected = Object.entries(WORKER_TOOLS[kind]);
  const found = expected.map(([tool, version]) => {
    const actual = labels[`${TOOL_LABEL}${tool}`];
    return { tool, version, actual };
  });
  const shown = expected.map(([tool, version]) => `${tool} ${version}`).join(', ');
  if (found.every(({ actual }) => actual === undefined)) {
    return warn(
      `the image has no labels for its tools; expected: ${shown}`,
      `${buildAdvice(setting)} Label an image of your own ${TOOL_LABEL}NAME=VERSION.`,
    );
  }
  const other = found.filter(({ version, actual }) => actual !== version);
  if (other.length === 0) return pass(shown);
  const differences = other.map(
    ({ tool, version, actual }) =>
      `the image has ${tool} ${actual?.slice(0, 64) ?? 'of an unknown version'}, not ${version}`,
  );
  return failEach(differences, { whatToDo: buildAdvice(setting) });
}

/**
 * The config of the image; for an index, of its linux/amd64 image. Undefined if any part is missing.
 */
async function readConfig(
  registry: Registry,
  { repository, reference }: WorkerImage,
): Promise<ImageConfig | undefined> {
  const digest = Digest.parse(reference.split('@')[1]);
  const top = await registry.manifest(repository, digest);
  if (top === undefined) return undefined;
  const index = readJson(ImageIndex, top.bytes);
  const child = index.ok ? index.value.manifests.find(isForGroups) : undefined;
  const own = child === undefined ? top : await registry.manifest(repository, child.digest);
  const manifest = own && readJson(ImageManifest, own.bytes);
  if (!manifest?.ok) return undefined;
  const blob = await registry.blob(repository, manifest.value.config.digest, MAX_CONFIG_BYTES);
  const config = blob && readJson(ImageConfig, blob);
  return config?.ok ? config.value : undefined;
}

function isForGroups({ platform }: ImageIndex['manifests'][number]): boolean {
  return platform?.os === 'linux' && platform.architecture === 'amd64';
}
