import * as z from 'zod';
import { type Deployment, ofType, valueAt } from '../bicep/deployment.ts';
import type { Fault } from '../infrastructure.ts';

const Rule = z.object({
  properties: z.object({
    priority: z.number(),
    direction: z.enum(['Inbound', 'Outbound']),
    access: z.enum(['Allow', 'Deny']),
    destinationAddressPrefix: z.string(),
    destinationPortRange: z.string().optional(),
    destinationPortRanges: z.array(z.string()).optional(),
  }),
});
type Rule = z.infer<typeof Rule>['properties'];

const Subnet = z.object({
  name: z.string(),
  properties: z.object({
    addressPrefix: z.string(),
    networkSecurityGroup: z.object({ id: z.string() }).optional(),
  }),
});

/** A connection of a group: the first rule by priority that matches decides. */
interface Connection {
  readonly what: string;
  readonly direction: Rule['direction'];
  /** The prefixes that the destination belongs to. */
  readonly to: readonly string[];
  readonly port: string;
  readonly expected: Rule['access'];
}

/**
 * Checks that a container group reaches the internet by HTTP and HTTPS, storage's endpoints and a
 * remote BuildKit, and nothing else inside the network. Nothing reaches a group.
 */
export function networkFaults(deployment: Deployment): readonly Fault[] {
  const [network] = ofType(deployment, 'Microsoft.Network/virtualNetworks');
  if (network === undefined) return [];
  const subnets = Subnet.array().parse(valueAt(network, 'properties', 'subnets'));
  const of = (name: string) => subnets.find((subnet) => subnet.name === name)?.properties;
  const id = of('groups')?.networkSecurityGroup?.id;
  const security = ofType(deployment, 'Microsoft.Network/networkSecurityGroups').find(
    (one) => one.id === id,
  );
  if (security === undefined) return ["the groups' subnet has no network security group"];
  const rules = Rule.array()
    .parse(valueAt(security, 'properties', 'securityRules'))
    .map(({ properties }) => properties)
    .sort((a, b) => a.priority - b.priority);
  return connections(deployment, of('endpoints')?.addressPrefix ?? '')
    .filter((connection) => decide(rules, connection) !== connection.expected)
    .map(({ what, expected }) => `${what} is not ${expected === 'Allow' ? 'allowed' : 'denied'}`);
}

function connections({ parameters }: Deployment, endpoints: string): readonly Connection[] {
  const inside = ['VirtualNetwork'];
  const outside = ['Internet'];
  const direction = 'Outbound';
  return [
    { what: 'HTTPS to the internet', direction, to: outside, port: '443', expected: 'Allow' },
    { what: 'HTTP to package sources', direction, to: outside, port: '80', expected: 'Allow' },
    { what: 'SSH to the internet', direction, to: outside, port: '22', expected: 'Deny' },
    {
      what: "a group's way to storage's endpoints",
      direction,
      to: [endpoints, ...inside],
      port: '443',
      expected: 'Allow',
    },
    { what: 'HTTPS inside the network', direction, to: inside, port: '443', expected: 'Deny' },
    { what: 'SSH inside the network', direction, to: inside, port: '22', expected: 'Deny' },
    { what: 'a way to a group', direction: 'Inbound', to: inside, port: '443', expected: 'Deny' },
    ...(parameters.builder === 'remote' ? buildkitConnections(parameters) : []),
  ];
}

function buildkitConnections(parameters: Deployment['parameters']): readonly Connection[] {
  const { hostname, port } = new URL(String(parameters.buildkitAddress));
  const given = parameters.buildkitAddressPrefix;
  const place = typeof given === 'string' ? given : hostname;
  const connection = { direction: 'Outbound', port } as const;
  return [
    {
      ...connection,
      what: "a group's way to BuildKit",
      to: ['VirtualNetwork', place],
      expected: 'Allow',
    },
    {
      ...connection,
      what: 'the port of BuildKit at another address',
      to: ['VirtualNetwork'],
      expected: 'Deny',
    },
  ];
}

function decide(rules: readonly Rule[], { direction, to, port }: Connection): Rule['access'] {
  const found = rules.find((rule) => {
    const ports = rule.destinationPortRanges ?? [rule.destinationPortRange];
    return (
      rule.direction === direction &&
      ['*', ...to].includes(rule.destinationAddressPrefix) &&
      (ports.includes('*') || ports.includes(port))
    );
  });
  // Azure's own last rules allow what is inside, and the internet.
  return found?.access ?? 'Allow';
}
