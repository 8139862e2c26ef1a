import type { ContainerGroup } from './container-group.ts';
import type { ContainerRun } from './container-run.ts';
import type { GroupRequest, Volume } from './group-request.ts';

/** The response to a GET of a group, without its secrets. */
export function groupView(group: ContainerGroup, id: string, withInstance = true): object {
  const { request } = group;
  const { properties } = request;
  return {
    id,
    name: group.name,
    type: 'Microsoft.ContainerInstance/containerGroups',
    location: request.location,
    tags: request.tags ?? {},
    ...(request.identity && { identity: request.identity }),
    properties: {
      sku: properties.sku ?? 'Standard',
      provisioningState: group.provisioningState,
      containers: group.runs.map((run) => containerView(run, withInstance)),
      initContainers: [],
      restartPolicy: properties.restartPolicy ?? 'Always',
      osType: properties.osType,
      ...(properties.imageRegistryCredentials && {
        imageRegistryCredentials: properties.imageRegistryCredentials.map(credentialView),
      }),
      ...(properties.volumes && { volumes: properties.volumes.map(volumeView) }),
      ...(properties.confidentialComputeProperties && {
        confidentialComputeProperties: properties.confidentialComputeProperties,
      }),
      ...(withInstance && { instanceView: { events: group.events, state: group.state } }),
    },
  };
}

function containerView(run: ContainerRun, withInstance: boolean): object {
  const { name, properties } = run.container;
  const { environmentVariables = [], ...others } = properties;
  return {
    name,
    properties: {
      ...others,
      environmentVariables: environmentVariables.map(({ name: variable, value }) =>
        value === undefined ? { name: variable } : { name: variable, value },
      ),
      ...(withInstance && {
        instanceView: {
          restartCount: run.restartCount,
          currentState: run.current,
          ...(run.previous && { previousState: run.previous }),
          events: run.events,
        },
      }),
    },
  };
}

function credentialView(
  credential: NonNullable<GroupRequest['properties']['imageRegistryCredentials']>[number],
): object {
  const { password: _, ...shown } = credential;
  return shown;
}

/** Names of secret files are shown, their content never. */
function volumeView(volume: Volume): object {
  if (volume.secret === undefined) {
    return volume;
  }
  const names = Object.keys(volume.secret);
  return { ...volume, secret: Object.fromEntries(names.map((file) => [file, null])) };
}
