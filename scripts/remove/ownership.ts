import type { Installation } from './installation.ts';
import type { Assignment, Resource, SeenGroup } from './read-azure.ts';
import { ACTION_GROUPS, isOfType, SMART_DETECTOR_RULES } from './resource-types.ts';

/** The tag of every resource and group of an installation. Its value is the app's name. */
export const TAG = 'patchwright-installation';

/** The other installations that a scope's role assignments name. */
export function otherInstallations(
  { app }: Installation,
  assignments: readonly Assignment[],
): readonly string[] {
  const names = assignments.map(
    ({ description }) => /^Patchwright ([\w-]+): /.exec(description ?? '')?.[1],
  );
  return [...new Set(names)].filter((name) => name !== undefined && name !== app).map(String);
}

/** True if an assignment's description names this installation. */
export function isOurs({ app }: Installation, { description }: Assignment): boolean {
  return description?.startsWith(`Patchwright ${app}: `) === true;
}

/** The owner of a resource. `azure`: Azure creates it by itself and deletes it with its group. */
export type Owner = 'ours' | 'azure' | 'foreign';

export function ownerOf(installation: Installation, group: SeenGroup, resource: Resource): Owner {
  const { app, account } = installation;
  if (resource.tags?.[TAG] !== undefined) return resource.tags[TAG] === app ? 'ours' : 'foreign';
  const { name } = resource;
  if (isOfType(resource, 'Microsoft.ContainerInstance/containerGroups')) {
    return resource.tags?.['managed-by'] === 'patchwright' &&
      otherInstallations(installation, group.assignments).length === 0
      ? 'ours'
      : 'foreign';
  }
  // Azure deletes it together with its private endpoint.
  if (isOfType(resource, 'Microsoft.Network/networkInterfaces')) {
    return name.startsWith(`pe-${account}-`) ? 'azure' : 'foreign';
  }
  if (isOfType(resource, SMART_DETECTOR_RULES)) {
    return name.endsWith(` appi-${app}`) ? 'ours' : 'foreign';
  }
  // Azure creates one for all components of a group.
  if (isOfType(resource, ACTION_GROUPS) && name === 'Application Insights Smart Detection') {
    return 'azure';
  }
  return 'foreign';
}
