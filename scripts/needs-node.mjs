// This is plain JavaScript, because it must run on a Node that is too old for TypeScript.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `Node ${process.versions.node} is too old: Node 22.19 or newer is needed. \`npm ci\` installs one. ` +
      'If it did not (for example because ignore-scripts is set), install Node 22.',
  );
  process.exit(1);
}
