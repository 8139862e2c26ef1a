import { inSnapshot, type PlantedFault, without } from './planted-fault.ts';

const FILE = 'modules/network.bicep';

/** Faults of the network of the container groups. */
export const NETWORK_FAULTS: readonly PlantedFault[] = [
  {
    what: 'container groups without a network security group',
    file: FILE,
    from: /networkSecurityGroup: \{\s+id: groupsSecurity\.id\s+\}\s+/,
    to: '',
    says: "the groups' subnet has no network security group",
    shownBy: 'network',
    kept: without('"type":"Microsoft.Network/networkSecurityGroups"'),
  },
  {
    what: 'container groups that reach the inside of the network',
    file: FILE,
    from: "access: 'Deny'\n      protocol: '*'\n      ports: ['*']\n      to: 'VirtualNetwork'",
    to: "access: 'Allow'\n      protocol: '*'\n      ports: ['*']\n      to: 'VirtualNetwork'",
    says: 'HTTPS inside the network is not denied',
    shownBy: 'network',
    kept: inSnapshot(
      '"access":"Deny","destinationAddressPrefix":"VirtualNetwork"',
      '"access":"Allow","destinationAddressPrefix":"VirtualNetwork"',
    ),
  },
  {
    what: 'container groups that do not reach their package sources',
    file: FILE,
    from: "['80', '443']",
    to: "['443']",
    says: 'HTTP to package sources is not allowed',
    shownBy: 'network',
    kept: inSnapshot('["80","443"]', '["443"]'),
  },
  {
    what: 'container groups that reach every port of the internet',
    file: FILE,
    from: "['80', '443']",
    to: "['*']",
    says: 'SSH to the internet is not denied',
    shownBy: 'network',
    kept: inSnapshot('["80","443"]', '["*"]'),
  },
  {
    what: "container groups that do not reach storage's endpoints",
    file: FILE,
    from: 'to: endpoints',
    to: "to: '10.90.0.0/26'",
    says: "a group's way to storage's endpoints is not allowed",
    shownBy: 'network',
    kept: inSnapshot(
      '"destinationAddressPrefix":"10.90.0.128/26"',
      '"destinationAddressPrefix":"10.90.0.0/26"',
    ),
  },
  {
    what: 'container groups that anything inside reaches',
    file: FILE,
    from: "direction: 'Inbound'\n            access: 'Deny'",
    to: "direction: 'Inbound'\n            access: 'Allow'",
    says: 'a way to a group is not denied',
    shownBy: 'network',
    kept: inSnapshot(
      '"access":"Deny","destinationAddressPrefix":"*","destinationPortRange":"*"',
      '"access":"Allow","destinationAddressPrefix":"*","destinationPortRange":"*"',
    ),
  },
  {
    what: 'container groups that do not reach a remote BuildKit',
    file: 'main.bicep',
    from: "builder == 'remote' ? last(split(buildkitAddress, ':')) : ''",
    to: "''",
    says: "a group's way to BuildKit is not allowed",
    shownBy: 'network',
    kept: inSnapshot('["1234"]', '["1235"]'),
  },
  {
    what: 'container groups that reach the port of a remote BuildKit everywhere',
    file: FILE,
    from: 'to: buildkitPrefix',
    to: "to: '*'",
    says: 'the port of BuildKit at another address is not denied',
    shownBy: 'network',
    kept: inSnapshot('"destinationAddressPrefix":"10.1.2.0/28"', '"destinationAddressPrefix":"*"'),
  },
  {
    what: 'container groups that reach a remote BuildKit at another address than the given one',
    file: 'main.bicep',
    from: ': buildkitAddressPrefix',
    to: ": '10.1.2.4'",
    says: "a group's way to BuildKit is not allowed",
    shownBy: 'network',
    kept: inSnapshot('"10.1.2.0/28"', '"10.1.2.4"'),
  },
];
