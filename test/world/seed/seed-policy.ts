import { buildArtifact, jsonBytes } from '../../images/build-image.ts';
import { makeLayout, pushLayout } from '../../images/oci-layout.ts';
import type { LocalRegistry } from '../registry/start-registry.ts';
import { registryTarget } from './registry-target.ts';

export interface PolicyRepository {
  readonly repository: string;
  readonly tags: readonly string[];
}

/** A policy for these repositories, in the form of ACR Continuous Patching. */
export function policyOf(repositories: readonly PolicyRepository[]): unknown {
  return { version: 'v1', 'tag-convention': 'incremental', repositories };
}

/**
 * Puts a policy into the place of `az acr supply-chain workflow create`: an artifact with one layer,
 * the unchanged file (an ORAS push without a media type). A text is stored unchanged, JSON or not.
 */
export async function seedPolicy(registry: LocalRegistry, policy: unknown): Promise<void> {
  const bytes = typeof policy === 'string' ? Buffer.from(policy) : jsonBytes(policy);
  const content = buildArtifact({
    configType: 'application/vnd.unknown.config.v1+json',
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar',
        bytes,
        title: 'continuouspatching.json',
      },
    ],
  });
  const target = registryTarget(registry, 'csscpolicies/patchpolicy');
  await pushLayout(makeLayout([{ content, tags: ['v1'] }]), target);
}
