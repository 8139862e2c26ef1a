import { RepositoryName } from '../../lib/image/reference.ts';
import { TOOLING_FAMILIES } from '../../lib/report/tooling-images.ts';
import { toolingRepositories } from '../../lib/report/tooling-mirrors.ts';
import { startedGroups } from './started-groups.ts';

/** Returns the own repositories for which the app requests tokens: database and tooling images. */
export async function mirroredRepositories(): Promise<readonly string[]> {
  const { scopes } = await startedGroups({ kind: 'confidential' });
  const own = scopes.map(({ repository }) => String(repository));
  const asked = own.filter((name) => /^patchwright\/(?:mirror\/|trivy-db$)/.test(name));
  const systems = TOOLING_FAMILIES.map((family) => ({ family, name: '1' }));
  const tooling = toolingRepositories(RepositoryName.parse('patchwright/mirror'), systems);
  return [...new Set([...asked, ...tooling])];
}
