import { describe, expect, it } from 'vitest';
import { addressFault, type Reach } from '../../../lib/webhook/reachable-address.ts';

const PUBLIC = ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c', '172.32.0.1'];
const PRIVATE = ['10.0.0.4', '172.16.0.1', '192.168.1.1', '100.64.0.1', 'fd12:3456::1'];
const NEVER = [
  '0.0.0.0',
  '169.254.169.254',
  '169.254.129.1',
  '168.63.129.16',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  'fe80::1',
  'ff02::1',
  // They hide an IPv4 address of the inside.
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::1',
  '::169.254.169.254',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '::ffff:0:a9fe:a9fe',
  // Documentation, and segment routing.
  '3fff::1',
  '5f00::1',
];
const LOOPBACK = ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'];

function allowed(addresses: readonly string[], reach: Reach): readonly string[] {
  return addresses.filter((address) => addressFault(address, reach) === undefined);
}

describe('events are sent', () => {
  it('to public addresses', () => {
    expect(allowed(PUBLIC, 'public')).toEqual(PUBLIC);
  });

  it('to private addresses only if a setting allows them', () => {
    const mapped = [...PRIVATE, '::ffff:10.0.0.4'];

    expect(allowed(mapped, 'public')).toEqual([]);
    expect(allowed(mapped, 'private')).toEqual(mapped);
  });

  it('never to link-local, metadata and reserved addresses', () => {
    for (const reach of ['public', 'private', 'local'] as const) {
      expect(allowed(NEVER, reach)).toEqual([]);
    }
  });

  it('to the same machine only on a developer’s machine', () => {
    expect(allowed(LOOPBACK, 'public')).toEqual([]);
    expect(allowed(LOOPBACK, 'private')).toEqual([]);
    expect(allowed(LOOPBACK, 'local')).toEqual(LOOPBACK);
  });

  it('to nothing that is not an address', () => {
    expect(allowed(['', 'localhost', '0x7f.1', '127.1'], 'local')).toEqual([]);
  });
});
