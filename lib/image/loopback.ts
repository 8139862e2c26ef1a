/**
 * Whether this registry is on the machine itself. Trivy, Copa and BuildKit all speak plain HTTP to
 * such a host unless told otherwise.
 */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(name);
}
