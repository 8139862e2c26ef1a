import { buildArtifact, jsonBytes } from '../../images/build-image.ts';
import { makeLayout, pushLayout } from '../../images/oci-layout.ts';
import type { LocalRegistry } from '../registry/start-registry.ts';
import { registryTarget } from './registry-target.ts';

export interface PolicyRepository {
  readonly repository: string;
  readonly tags: readonly string[];
}

/** A policy over these repositories, in the form of ACR Continuous Patching. */
export function policyOf(repositories: readonly PolicyRepository[]): unknown {
  return { version: 'v1', 'tag-convention': 'incremental', repositories };
}

/**
 * Puts a policy where `az acr supply-chain workflow create` puts it: an artifact with one layer, the
 * file as it is (a push by ORAS without a media type). A text goes in as it is, JSON or not.
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
