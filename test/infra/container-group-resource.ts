import { aciGroupBody } from '../../lib/containers/aci-group-body.ts';
import { bicepLiteral } from './bicep/parameter-sets.ts';
import { startedGroups } from './started-groups.ts';

/** The API version of the PUT, from @azure/arm-containerinstance. */
const TYPE = 'Microsoft.ContainerInstance/containerGroups@2023-05-01';

export const SUBNET =
  '/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v/subnets/groups';
export const TLS = { ca: 'an authority', cert: 'a certificate', key: 'a key' };

export const startedConfidential = () => startedGroups({ kind: 'confidential' });
export const startedRemote = () =>
  startedGroups({ kind: 'remote', address: 'tcp://buildkit.internal:1234', tls: TLS });

/** The body of the PUT for every kind of group that the app starts. */
export async function groupShapes(): Promise<ReadonlyMap<string, unknown>> {
  const started = { confidential: await startedConfidential(), remote: await startedRemote() };
  const shapes = Object.entries(started).flatMap(([builder, { specs }]) =>
    specs.flatMap((spec, at) => [
      [`${builder} ${at}`, aciGroupBody(spec, 'westeurope')] as const,
      [`${builder} ${at}, in a subnet`, aciGroupBody(spec, 'westeurope', SUBNET)] as const,
    ]),
  );
  return new Map(shapes);
}

/** Writes a body as a Bicep resource, so that the compiler checks its types. */
export function groupResource(body: unknown): string {
  const literal = bicepLiteral(JSON.parse(JSON.stringify(body)));
  return `resource group '${TYPE}' = ${literal.replace('{\n', "{\nname: 'pw-group'\n")}\n`;
}
