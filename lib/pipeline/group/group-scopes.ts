import type { JobFile } from '../../job/job-file.ts';
import type { TokenScope } from '../../registry/registry.ts';
import { toolingRepositories } from '../../report/tooling-mirrors.ts';
import type { PipelineOptions } from '../services.ts';

type JobPart =
  | Pick<Extract<JobFile, { kind: 'scan' }>, 'kind' | 'database' | 'images'>
  | Pick<Extract<JobFile, { kind: 'patch' }>, 'kind' | 'repository' | 'staging' | 'images'>;

/**
 * The scopes of a container's token. Scan and verify may pull; patch may pull its image's repository
 * and the tooling images of its distribution, and push only to its staging repository.
 */
export function groupScopes(
  part: JobPart,
  { toolingMirror }: Pick<PipelineOptions, 'toolingMirror'>,
): readonly TokenScope[] {
  if (part.kind === 'scan') {
    const scanned = part.images.map(({ repository }) => repository);
    const repositories = new Set([...scanned, part.database.repository]);
    return [...repositories].map((repository) => ({ repository, actions: ['pull'] }));
  }
  const systems = part.images.map(({ os }) => os);
  return [
    { repository: part.repository, actions: ['pull'] },
    { repository: part.staging, actions: ['pull', 'push'] },
    ...toolingRepositories(toolingMirror, systems).map((repository) => ({
      repository,
      actions: ['pull'] as const,
    })),
  ];
}
