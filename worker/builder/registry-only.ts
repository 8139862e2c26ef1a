import type { RegistryHost } from '../../lib/image/reference.ts';

/** Nothing can listen on port 0, so every connection to it is refused at once. */
const NOWHERE = 'http://127.0.0.1:0';
/** ACR redirects blob requests to these: a data endpoint, or Azure Storage itself. */
const BLOB_HOSTS = ['.data.azurecr.io', '.blob.core.windows.net'] as const;

/**
 * Returns variables that restrict buildkitd to this registry. If a mirror lacks an image, buildkitd
 * would request the upstream, which no setting prevents (`NewRegistryConfig` in BuildKit 0.34.2,
 * `util/resolver/resolver.go`), and would use the tag's current image there. All of its clients
 * honor Go's proxy variables, which exclude loopback addresses. Programs that it runs do not
 * inherit its environment: they get the image's, and the proxy that is passed to Copa
 * (`executor/oci/spec.go`, `solver/llbsolver/ops/exec.go`).
 */
export function registryOnly(
  environment: Readonly<Record<string, string>>,
  registry: RegistryHost,
): Readonly<Record<string, string>> {
  const others = Object.entries(environment).filter(([name]) => !/_proxy$/i.test(name));
  return {
    ...Object.fromEntries(others),
    HTTP_PROXY: NOWHERE,
    HTTPS_PROXY: NOWHERE,
    NO_PROXY: [registry.replace(/:\d+$/, ''), ...BLOB_HOSTS].join(','),
  };
}
