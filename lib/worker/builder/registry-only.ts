import type { RegistryHost } from '../../image/reference.ts';

/** Nothing can listen on port 0, so that every connection to it is refused at once. */
const NOWHERE = 'http://127.0.0.1:0';
/** Where ACR redirects who asks for a blob: a data endpoint, or Azure Storage itself. */
const BLOB_HOSTS = ['.data.azurecr.io', '.blob.core.windows.net'] as const;

/**
 * Variables with which buildkitd reaches this registry and no other. Where a mirror lacks an image it
 * would ask the upstream itself (`NewRegistryConfig` in BuildKit 0.34.2, `util/resolver/resolver.go`,
 * adds it behind the mirrors, and no setting leaves it out), and take there whatever the tag names now.
 * All of its clients take Go's proxy variables, which spare loopback addresses. Programs that it runs
 * get none of its environment: theirs is the image's, and the proxy that Copa names
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
