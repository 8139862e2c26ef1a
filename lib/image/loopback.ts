/**
 * True if the registry's host is a loopback address. Trivy, Copa and BuildKit use plain HTTP for
 * such a host by default.
 */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(name);
}
