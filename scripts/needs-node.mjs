// Plain JavaScript, since it has to run on just the Node that is too old for everything else.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `Node ${process.versions.node} runs this, and it needs 22.19 or newer. \`npm ci\` brings one; where it ` +
      'did not (ignore-scripts is set, for example), install Node 22.',
  );
  process.exit(1);
}
