import { BlockList, isIP } from 'node:net';

/** Where a receiver may be. `local` is for an app that runs on a developer's machine. */
export type Reach = 'public' | 'private' | 'local';

/**
 * Never a receiver: this network, link-local addresses with the metadata and identity services of
 * Azure, multicast, reserved and documentation ranges, and IPv6 forms that hide an IPv4 address.
 */
const NEVER = blockList([
  '0.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]);
const PRIVATE = blockList([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
]);
const LOOPBACK = blockList(['127.0.0.0/8', '::1/128']);

/** Why no event is sent to this IP address; undefined if one may be. */
export function addressFault(address: string, reach: Reach): string | undefined {
  const family = isIP(address);
  if (family === 0) return 'is not an IP address';
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  if (LOOPBACK.check(address, kind)) {
    return reach === 'local' ? undefined : 'is a loopback address';
  }
  if (NEVER.check(address, kind)) return 'is a link-local, metadata or reserved address';
  if (PRIVATE.check(address, kind) && reach === 'public') {
    return 'is a private address: set PATCHWRIGHT_WEBHOOK_PRIVATE to true to allow it';
  }
  return undefined;
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = '', prefix = ''] = subnet.split('/');
    list.addSubnet(net, Number(prefix), net.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}
