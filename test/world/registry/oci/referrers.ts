import type { Digest } from '../../../../lib/image/digest.ts';
import { MediaType } from '../../../../lib/image/manifest.ts';
import type { RepositoryName } from '../../../../lib/image/reference.ts';
import { jsonReply, type RegistryRequest, type Reply } from '../http.ts';
import type { RegistryContext } from '../operation.ts';

/**
 * An index of the manifests whose subject is this digest. Never 404, because a client takes that as a
 * sign that the registry has no referrers API, and falls back to tags.
 */
export function listReferrers(
  context: RegistryContext,
  request: RegistryRequest,
  name: RepositoryName,
  subject: Digest,
): Reply {
  const wanted = request.query.get('artifactType');
  const manifests = context.storage
    .referrers(name, subject)
    .filter((record) => wanted === null || record.document.artifactType === wanted)
    .map((record) => ({
      mediaType: record.mediaType,
      digest: record.digest,
      size: record.bytes.length,
      artifactType: record.document.artifactType,
      annotations: record.document.annotations,
    }));
  return jsonReply(
    { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests },
    {
      headers: {
        'Content-Type': MediaType.ociIndex,
        ...(wanted === null ? {} : { 'OCI-Filters-Applied': 'artifactType' }),
      },
    },
  );
}
