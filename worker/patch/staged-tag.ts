import { failureName } from '../../lib/http/connection-failure.ts';
import { Digest } from '../../lib/image/digest.ts';
import { isLoopback } from '../../lib/image/loopback.ts';
import { ACCEPTED_MANIFESTS } from '../../lib/image/manifest-types.ts';
import type { RegistryHost, RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { sendRequest } from '../transfer/send-request.ts';

/** The state of a tag in the staging repository. */
export type TagState =
  | { readonly state: 'present'; readonly digest: Digest }
  | { readonly state: 'absent' }
  | { readonly state: 'refused' }
  | { readonly state: 'unknown'; readonly why: string };

/** Sends a HEAD request to the registry. Never throws. */
export async function readStagedTag(
  context: WorkerContext,
  options: {
    readonly registry: RegistryHost;
    readonly repository: RepositoryName;
    readonly tag: Tag;
    readonly token: string | undefined;
    /**
     * True if the registry has its own certificate authority: it then uses TLS even on loopback.
     */
    readonly ownCa: boolean;
  },
): Promise<TagState> {
  const scheme = isLoopback(options.registry) && !options.ownCa ? 'http' : 'https';
  const url = `${scheme}://${options.registry}/v2/${options.repository}/manifests/${options.tag}`;
  const authorization =
    options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  try {
    const { response } = await sendRequest(context, url, {
      method: 'HEAD',
      headers: { accept: ACCEPTED_MANIFESTS, ...authorization },
    });
    if (response.status === 404) return { state: 'absent' };
    if (response.status === 401 || response.status === 403) return { state: 'refused' };
    if (response.status !== 200) {
      return { state: 'unknown', why: `the registry answered ${response.status}` };
    }
    const digest = Digest.safeParse(response.headers.get('docker-content-digest'));
    return digest.success
      ? { state: 'present', digest: digest.data }
      : { state: 'unknown', why: 'the registry named no digest' };
  } catch (error) {
    const failure = failureName(error);
    return { state: 'unknown', why: `the registry could not be reached (${failure})` };
  }
}
