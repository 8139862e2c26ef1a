import { TOOL_LABEL, WORKER_TOOLS } from '../../lib/doctor/worker-tools.ts';
import { digestOf } from '../../lib/image/digest.ts';
import { MediaType } from '../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { LocalRegistry } from './registry/start-registry.ts';

/**
 * Puts an image without layers into the registry as the worker image. Groups check that they can pull
 * it, and then run as local processes.
 * @returns `repository@sha256:…`, for the app's settings.
 */
export async function pushWorkerImage(registry: LocalRegistry): Promise<string> {
  const repository = RepositoryName.parse('patchwright/worker');
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Entrypoint: ['node', '/app/worker.cjs'], Labels: toolLabels() },
      rootfs: { type: 'layers', diff_ids: [] },
    }),
  );
  const digest = await registry.storage.addBlob(repository, [config]);
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      config: { mediaType: MediaType.ociConfig, digest, size: config.length },
      layers: [],
    }),
  );
  const manifest = { bytes, mediaType: MediaType.ociManifest, digest: digestOf(bytes) };
  await registry.storage.putManifest(repository, manifest, Tag.parse('local'));
  return `${repository}@${manifest.digest}`;
}

/** The labels of the Dockerfile's two targets, combined. */
function toolLabels(): Record<string, string> {
  const tools = { ...WORKER_TOOLS.scan, ...WORKER_TOOLS['patch-privileged'] };
  return Object.fromEntries(
    Object.entries(tools).map(([name, version]) => [`${TOOL_LABEL}${name}`, version]),
  );
}
